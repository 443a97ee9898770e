import type { OptOut } from '../../../core/integration.ts'
import type { Db } from '../query.ts'

type Table = 'opt_outs' | 'opt_ins'
type Person = Pick<OptOut, 'integrationId' | 'msisdn'>

const insertInto = (table: Table) => `
  INSERT INTO ${table} (integration_id, msisdn, at) VALUES ($1, $2, $3)
  ON CONFLICT (integration_id, msisdn) DO NOTHING`

const deleteFrom = (table: Table) => `DELETE FROM ${table} WHERE integration_id = $1 AND msisdn = $2`

const put =
  (table: Table) =>
  async (db: Db, { integrationId, msisdn, at }: OptOut) =>
    void (await db.run(insertInto(table), integrationId, msisdn, at))

const remove =
  (table: Table) =>
  async (db: Db, { integrationId, msisdn }: Person) =>
    void (await db.run(deleteFrom(table), integrationId, msisdn))

export const putOptOut = put('opt_outs')
export const deleteOptOut = remove('opt_outs')
export const putOptIn = put('opt_ins')
export const deleteOptIn = remove('opt_ins')
