import { hash } from 'node:crypto'
import type { Row } from './plan.ts'

/** Of the rows of one table, in whatever order they come. */
export interface Tally {
  rows: number
  /** The sum of the SHA-256 of each row, hex. */
  digest: string
}

export async function tallyOf(
  batches: AsyncIterable<Row[]> | Iterable<Row[]>,
  tell: (rows: number) => void,
): Promise<Tally> {
  let rows = 0
  let sum = 0n
  for await (const batch of batches) {
    rows += batch.length
    for (const row of batch) sum += BigInt(`0x${hash('sha256', JSON.stringify(row))}`)
    tell(rows)
  }
  return { rows, digest: BigInt.asUintN(256, sum).toString(16).padStart(64, '0') }
}
