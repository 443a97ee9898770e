import type { DatabaseSync } from 'node:sqlite'
import type { OptIn, OptOut } from '../../../core/integration.ts'
import type { OptOutQuery, Page } from '../../../core/looking.ts'
import { statement } from '../statement.ts'

const selectPage = (table: 'opt_outs' | 'opt_ins') => `
  SELECT integration_id AS integrationId, msisdn, at FROM ${table}
  WHERE integration_id = ? AND msisdn > ? ORDER BY msisdn LIMIT ?`

export interface OptOutReads {
  optOutsOf(now: number, query: OptOutQuery): Page<OptOut>
  optInsOf(now: number, query: OptOutQuery): Page<OptIn>
}

export const optOutReads = (db: DatabaseSync): OptOutReads => ({
  optOutsOf: pages(db, 'opt_outs'),
  optInsOf: pages(db, 'opt_ins'),
})

function pages(db: DatabaseSync, table: 'opt_outs' | 'opt_ins') {
  const page = statement<OptOut>(db, selectPage(table))
  return (_now: number, { integrationId, cursor = '', limit }: OptOutQuery): Page<OptOut> => {
    const rows = page.all(integrationId, cursor, limit + 1)
    const items = rows.slice(0, limit)
    return { items, nextCursor: rows.length > limit ? items.at(-1)?.msisdn : undefined }
  }
}
