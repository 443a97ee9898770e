import { type Lease, LeaseLost } from '../../../core/store.ts'
import type { Db } from '../query.ts'

// Shared: nobody takes a lane over between this check and the commit that it is for.
const selectFences = 'SELECT lane, fence FROM lanes WHERE lane = ANY($1::text[]) ORDER BY lane FOR KEY SHARE'

/** The fences that count until the end of the transaction, by lane. */
export interface Fences {
  /** Throws `LeaseLost` when a later lease of the lane exists. */
  check(lease: Lease): void
}

export async function holdFences(db: Db, lanes: Iterable<string>): Promise<Fences> {
  const wanted = [...new Set(lanes)]
  const rows = wanted.length > 0 ? await db.all<{ lane: string; fence: number }>(selectFences, wanted) : []
  const fences = new Map(rows.map(({ lane, fence }) => [lane, fence]))
  return {
    check({ lane, fence }) {
      if (fences.get(lane) !== fence) throw new LeaseLost(`The lane ${lane} has another lease than ${fence}`)
    },
  }
}
