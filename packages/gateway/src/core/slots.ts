import { setTimeout as sleep } from 'node:timers/promises'

/** What is under way in one lane, and a way to wait until that changes or time is up. */
export interface Slots {
  /** How many more may start where at most so many may be under way. */
  free(most: number): number
  /** The task must not reject. */
  start(task: Promise<void>): void
  /** Resolves when something under way has ended, when roused, after `ms`, or when the signal aborts. */
  change(ms: number | undefined, signal: AbortSignal): Promise<void>
  /** Something else changed: whoever waits is to look again. */
  rouse(): void
  drained(): Promise<void>
}

export function slots(): Slots {
  const underWay = new Set<Promise<void>>()
  let changed = Promise.withResolvers<void>()

  function rouse() {
    changed.resolve()
    changed = Promise.withResolvers()
  }

  return {
    free: (most) => Math.max(0, most - underWay.size),
    start(task) {
      const done = task.finally(() => {
        underWay.delete(done)
        rouse()
      })
      underWay.add(done)
    },
    async change(ms, signal) {
      const waited = new AbortController()
      const over = sleep(Math.min(ms ?? 1000, 2 ** 31 - 1), undefined, {
        signal: AbortSignal.any([waited.signal, signal]),
      }).catch(() => {
        // Woken early, by the change or by the signal.
      })
      await Promise.race([changed.promise, over])
      waited.abort()
    },
    rouse,
    async drained() {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}
