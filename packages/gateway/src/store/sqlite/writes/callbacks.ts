import type { DatabaseSync } from 'node:sqlite'
import type { CallbackAttempt, Lease } from '../../../core/store.ts'
import type { Range } from '../../again.ts'
import { statement } from '../statement.ts'
import type { Endpoints } from './endpoints.ts'
import type { Leases } from './leases.ts'

const putAttempt = `
  UPDATE events
  SET state = ?1, due_at = ?2, attempts = attempts + 1, first_at = coalesce(first_at, ?3), last_at = ?3,
    last_http_status = ?4, last_error = ?5
  WHERE lane = ?6 AND sequence = ?7`

const buryEvents = `
  UPDATE events SET state = 'dead', due_at = NULL, last_at = ?, last_http_status = NULL, last_error = ?
  WHERE lane = ? AND sequence IN (SELECT value FROM json_each(?))`

// The schedule starts anew, so that a replayed event that fails again is not dead at once.
const replayEvent = `
  UPDATE events SET state = 'waiting', due_at = ?, attempts = 0, first_at = NULL WHERE id = ? RETURNING lane`

const replayEvents = `
  UPDATE events SET state = 'waiting', due_at = ?, attempts = 0, first_at = NULL
  WHERE lane = ? AND sequence BETWEEN ? AND ? AND state IN (SELECT value FROM json_each(?))`

const lastOfLane = 'SELECT last_sequence FROM endpoints WHERE lane = ?'

// Those not tried yet are due as of their creation: with the others due as of theirs, all come in their sequence.
const startAnew = `
  UPDATE events SET due_at = min(created_at, ?1), attempts = 0, first_at = NULL
  WHERE lane = ?2 AND sequence IN (
    SELECT sequence FROM events INDEXED BY events_tried
    WHERE lane = ?2 AND due_at IS NOT NULL AND attempts > 0 LIMIT ?3)`

/** How far one bite of a replay reaches. */
const biteLength = 1000

export interface Callbacks {
  recordCallbacks(now: number, lease: Lease, results: CallbackAttempt[]): { paused: boolean }
  abandonCallbacks(now: number, lease: Lease, sequences: number[], at: number, why: string): void
  /** Answers the lane, unless there is no such event. */
  replayOne(now: number, callbackId: string, at: number): { lane: string | undefined; paused: boolean }
  /** Replays the beginning of a range; answers where the rest begins, if there is one. */
  replaySome(
    now: number,
    range: Range,
    at: number,
  ): { replayed: number; next: number | undefined; paused: boolean }
  /** Starts some of what waits anew, and ends the pause once that is all of it. */
  resumeSome(now: number, lane: string, at: number): { more: boolean; resumed: boolean }
}

export function callbacks(db: DatabaseSync, leases: Leases, endpoints: Endpoints): Callbacks {
  const put = statement(db, putAttempt)
  const bury = statement(db, buryEvents)
  const one = statement<{ lane: string }>(db, replayEvent)
  const some = statement(db, replayEvents)
  const last = statement<{ last_sequence: number }>(db, lastOfLane)
  const anew = statement(db, startAnew)

  return {
    recordCallbacks(_now, lease, results) {
      leases.check(lease)
      let paused = false
      for (const { sequence, at, httpStatus, error, next } of results) {
        const standing =
          next.state === 'delivered' ? endpoints.succeeded(lease.lane) : endpoints.failed(lease.lane, at)
        // Of a paused endpoint everything waits, those whose time is up by this very attempt as well.
        const waits = standing === 'pausing' || standing === 'paused'
        const { state, dueAt } = waits ? { state: 'waiting', dueAt: at } : { dueAt: null, ...next }
        put.run(state, dueAt, at, httpStatus ?? null, error ?? null, lease.lane, sequence)
        if (standing === 'pausing') paused = true
      }
      return { paused }
    },
    abandonCallbacks(_now, lease, sequences, at, why) {
      leases.check(lease)
      bury.run(at, why, lease.lane, JSON.stringify(sequences))
    },
    replayOne(_now, callbackId, at) {
      const lane = one.get(at, callbackId)?.lane
      return { lane, paused: lane !== undefined && endpoints.isPaused(lane) }
    },
    replaySome(_now, { lane, from, to, states }, at) {
      const end = Math.min(to, last.get(lane)?.last_sequence ?? 0)
      const first = Math.max(from, 1)
      const until = Math.min(end, first + biteLength - 1)
      const replayed = some.run(at, lane, first, until, JSON.stringify(states))
      return { replayed, next: until < end ? until + 1 : undefined, paused: endpoints.isPaused(lane) }
    },
    resumeSome(_now, lane, at) {
      const more = anew.run(at, lane, biteLength) === biteLength
      return { more, resumed: !more && endpoints.resume(lane) }
    },
  }
}
