import type { Clock } from './clock.ts'
import type { Directory } from './directory.ts'
import type { Events } from './events.ts'
import type { Waker } from './lane.ts'
import type { Dlr } from './message.ts'
import { passed } from './points.ts'
import { policies } from './retry.ts'
import type { RecordedDlr, RecordedMo, Store } from './store.ts'
import type { Reading } from './supplier.ts'
import type { Windows } from './window.ts'
import { wishIn } from './wish.ts'

export interface Receiving {
  store: Pick<Store, 'recordDlrs' | 'recordMos'>
  directory: Pick<Directory, 'integration' | 'wished'>
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
  const integration = app.directory.integration(integrationId)
  const news = mos.map((mo): RecordedMo => {
    const wish = integration && wishIn(integration, mo.content)
    return { ...mo, id: app.newId(), ...(wish && { wish }) }
  })
  const [reported, written] = await Promise.all([
    dlrs.length > 0 ? app.store.recordDlrs(dlrs.map((dlr) => settled(app, dlr))) : undefined,
    news.length > 0 ? app.store.recordMos(news) : undefined,
  ])
  passed('webhook.stored')

  const people = new Map(written?.stored.map(({ id, from }) => [id, from]))
  for (const { id, at, wish } of news) {
    const from = people.get(id)
    if (from === undefined) continue
    app.windows.wrote(integrationId, from, at)
    if (wish) app.directory.wished({ integrationId, msisdn: from, at }, wish)
  }
  app.lanes.wake([...(reported?.lanes ?? []), ...(written?.lanes ?? [])])

  app.events.received('dlr', dlrs.length)
  app.events.received('unmatched', reported?.unmatched ?? 0)
  app.events.received('mo', people.size)
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
