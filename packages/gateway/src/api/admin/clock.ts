import { admin } from '@waypost/protocol'
import type { App } from '../../core/app.ts'
import { bodyOf, type Handlers } from './contract.ts'
import type { InTurn } from './in-turn.ts'
import { Problem } from './problem.ts'

export function clockHandlers(
  { clock, store, directory }: Pick<App, 'clock' | 'store' | 'directory'>,
  change: InTurn,
): Pick<Handlers, 'getClock' | 'putClock'> {
  function turnable() {
    if (clock) return clock
    throw new Problem(404, 'There is no clock to turn here: WAYPOST_TEST_CLOCK is off.')
  }
  return {
    getClock: async () => ({ offsetMs: turnable().offsetMs() }),
    putClock: ({ body }) =>
      change(async () => {
        turnable()
        const { offsetMs } = bodyOf(admin.putClock, body)
        await store.putClockOffset(offsetMs)
        await directory.catchUp() // which turns it
        return { offsetMs }
      }),
  }
}
