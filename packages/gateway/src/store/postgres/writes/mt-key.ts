import { columnsOf } from '../query.ts'

/** What a message's row is found by. */
export interface MtKey {
  integration_id: string
  id: string
}

export const keyColumns = (mts: MtKey[]): (string | number | null)[][] =>
  columnsOf(
    mts,
    ({ integration_id }) => integration_id,
    ({ id }) => id,
  )
