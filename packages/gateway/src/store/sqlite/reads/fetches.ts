import type { DatabaseSync } from 'node:sqlite'
import type { Fetch, Lease } from '../../../core/store.ts'
import { statement } from '../statement.ts'

const dueFetches = `
  SELECT mo, attempts FROM fetches WHERE lane = ? AND due_at <= ? ORDER BY due_at, mo_id LIMIT ?`

const selectUser = 'SELECT user_id FROM aliases WHERE digits = ?'

export interface FetchReads {
  dueFetches(now: number, lease: Lease, at: number, limit: number): Fetch[]
  userOf(now: number, alias: string): string | undefined
}

export function fetchReads(db: DatabaseSync): FetchReads {
  const due = statement<{ mo: string; attempts: number }>(db, dueFetches)
  const user = statement<{ user_id: string }>(db, selectUser)
  return {
    dueFetches: (_now, { lane }, at, limit) =>
      due.all(lane, at, limit).map(({ mo, attempts }) => ({ mo: JSON.parse(mo), attempts })),
    userOf: (_now, alias) => user.get(alias)?.user_id,
  }
}
