import type { DatabaseSync } from 'node:sqlite'
import { pausedAfterMs } from '../../../core/endpoint.ts'
import { statement } from '../statement.ts'

const selectPaused = 'SELECT 1 FROM endpoints WHERE lane = ? AND paused_at IS NOT NULL'

// Pausing is for one who only fails: an attempt that was under way and succeeded after all ends it.
const forgetFailing = `
  UPDATE endpoints SET failing_since = NULL, paused_at = NULL WHERE lane = ? AND failing_since IS NOT NULL`

const beginFailing = 'UPDATE endpoints SET failing_since = ? WHERE lane = ? AND failing_since IS NULL'

const pause = 'UPDATE endpoints SET paused_at = ? WHERE lane = ? AND paused_at IS NULL AND failing_since <= ?'

/** How endpoints take what they are told. */
export interface Endpoints {
  succeeded(lane: string): 'well'
  /** Answers what the endpoint is with this failure, the one that pauses it being told apart. */
  failed(lane: string, at: number): 'failing' | 'pausing' | 'paused'
  isPaused(lane: string): boolean
  /** Forgets all failures; answers whether it was paused. */
  resume(lane: string): boolean
}

export function endpoints(db: DatabaseSync): Endpoints {
  const paused = statement(db, selectPaused)
  const forget = statement(db, forgetFailing)
  const begin = statement(db, beginFailing)
  const stop = statement(db, pause)
  const isPaused = (lane: string) => paused.get(lane) !== undefined

  return {
    succeeded(lane) {
      forget.run(lane)
      return 'well'
    },
    failed(lane, at) {
      if (begin.run(at, lane) === 1) return 'failing'
      if (stop.run(at, lane, at - pausedAfterMs) === 1) return 'pausing'
      return isPaused(lane) ? 'paused' : 'failing'
    },
    isPaused,
    resume(lane) {
      const was = isPaused(lane)
      forget.run(lane)
      return was
    },
  }
}
