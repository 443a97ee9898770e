import type { DatabaseSync } from 'node:sqlite'
import type { OptOut } from '../../../core/integration.ts'
import type { OptOutQuery, Page } from '../../../core/store.ts'
import { statement } from '../statement.ts'

const selectPage = `
  SELECT integration_id AS integrationId, msisdn, at FROM opt_outs
  WHERE integration_id = ? AND msisdn > ? ORDER BY msisdn LIMIT ?`

export interface OptOutReads {
  optOutsOf(now: number, query: OptOutQuery): Page<OptOut>
}

export function optOutReads(db: DatabaseSync): OptOutReads {
  const page = statement<OptOut>(db, selectPage)
  return {
    optOutsOf(_now, { integrationId, cursor = '', limit }) {
      const rows = page.all(integrationId, cursor, limit + 1)
      const items = rows.slice(0, limit)
      return { items, nextCursor: rows.length > limit ? items.at(-1)?.msisdn : undefined }
    },
  }
}
