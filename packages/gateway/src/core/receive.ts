import type { Clock } from './clock.ts'
import type { Events } from './events.ts'
import type { Waker } from './lane.ts'
import type { Dlr } from './message.ts'
import { passed } from './points.ts'
import { policies } from './retry.ts'
import type { RecordedDlr, Store } from './store.ts'
import type { Reading } from './supplier.ts'
import type { Windows } from './window.ts'

export interface Receiving {
  store: Pick<Store, 'recordDlrs' | 'recordMos'>
  windows: Pick<Windows, 'wrote'>
  lanes: Waker
  events: Pick<Events, 'received' | 'skipped'>
  newId(): string
  now: Clock['now']
  random(): number
}

/** Stores what a supplier posted. When this resolves, all of it is on stable storage and the supplier may be told so. */
export async function receive(
  app: Receiving,
  integrationId: string,
  { mos, dlrs, skipped }: Reading,
): Promise<void> {
  passed('webhook.received')
  const [reported, written] = await Promise.all([
    dlrs.length > 0 ? app.store.recordDlrs(dlrs.map((dlr) => settled(app, dlr))) : undefined,
    mos.length > 0 ? app.store.recordMos(mos.map((mo) => ({ ...mo, id: app.newId() }))) : undefined,
  ])
  passed('webhook.stored')

  for (const { from, at } of mos) if (from !== undefined) app.windows.wrote(integrationId, from, at)
  app.lanes.wake([...(reported?.lanes ?? []), ...(written?.lanes ?? [])])

  app.events.received('dlr', dlrs.length)
  app.events.received('unmatched', reported?.unmatched ?? 0)
  app.events.received('mo', written?.stored ?? 0)
  if (skipped.length > 0) app.events.skipped(integrationId, skipped)
}

/** What a report means for its message: a status, and for a fault that may pass the time of the next try. */
function settled(app: Receiving, dlr: Dlr): RecordedDlr {
  const { report } = dlr
  if (report.type !== 'failed') return { ...dlr, status: report.type }
  if (!report.retry) return { ...dlr, status: report.status }
  return {
    ...dlr,
    status: report.status,
    dueAt: app.now() + Math.round(policies[report.retry].delayMs(1, app.random())),
  }
}
