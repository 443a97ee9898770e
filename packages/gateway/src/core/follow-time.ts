import type { BusinessClock } from './clock.ts'
import type { Events } from './events.ts'
import { rounds } from './rounds.ts'
import type { Store } from './store.ts'

interface Following {
  store: Pick<Store, 'time'>
  clock: Pick<BusinessClock, 'hear' | 'aheadMs'>
  events: Pick<Events, 'clockCompared' | 'storeFailed'>
}

/** How often it is asked at the start: the quickest answer counts. */
const firstTimes = 4

/**
 * Sets the clock by the ledger's, and keeps it so: whatever the machines' clocks say, nodes that share a ledger have one
 * time. Resolves when it is set. Where the machine's own clock decides there is nothing to follow.
 */
export async function followTime(app: Following, everyMs = 5000): Promise<AsyncDisposable> {
  async function ask(): Promise<boolean> {
    const asked = performance.now()
    const at = await app.store.time()
    if (at === undefined) return false
    app.clock.hear(at, { asked, answered: performance.now() })
    app.events.clockCompared(app.clock.aheadMs())
    return true
  }

  if (!(await ask())) return new AsyncDisposableStack()
  for (let times = 1; times < firstTimes; times++) await ask()
  return rounds(everyMs, ask, (error) => app.events.storeFailed('time', error))
}
