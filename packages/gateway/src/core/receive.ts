import type { Directory } from './directory.ts'
import type { Warner } from './dispatch.ts'
import type { Events } from './events.ts'
import type { Integration } from './integration.ts'
import { type DataKeys, KeyRefused, KeysUnavailable } from './keys.ts'
import type { Waker } from './lane.ts'
import type { Dlr, Mo } from './message.ts'
import { passed } from './points.ts'
import { postbackOf } from './postback.ts'
import { sealMo } from './seal-mo.ts'
import type { RecordedDlr, RecordedMo, Store } from './store.ts'
import type { Reading } from './supplier.ts'
import { turns } from './turns.ts'
import type { Windows } from './window.ts'
import { wishIn } from './wish.ts'

export interface Receiving {
  store: Pick<Store, 'recordDlrs' | 'recordMos' | 'findMt'>
  directory: Pick<Directory, 'catchUp'>
  keys: DataKeys
  windows: Pick<Windows, 'wrote'>
  lanes: Waker
  dispatchers: Warner
  events: Pick<Events, 'received' | 'skipped' | 'postbackLost' | 'dlrsForgotten' | 'mosNotSealed'>
  newId(): string
  random(): number
}

/** How many MOs of one post may ask the key service at once. */
const asksMost = 16

/**
 * Stores what a supplier posted. When this resolves, all of it is on stable storage and the supplier may be told so.
 * Throws `KeyRefused` or `KeysUnavailable` when MOs of a business that wants them sealed could not be: they are for the
 * supplier to post again, and everything else is stored.
 */
export async function receive(
  app: Receiving,
  integration: Integration,
  { mos, dlrs, skipped }: Reading,
): Promise<void> {
  passed('webhook.received')
  if (skipped.length > 0) app.events.skipped(integration.id, skipped)
  const taken = await Promise.allSettled([takeDlrs(app, dlrs), takeMos(app, integration, mos)])
  for (const each of taken) if (each.status === 'rejected') throw each.reason
}

async function takeDlrs(app: Receiving, dlrs: Dlr[]): Promise<void> {
  if (dlrs.length === 0) return
  const { lanes, faults, unmatched, forgotten } = await app.store.recordDlrs(
    dlrs.map((dlr) => settled(dlr, app.random())),
  )
  passed('webhook.stored')
  app.dispatchers.warn(faults)
  app.lanes.wake(lanes)
  app.events.received('dlr', dlrs.length)
  app.events.received('unmatched', unmatched)
  if (forgotten) app.events.dlrsForgotten(forgotten)
}

async function takeMos(app: Receiving, integration: Integration, mos: ReadMo[]): Promise<void> {
  if (mos.length === 0) return
  const { prepared, failure } = await prepareAll(app, integration, mos)
  if (prepared.length > 0) await recordMos(app, integration.id, prepared)
  if (!failure) return
  app.events.mosNotSealed(integration.id, mos.length - prepared.length, failure)
  throw failure
}

async function recordMos(app: Receiving, integrationId: string, news: RecordedMo[]): Promise<void> {
  const { stored, lanes } = await app.store.recordMos(news)
  passed('webhook.stored')
  const people = new Map(stored.map(({ id, from }) => [id, from]))
  let hasWished = false
  for (const { id, at, wish } of news) {
    const from = people.get(id)
    if (from === undefined) continue
    app.windows.wrote(integrationId, from, at)
    if (wish) hasWished = true
  }
  if (hasWished) await app.directory.catchUp()
  app.lanes.wake(lanes)
  app.events.received('mo', people.size)
}

type ReadMo = Omit<Mo, 'id'>
type PreparedMo = Omit<RecordedMo, 'id'>

/** Those that may be stored, and what stands against the others. After the first that fails no more keys are asked for. */
async function prepareAll(app: Receiving, integration: Integration, mos: ReadMo[]) {
  const asking = turns(asksMost)
  let failure: KeyRefused | KeysUnavailable | undefined
  const all = await Promise.all(
    mos.map(async (mo) => {
      const end = await asking.take()
      try {
        return failure ? undefined : await prepare(app, integration, mo)
      } catch (error) {
        if (!(error instanceof KeyRefused || error instanceof KeysUnavailable)) throw error
        failure ??= error
        return undefined
      } finally {
        end()
      }
    }),
  )
  const prepared = all.filter((mo) => mo !== undefined).map((mo) => ({ ...mo, id: app.newId() }))
  return { prepared, failure }
}

/** An MO as it is stored: with what it answers looked up, understood, and then sealed where the business wants that. */
async function prepare(app: Receiving, integration: Integration, mo: ReadMo): Promise<PreparedMo> {
  const read = await withPostback(app, integration, mo)
  const wish = wishIn(integration, read.content)
  const moKey = integration.encryption?.moKey
  const kept = moKey ? sealMo(read, await app.keys.make(moKey)) : read
  return { ...kept, ...(wish && { wish }) }
}

async function withPostback(app: Receiving, integration: Integration, mo: ReadMo): Promise<ReadMo> {
  if (mo.content.type !== 'button') return mo
  const { button } = mo.content
  const postbackData = await postbackOf(app, integration, button)
  if (postbackData === undefined) return mo
  return { ...mo, content: { type: 'button', button: { ...button, postbackData } } }
}

/** What a report means for its message: a status. When a fault that may pass is tried again, the store knows. */
const settled = (dlr: Dlr, random: number): RecordedDlr => ({
  ...dlr,
  status: dlr.report.type === 'failed' ? dlr.report.status : dlr.report.type,
  random,
})
