import type { DatabaseSync } from 'node:sqlite'
import type { OptIn, OptOut } from '../../../core/integration.ts'
import { statement } from '../statement.ts'

type Table = 'opt_outs' | 'opt_ins'

const insertInto = (table: Table) => `
  INSERT INTO ${table} (integration_id, msisdn, at) VALUES (?, ?, ?)
  ON CONFLICT (integration_id, msisdn) DO NOTHING`

const deleteFrom = (table: Table) => `DELETE FROM ${table} WHERE integration_id = ? AND msisdn = ?`

export interface OptOutWrites {
  putOptOut(now: number, optOut: OptOut): void
  deleteOptOut(now: number, integrationId: string, msisdn: string): void
  putOptIn(now: number, optIn: OptIn): void
  deleteOptIn(now: number, integrationId: string, msisdn: string): void
}

export function optOuts(db: DatabaseSync): OptOutWrites {
  const [outs, ins] = [register(db, 'opt_outs'), register(db, 'opt_ins')]
  return { putOptOut: outs.put, deleteOptOut: outs.remove, putOptIn: ins.put, deleteOptIn: ins.remove }
}

function register(db: DatabaseSync, table: Table) {
  const put = statement(db, insertInto(table))
  const remove = statement(db, deleteFrom(table))
  return {
    put: (_now: number, { integrationId, msisdn, at }: OptOut) => void put.run(integrationId, msisdn, at),
    remove: (_now: number, integrationId: string, msisdn: string) => void remove.run(integrationId, msisdn),
  }
}
