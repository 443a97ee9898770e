import { setTimeout as sleep } from 'node:timers/promises'
import type { Events } from './events.ts'
import { StoreUnavailable } from './store.ts'

const againMs = 500

/**
 * Writes what cannot be unsaid (a supplier's outcome, a callback's answer) as soon as the store takes it. Once the signal
 * says to stop, it tries once more and answers undefined: then the attempt is found under way at the next start, and
 * counts as uncertain.
 */
export async function stored<T>(
  events: Pick<Events, 'storeFailed' | 'storeWrote'>,
  signal: AbortSignal,
  write: () => Promise<T>,
): Promise<T | undefined> {
  for (;;) {
    const isLastTry = signal.aborted
    try {
      const written = await write()
      events.storeWrote()
      return written
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error
      events.storeFailed('record', error)
    }
    if (isLastTry) return undefined
    await sleep(againMs, undefined, { signal }).catch(() => {
      // The signal ends the wait.
    })
  }
}
