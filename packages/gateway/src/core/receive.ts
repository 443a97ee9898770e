import type { Directory } from './directory.ts'
import type { Warner } from './dispatch.ts'
import type { Events } from './events.ts'
import type { Waker } from './lane.ts'
import type { Dlr, Mo } from './message.ts'
import { passed } from './points.ts'
import { postbackOf } from './postback.ts'
import type { RecordedDlr, RecordedMo, Store } from './store.ts'
import type { Reading } from './supplier.ts'
import type { Windows } from './window.ts'
import { wishIn } from './wish.ts'

export interface Receiving {
  store: Pick<Store, 'recordDlrs' | 'recordMos' | 'findMt'>
  directory: Pick<Directory, 'integration' | 'catchUp'>
  windows: Pick<Windows, 'wrote'>
  lanes: Waker
  dispatchers: Warner
  events: Pick<Events, 'received' | 'skipped' | 'dlrsForgotten'>
  newId(): string
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
  const read = await Promise.all(mos.map((mo) => withPostback(app, mo)))
  const news = read.map((mo): RecordedMo => {
    const wish = integration && wishIn(integration, mo.content)
    return { ...mo, id: app.newId(), ...(wish && { wish }) }
  })
  const [reported, written] = await Promise.all([
    dlrs.length > 0 ? app.store.recordDlrs(dlrs.map((dlr) => settled(dlr, app.random()))) : undefined,
    news.length > 0 ? app.store.recordMos(news) : undefined,
  ])
  passed('webhook.stored')

  const people = new Map(written?.stored.map(({ id, from }) => [id, from]))
  let hasWished = false
  for (const { id, at, wish } of news) {
    const from = people.get(id)
    if (from === undefined) continue
    app.windows.wrote(integrationId, from, at)
    if (wish) hasWished = true
  }
  if (hasWished) await app.directory.catchUp()
  app.dispatchers.warn(reported?.faults ?? [])
  app.lanes.wake([...(reported?.lanes ?? []), ...(written?.lanes ?? [])])

  app.events.received('dlr', dlrs.length)
  app.events.received('unmatched', reported?.unmatched ?? 0)
  if (reported?.forgotten) app.events.dlrsForgotten(reported.forgotten)
  app.events.received('mo', people.size)
  if (skipped.length > 0) app.events.skipped(integrationId, skipped)
}

async function withPostback({ store }: Receiving, mo: Omit<Mo, 'id'>): Promise<Omit<Mo, 'id'>> {
  if (mo.content.type !== 'button') return mo
  const { button } = mo.content
  const postbackData = await postbackOf(store, mo, button)
  if (postbackData === undefined) return mo
  return { ...mo, content: { type: 'button', button: { ...button, postbackData } } }
}

/** What a report means for its message: a status. When a fault that may pass is tried again, the store knows. */
const settled = (dlr: Dlr, random: number): RecordedDlr => ({
  ...dlr,
  status: dlr.report.type === 'failed' ? dlr.report.status : dlr.report.type,
  random,
})
