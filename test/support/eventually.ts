import { setTimeout as sleep } from 'node:timers/promises'

/** Asks again until the answer is there; fails with what it last saw. For what another process does in its own time. */
export async function eventually<T>(
  look: () => Promise<T | undefined | false>,
  what: string,
  withinMs = 30_000,
): Promise<T> {
  const until = performance.now() + withinMs
  for (;;) {
    const found = await look()
    if (found) return found
    if (performance.now() > until) throw new Error(`not within ${withinMs} ms: ${what}`)
    await sleep(20)
  }
}
