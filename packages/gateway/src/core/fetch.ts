import type { KeyObject } from 'node:crypto'
import { mediaExtensionOf } from '@waypost/protocol'
import type { Directory } from './directory.ts'
import { sealBytes, sealedLength } from './envelope.ts'
import type { Events } from './events.ts'
import { type Filing, keepFile } from './files.ts'
import type { Integration } from './integration.ts'
import { type DataKeys, KeyRefused, KeysUnavailable, unwrapUnder } from './keys.ts'
import type { LaneWork, Waker } from './lane.ts'
import { type Measure, measured } from './measure.ts'
import { type Staged, TooBig } from './media.ts'
import type { Attachment, MoContent } from './message.ts'
import { perLane } from './per-lane.ts'
import { passed } from './points.ts'
import { policies } from './retry.ts'
import { type Slots, slots } from './slots.ts'
import { type Fetch, type FetchResult, type Lease, LeaseLost, type Store, StoreUnavailable } from './store.ts'
import { stored } from './stored.ts'
import type { Fetched, Supplier } from './supplier.ts'

export interface Fetching extends Filing {
  store: Filing['store'] & Pick<Store, 'dueFetches' | 'recordFetches'>
  directory: Pick<Directory, 'integration'>
  keys: Pick<DataKeys, 'unwrap'>
  supplierOf(integration: Integration, channel: 'whatsapp'): Supplier
  lanes: Waker
  events: Pick<Events, 'fileFetched' | 'storeFailed' | 'storeWrote' | 'bug'>
  random(): number
}

/** WhatsApp lets people send documents of up to 100 MB. */
const mostBytes = 101 * 1024 * 1024
const underWayMost = 4
const page = 100
const fetchTimeoutMs = 120_000
/** Meta forgets what people sent after so long. */
const keptBySupplierMs = 7 * 24 * 60 * 60 * 1000
/** How often bytes are fetched again that do not have the hash they should, before they are taken as they are. */
const mismatchesMost = 3

/** One integration's lane while this node serves it. */
interface Place {
  slots: Slots
  underWay: Set<string>
}

/**
 * Brings files that people sent from their supplier, lane by lane, and makes the event that tells of each. One that
 * cannot be had is told of as lost: the business learns that the person wrote.
 */
export function fetching(app: Fetching): LaneWork {
  const places = perLane((): Place => ({ slots: slots(), underWay: new Set() }))

  async function serve(lease: Lease, signal: AbortSignal) {
    const place = places.of(lease.lane)
    while (!signal.aborted) {
      const underWay = new Set(place.underWay)
      const due = await app.store.dueFetches(lease, app.now(), page + underWay.size)
      const fresh = due.filter(({ mo }) => !underWay.has(mo.id))
      if (fresh.length === 0) return
      for (const fetch of fresh) {
        while (place.slots.free(underWayMost) === 0 && !signal.aborted)
          await place.slots.change(undefined, signal)
        if (signal.aborted) return
        place.underWay.add(fetch.mo.id)
        place.slots.start(bring(lease, fetch, signal).finally(() => place.underWay.delete(fetch.mo.id)))
      }
    }
  }

  async function bring(lease: Lease, fetch: Fetch, signal: AbortSignal) {
    const startedAt = performance.now()
    const result = await attempt(fetch, signal).catch((error: unknown) => {
      if (error instanceof KeyRefused) return later(fetch, 'key refused')
      if (error instanceof KeysUnavailable) return later(fetch, 'keys out of reach')
      if (error instanceof StoreUnavailable) app.events.storeFailed('fetch', error)
      else app.events.bug('fetch', error, fetch.mo.id)
      return later(fetch, 'fault')
    })
    passed('file.fetched')
    app.events.fileFetched(fetch, result.outcome, performance.now() - startedAt)
    const touched = await stored(app.events, signal, () => app.store.recordFetches(lease, [result])).catch(
      (error: unknown) => {
        // A lease lost meanwhile is the new holder's business: it fetches the file again.
        if (!(error instanceof LeaseLost)) app.events.bug('recordFetches', error)
      },
    )
    if (touched) app.lanes.wake(touched.lanes)
  }

  async function attempt(fetch: Fetch, signal: AbortSignal): Promise<Result> {
    const { mo } = fetch
    if (mo.content.type !== 'attachment') return told(fetch, mo.content, 'fetched')
    const { attachment } = mo.content
    const owner = app.directory.integration(mo.integrationId)
    const supplier = owner?.whatsapp ? app.supplierOf(owner, 'whatsapp') : undefined
    if (!owner?.whatsapp || !supplier?.fetch) return lost(fetch, attachment, 'no supplier')

    const key = await keyOf(fetch, owner)
    const found = await supplier.fetch(
      attachment.supplierId,
      AbortSignal.any([signal, AbortSignal.timeout(fetchTimeoutMs)]), // a stop leaves it to the next start
    )
    if (found.type === 'gone') return lost(fetch, attachment, found.cause)
    if (found.type === 'deferred') return later(fetch, found.cause)
    const arrived = await arrivedOf(found, owner.id, key)
    if (arrived === 'too big') return lost(fetch, attachment, arrived)
    if (typeof arrived === 'string') return later(fetch, arrived)
    if (!isWhole(arrived.clear, attachment, found) && fetch.attempts < mismatchesMost) {
      await arrived.staged.drop()
      return later(fetch, 'mismatch')
    }
    return keep(fetch, attachment, owner.whatsapp.from, arrived)
  }

  /** The key that the MO's texts are sealed with. Throws `KeyRefused` as well where there is no name to ask under any more. */
  async function keyOf({ mo }: Fetch, { encryption }: Integration): Promise<KeyObject | undefined> {
    if (mo.encryptionKey === undefined) return undefined
    if (!encryption?.moKey) throw new KeyRefused('the integration has no key for this way any more')
    return unwrapUnder(app.keys, [encryption.moKey, ...(encryption.formerKeys ?? [])], mo.encryptionKey)
  }

  /** What went wrong, where the bytes did not arrive. With a key they are sealed before they are written. */
  async function arrivedOf(
    { stream }: Found,
    owner: string,
    key: KeyObject | undefined,
  ): Promise<Arrived | string> {
    try {
      if (!key) {
        const staged = await app.media.stage(stream, mostBytes, owner)
        return { staged, clear: staged }
      }
      const clear = measured(stream)
      const staged = await app.media.stage(sealBytes(key, clear.bytes), sealedLength(mostBytes), owner)
      return { staged, clear: clear.taken() }
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error
      return error instanceof TooBig ? 'too big' : 'broken off'
    }
  }

  async function keep(
    fetch: Fetch,
    attachment: Attachment,
    from: string,
    { staged, clear }: Arrived,
  ): Promise<Result> {
    const { contentType, caption } = attachment
    const { encryptionKey } = fetch.mo
    if (clear.bytes === 0) {
      await staged.drop()
      return lost(fetch, attachment, 'empty')
    }
    const fileName = fileNameOf(attachment, fetch.mo.id)
    const file = await keepFile(app, staged, {
      integrationId: fetch.mo.integrationId,
      from,
      to: undefined,
      broadcastAllowed: false,
      contentType,
      fileName,
      sha256: undefined,
      sealed: encryptionKey === undefined ? undefined : { encryptionKey, sha256: clear.sha256 },
    })
    if ('reason' in file) return lost(fetch, attachment, file.reason)
    const { id: fileId } = file
    const { bytes, sha256 } = clear
    const media = { fileId, contentType, fileName, bytes, sha256, ...(caption !== undefined && { caption }) }
    return told(fetch, { type: 'media', media }, 'fetched')
  }

  function later(fetch: Fetch, cause: string): Result {
    const { mo, attempts } = fetch
    const dueAt = app.now() + Math.round(policies.transient.delayMs(attempts + 1, app.random()))
    return dueAt < mo.at + keptBySupplierMs || mo.content.type !== 'attachment'
      ? { moId: mo.id, next: { dueAt }, outcome: { type: 'deferred', cause } }
      : lost(fetch, mo.content.attachment, cause)
  }

  return {
    kind: 'fetch',
    servable: () => true,
    isBusy: places.isBusy,
    serve,
    drained: places.drained,
  }
}

/** Bytes as they are to be kept, and what they were before they were sealed. */
interface Arrived {
  staged: Staged
  clear: Measure
}

type Found = Extract<Fetched, { type: 'found' }>

/** What is stored, and what is logged of it. */
interface Result extends FetchResult {
  outcome: { type: 'fetched' | 'deferred' | 'lost'; cause?: string }
}

const told = ({ mo }: Fetch, content: MoContent, type: 'fetched'): Result => ({
  moId: mo.id,
  next: { content },
  outcome: { type },
})

function lost({ mo }: Fetch, { contentType, caption, ifLost }: Attachment, cause: string): Result {
  const content: MoContent =
    ifLost === undefined
      ? { type: 'lost', lost: { contentType, ...(caption !== undefined && { caption }) } }
      : { type: 'text', text: { body: ifLost } }
  return { moId: mo.id, next: { content }, outcome: { type: 'lost', cause } }
}

/** Whether the bytes are those that the supplier spoke of, as far as it did. */
function isWhole(clear: Measure, { sha256 }: Attachment, found: Found): boolean {
  const said = found.sha256 ?? sha256
  return (said === undefined || said === clear.sha256) && (found.bytes ?? clear.bytes) === clear.bytes
}

/** A person's file may be called anything; what is not a plain name is not passed on. */
function fileNameOf({ fileName, contentType }: Attachment, moId: string): string {
  const plain = fileName?.replace(/[\p{Cc}\p{Cf}\\/]/gu, '_').slice(0, 200)
  return plain && !/^\.+$/.test(plain) ? plain : `${moId}.${mediaExtensionOf(contentType) ?? 'bin'}`
}
