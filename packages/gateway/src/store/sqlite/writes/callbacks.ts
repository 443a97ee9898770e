import type { DatabaseSync } from 'node:sqlite'
import type { Callback, CallbackAttempt, Lease, Touched } from '../../../core/store.ts'
import { statement } from '../statement.ts'
import type { Leases } from './leases.ts'

const putAttempt = `
  UPDATE events
  SET state = ?1, due_at = ?2, attempts = attempts + 1, first_at = coalesce(first_at, ?3), last_at = ?3,
    last_http_status = ?4, last_error = ?5
  WHERE lane = ?6 AND sequence = ?7`

// The schedule starts anew, so that a replayed event that fails again is not dead at once.
const replayEvent = `
  UPDATE events SET state = 'waiting', due_at = ?, attempts = 0, first_at = NULL WHERE id = ? RETURNING lane`

const replayEvents = `
  UPDATE events SET state = 'waiting', due_at = ?, attempts = 0, first_at = NULL
  WHERE lane = ? AND sequence BETWEEN ? AND ? AND state IN (SELECT value FROM json_each(?))`

const lastOfLane = 'SELECT last_sequence FROM endpoints WHERE lane = ?'

/** How far one bite of a replay reaches. */
const biteLength = 1000

export interface Callbacks {
  recordCallbacks(now: number, lease: Lease, results: CallbackAttempt[]): void
  replayOne(now: number, callbackId: string, at: number): Touched & { replayed: number }
  /** Replays the beginning of a range; answers where the rest begins, if there is one. */
  replaySome(
    now: number,
    lane: string,
    from: number,
    to: number,
    states: Callback['state'][],
    at: number,
  ): { replayed: number; next: number | undefined }
}

export function callbacks(db: DatabaseSync, leases: Leases): Callbacks {
  const put = statement(db, putAttempt)
  const one = statement<{ lane: string }>(db, replayEvent)
  const some = statement(db, replayEvents)
  const last = statement<{ last_sequence: number }>(db, lastOfLane)

  return {
    recordCallbacks(_now, lease, results) {
      leases.check(lease)
      for (const { sequence, at, httpStatus, error, next } of results) {
        const dueAt = next.state === 'waiting' ? next.dueAt : null
        put.run(next.state, dueAt, at, httpStatus ?? null, error ?? null, lease.lane, sequence)
      }
    },
    replayOne(_now, callbackId, at) {
      const replayed = one.get(at, callbackId)
      return replayed ? { lanes: [replayed.lane], replayed: 1 } : { lanes: [], replayed: 0 }
    },
    replaySome(_now, lane, from, to, states, at) {
      const end = Math.min(to, last.get(lane)?.last_sequence ?? 0)
      const first = Math.max(from, 1)
      const until = Math.min(end, first + biteLength - 1)
      const replayed = some.run(at, lane, first, until, JSON.stringify(states))
      return { replayed, next: until < end ? until + 1 : undefined }
    },
  }
}
