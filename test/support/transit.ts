import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from './installation.ts'
import type { Scope } from './receiver.ts'

const everyMs = 50

/** How long requests are on their way to the sandbox, each on a connection of its own, all the time. */
export function transit(scope: Scope, sandboxUrl: string) {
  const seen: { at: number; ms: number }[] = []
  let isOver = false

  async function measure() {
    for (; !isOver; await sleep(everyMs)) {
      const sentAt = Date.now()
      const { json } = await ask(`${sandboxUrl}/clock`, 'GET', { headers: { connection: 'close' } })
      const { now } = json as { now: number } // documented in docs/sandbox.md
      seen.push({ at: now, ms: now - sentAt })
    }
  }

  const measuring = measure()
  scope.after(async () => {
    isOver = true
    await measuring
  })
  return {
    /** The longest within a second of this time. */
    longestAround: (time: number) =>
      seen.reduce(
        (longest, { at, ms }) => (Math.abs(at - time) <= 1000 ? Math.max(longest, ms) : longest),
        0,
      ),
  }
}
