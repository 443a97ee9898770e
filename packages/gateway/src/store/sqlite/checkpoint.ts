import type { DatabaseSync } from 'node:sqlite'
import { statement } from './statement.ts'

/** In pages of 4 KiB. So much is copied back in one go: long enough to be rare, short enough to wait for. */
const pagesDue = 1000
/** Readers that never pause keep the log from starting over; beyond this the writer waits for them. */
const pagesMost = 64 * pagesDue
/** A writer with nothing to do copies back early, so that the next burst does not have to. */
const idleMs = 200

/**
 * Copies the log back into the file between commits instead of inside one: nobody's answer waits for it, only the next
 * commit does. (A thread of its own was measured: it delays commits as much, because both flush to one disk.)
 */
export function checkpoints(db: DatabaseSync) {
  db.exec(`PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = ${pagesMost * 4096};`)
  const state = statement<{ log: number; checkpointed: number }>(db, 'PRAGMA wal_checkpoint(NOOP)')
  const passive = db.prepare('PRAGMA wal_checkpoint(PASSIVE)')
  const restart = db.prepare('PRAGMA wal_checkpoint(RESTART)')
  let timer: NodeJS.Timeout | undefined
  let commits = 0
  let seen = 0

  function copyBack(atLeast: number) {
    try {
      const { log, checkpointed } = state.get() ?? { log: 0, checkpointed: 0 }
      if (log > pagesMost) restart.get()
      else if (log - checkpointed > atLeast) passive.get()
    } catch {
      // A full disk, most likely. The log keeps everything; the next commit will say what is wrong, and we try again.
    }
  }

  function whenIdle() {
    timer = undefined
    if (seen === commits) return copyBack(0)
    seen = commits
    timer = setTimeout(whenIdle, idleMs)
  }

  return {
    /** Call it after each commit. */
    committed() {
      commits++
      copyBack(pagesDue)
      timer ??= setTimeout(whenIdle, idleMs)
    },
    /** Call it after a commit that failed: a log that has no room left has some again once it was copied back. */
    failed() {
      copyBack(0)
    },
    stop() {
      clearTimeout(timer)
    },
  }
}
