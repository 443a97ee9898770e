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

/** The least and the most id: with them a query looks into the weeks between only. */
export function bounds(mts: MtKey[]): [string, string] {
  let least = mts[0]?.id ?? ''
  let most = least
  for (const { id } of mts) {
    if (id < least) least = id
    if (id > most) most = id
  }
  return [least, most]
}
