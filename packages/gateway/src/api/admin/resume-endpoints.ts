import type { App } from '../../core/app.ts'

/** Makes everything that waits in these lanes of endpoints due; answers those that were paused. */
export async function resumeEndpoints(
  { store, events, lanes, now }: Pick<App, 'store' | 'events' | 'lanes' | 'now'>,
  which: string[],
): Promise<string[]> {
  const at = now()
  const results = await Promise.all(which.map((lane) => store.resumeCallbacks(lane, at)))
  const paused = which.filter((_, index) => results[index]?.resumed)
  for (const lane of paused) events.endpointResumed(lane)
  lanes.wake(which)
  return paused
}
