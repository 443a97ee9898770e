import type { DatabaseSync } from 'node:sqlite'
import type { OptOut } from '../../../core/integration.ts'
import { statement } from '../statement.ts'

const insert = `
  INSERT INTO opt_outs (integration_id, msisdn, at) VALUES (?, ?, ?)
  ON CONFLICT (integration_id, msisdn) DO NOTHING`

const drop = 'DELETE FROM opt_outs WHERE integration_id = ? AND msisdn = ?'

export interface OptOutWrites {
  putOptOut(now: number, optOut: OptOut): void
  deleteOptOut(now: number, integrationId: string, msisdn: string): void
}

export function optOuts(db: DatabaseSync): OptOutWrites {
  const put = statement(db, insert)
  const remove = statement(db, drop)

  return {
    putOptOut: (_now, { integrationId, msisdn, at }) => void put.run(integrationId, msisdn, at),
    deleteOptOut: (_now, integrationId, msisdn) => void remove.run(integrationId, msisdn),
  }
}
