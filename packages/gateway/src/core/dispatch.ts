import type { Channel, StatusName } from '@waypost/protocol'
import { type Carrier, carry, hasToBePrepared } from './carry.ts'
import type { Directory } from './directory.ts'
import type { Events } from './events.ts'
import { type Hold, hold } from './hold.ts'
import type { Integration } from './integration.ts'
import type { LaneWork, Waker } from './lane.ts'
import { type Mt, type MtName, type NotSent, nameOf, type Outcome } from './message.ts'
import type { OpeningMt } from './open-mt.ts'
import { type Pace, pace } from './pace.ts'
import { type Pairs, pairs } from './pairs.ts'
import { perLane } from './per-lane.ts'
import { passed } from './points.ts'
import { policies, policyAt, repeatsOf, waitMs } from './retry.ts'
import { pageFor, pageMost, placesFor, roomFor } from './room.ts'
import { type Slots, slots } from './slots.ts'
import { laneOf, type RecordedOutcome, type ReportedFault, type Store, type TakenLease } from './store.ts'
import { stored } from './stored.ts'
import type { Supplier } from './supplier.ts'

export interface Dispatching extends OpeningMt {
  store: Pick<Store, 'dueMts' | 'expiredMts' | 'beginAttempts' | 'recordOutcomes' | 'postpone'>
  directory: Pick<Directory, 'integration' | 'template' | 'ownerOf' | 'optOut' | 'pin' | 'onChange'>
  supplierOf(integration: Integration, channel: Channel): Supplier
  lanes: Waker
  events: Pick<
    Events,
    'mtAttempted' | 'mtExpired' | 'mtStopped' | 'laneHeld' | 'storeFailed' | 'storeWrote' | 'bug'
  >
  now(): number
  random(): number
}

/** Tells whoever serves a lane here what its supplier reported: the fault may be more than its message's. */
export interface Warner {
  warn(faults: ReportedFault[]): void
}

export interface Dispatch extends LaneWork, Warner {}

/** What this node remembers of a lane while it serves it. All of it can be lost: nothing here is a promise. */
interface Place {
  lane: string
  slots: Slots
  lease: TakenLease | undefined
  sender: Sender | undefined
  /** Real time of the last look for messages whose time ran out. */
  lookedAt: number
}

/** Who sends in a lane, in one version of its settings: with another, what the supplier said of this one is void. */
interface Sender extends Carrier {
  owner: Integration
  pace: Pace
  pairs: Pairs
  hold: Hold
}

/**
 * How often a lane that is served is looked through for messages whose time ran out; and how long the ledger may take to
 * note an attempt that is then made: leases are for thrice that, and after them the lane may be another node's.
 */
const usualTiming = { lookMs: 60_000, freshMs: 5000 }
/** What a message ends in that cannot go any more. */
const hopeless = ['expired', 'stopped_by_admin', 'stopped_by_user', 'not_on_channel_known'] as const
type Hopeless = (typeof hopeless)[number]
/** What says that a limit of the supplier's is reached. */
const limits: ReadonlySet<StatusName> = new Set(['server_rate_limit', 'volume_limit'])
/** How soon more messages are looked at again that have a file or need a key, while many are being prepared. */
const preparingWaitMs = 1000
/** How soon a message is looked at again whose integration may get its sender back from another. */
const strangerWaitMs = 60 * 60_000

/**
 * Takes due MTs to their supplier, lane by lane, and records what came of it. A message goes out by its own integration
 * or not at all. While a lane has no sender, or its sender is held, only the time of its messages runs.
 */
export function dispatch(app: Dispatching, { lookMs, freshMs } = usualTiming): Dispatch {
  const places = perLane(
    (lane): Place => ({
      lane,
      slots: slots(),
      lease: undefined,
      sender: undefined,
      lookedAt: -Infinity,
    }),
  )
  app.directory.onChange(() => {
    for (const { slots } of places.all()) slots.rouse()
  })

  function senderIn(place: Place): Sender | undefined {
    const [channel, from] = addressOf(place.lane)
    const owner = app.directory.ownerOf(channel, from)
    if (place.sender && place.sender.owner === owner) return place.sender
    const lease = place.sender ? { freeMs: 0 } : place.lease // in other settings, somebody sent until now
    place.sender = owner?.active && owner.whatsapp?.active ? senderOf(owner, channel, lease) : undefined
    return place.sender
  }

  function senderOf(owner: Integration, channel: Channel, lease?: { freeMs: number }): Sender {
    const supplier = app.supplierOf(owner, channel)
    return {
      owner,
      supplier,
      pace: paceOf(supplier, lease),
      pairs: pairs(supplier.pairLimit),
      hold: hold(),
      preparing: 0,
    }
  }

  async function serve(lease: TakenLease, signal: AbortSignal) {
    const place = places.of(lease.lane)
    if (place.lease?.fence !== lease.fence && place.sender)
      place.sender.pace = paceOf(place.sender.supplier, lease) // others sent meanwhile
    place.lease = lease
    let page: Mt[] = []
    let allHadToWait = false
    while (!signal.aborted) {
      lookForExpired(place, lease, signal)
      const sender = senderIn(place)
      if (page.length === 0) {
        // Whoever is behind many that have to wait is looked for in larger steps.
        const due = await app.store.dueMts(lease, app.now(), allHadToWait ? pageMost : pageFor(sender))
        if (due.length === 0) return
        page = await endHopeless(due, signal)
        continue
      }
      const now = performance.now()
      const room = sender ? roomFor(sender, place.slots, now) : 0
      if (sender && room > 0) {
        const begun = await begin({ place, lease, sender, signal }, page, room)
        allHadToWait = begun === 0
        // Whoever is behind many that are to be prepared is found, and the ledger is not kept busy by looking.
        if (allHadToWait && sender.preparing >= placesFor(sender))
          await place.slots.change(preparingWaitMs / 4, signal)
        continue
      }
      // What was read before a long wait is read again after it: some of it may have ended.
      if (!sender || sender.hold.until() > now) page = []
      await place.slots.change(sender ? waitFor(sender, now) : lookMs, signal)
    }
  }

  /** How long there is no room; undefined where that depends on what is under way. */
  function waitFor({ pace, hold }: Sender, now: number): number | undefined {
    if (hold.until() > now) return Math.min(lookMs, hold.until() - now)
    return pace.free(now) === 0 ? pace.freeAt() - now : undefined
  }

  /** In every lane that is served: also where nothing may go, nothing expires late. Nobody waits for it. */
  function lookForExpired(place: Place, lease: TakenLease, signal: AbortSignal) {
    const now = performance.now()
    if (now - place.lookedAt < lookMs) return
    place.lookedAt = now
    place.slots.start(
      endExpired(lease, signal).catch((error: unknown) => app.events.storeFailed('expiredMts', error)),
    )
  }

  async function endExpired(lease: TakenLease, signal: AbortSignal) {
    let found: number
    do {
      const expired = await app.store.expiredMts(lease, app.now(), pageMost)
      found = expired.length
      await end(expired, 'expired', signal)
    } while (found === pageMost && !signal.aborted)
  }

  /** Ends what cannot go any more, and answers the rest. */
  async function endHopeless(mts: Mt[], signal: AbortSignal): Promise<Mt[]> {
    const at = app.now()
    const ends = Map.groupBy(mts, (mt) => (mt.expiresAt <= at ? 'expired' : (stopOf(mt) ?? 'waits')))
    for (const status of hopeless) await end(ends.get(status) ?? [], status, signal)
    return ends.get('waits') ?? []
  }

  /** What was learnt since it was accepted, and would have refused it then. */
  function stopOf(mt: Mt): Exclude<Hopeless, 'expired'> | undefined {
    const { integrationId, to } = mt
    if (isStranded(mt)) return 'stopped_by_admin'
    if (app.directory.optOut(integrationId, to)) return 'stopped_by_user'
    return app.directory.pin(integrationId, to)?.outcome === 'not_on_channel'
      ? 'not_on_channel_known'
      : undefined
  }

  /** Its integration is deleted, or has another number. One that is switched off, or has none, may come back. */
  function isStranded({ integrationId, from }: Mt): boolean {
    const integration = app.directory.integration(integrationId)
    return !integration || (integration.whatsapp !== null && integration.whatsapp.from !== from)
  }

  /** One that may have reached the supplier did not merely wait too long: nobody knows what became of it. */
  async function end(mts: Mt[], status: Hopeless | 'balance_lowered', signal: AbortSignal) {
    if (mts.length === 0) return
    const at = app.now()
    const outcomes = mts.map((mt): RecordedOutcome => {
      const { attempts, uncertain, fault } = mt
      const own = status === 'expired' ? (fault ?? status) : status
      const settled = { type: 'failed', status: uncertain ? 'delivery_failed' : own } as const
      return { ...nameOf(mt), attempt: attempts, at, settled }
    })
    await record(outcomes, signal)
    if (status === 'expired') app.events.mtExpired(mts.length)
    else app.events.mtStopped(mts.length)
  }

  /** Begins as many of a page, in its order, as there is room for; those before them that may not go yet are moved. */
  async function begin(sending: Sending, page: Mt[], room: number): Promise<number> {
    const { lease, sender } = sending
    const at = app.now()
    const now = performance.now()
    let slow = placesFor(sender) - sender.preparing // others find room however long keys and files take
    const ready: Mt[] = []
    const later: (MtName & { dueAt: number })[] = []
    while (page.length > 0 && ready.length < room) {
      const mt = page.shift()
      if (!mt || mt.expiresAt <= at || stopOf(mt)) continue // the next page has it again, and ends it
      const isLate = hasToBePrepared(mt) && --slow < 0
      const wait = isLate ? preparingWaitMs : waitOf(mt, sender, { at, now })
      if (wait > 0) later.push({ ...nameOf(mt), dueAt: Math.min(at + wait, mt.expiresAt) })
      else ready.push(mt)
    }
    try {
      if (later.length > 0) await app.store.postpone(lease, later)
      if (ready.length > 0) await start(sending, ready)
    } catch (error) {
      sender.pairs = pairs(sender.supplier.pairLimit) // it was reckoned with what did not come about
      throw error
    }
    return ready.length
  }

  async function start({ place, lease, sender, signal }: Sending, mts: Mt[]) {
    const asked = performance.now()
    const attempts = await app.store.beginAttempts(lease, mts.map(nameOf), app.now())
    passed('attempt.stored')
    await end(
      mts.filter(({ id }) => attempts.get(id) === 0),
      'balance_lowered',
      signal,
    )
    // They leave now, however long the ledger took.
    const left = performance.now()
    const isLate = left - asked > freshMs
    for (const mt of mts) {
      const attempt = attempts.get(mt.id)
      if (!attempt) continue
      sender.pace.left(left, 1)
      place.slots.start(send(sender, { ...mt, attempts: attempt }, { left, isLate, signal }))
    }
  }

  /** How long a message that is due has to wait all the same, because of whose it is or whom it is for. */
  function waitOf(mt: Mt, { owner, pairs }: Sender, { at, now }: { at: number; now: number }): number {
    if (mt.integrationId !== owner.id) return strangerWaitMs
    const turn = pairs.turnOf(mt, now)
    if (turn <= now) {
      pairs.left(mt.to, now)
      return 0
    }
    const wait = Math.ceil(turn - now)
    if (at + wait < mt.expiresAt) pairs.book(mt.to, turn) // a turn that it will not live to see is left to others
    return wait
  }

  async function send(sender: Sender, mt: Mt, { left, isLate, signal }: Start) {
    const startedAt = performance.now()
    const attempt = { carrier: sender, isLate, stopping: signal }
    const outcome = await carry(app, mt, attempt).catch((error: unknown) => {
      app.events.bug('supplier.send', error, mt.id)
      return { type: 'unknown', cause: 'bug' } as const
    })
    passed('supplier.answered')
    if ('unasked' in outcome) sender.pace.stayed(left)
    const settled = settle(sender, mt, outcome)
    app.events.mtAttempted(mt, mt.attempts, outcome, performance.now() - startedAt)
    await record([{ ...nameOf(mt), attempt: mt.attempts, at: app.now(), settled }], signal)
    passed('outcome.stored')
  }

  async function record(outcomes: RecordedOutcome[], signal: AbortSignal) {
    const touched = await stored(app.events, signal, () => app.store.recordOutcomes(outcomes))
    if (touched) app.lanes.wake(touched.lanes)
  }

  function settle(sender: Sender, mt: Mt, outcome: Outcome): RecordedOutcome['settled'] {
    const at = app.now()
    switch (outcome.type) {
      case 'sent':
        sender.hold.answered(performance.now())
        return {
          type: 'sent',
          supplierIds: outcome.supplierIds,
          status: outcome.held ? 'queued_at_limit' : 'sent',
        }
      case 'failed':
        if (!outcome.unasked) sender.hold.answered(performance.now())
        return { type: 'failed', status: outcome.status, ...codeOf(outcome) }
      case 'unknown':
        fault(sender, mt)
        return {
          type: 'unknown',
          cause: outcome.cause,
          dueAt: mt.onUncertain === 'hold' ? mt.expiresAt : Math.min(mt.expiresAt, at + mt.uncertainWaitMs),
        }
      case 'deferred': {
        const wait = defer(sender, mt, outcome)
        const code = codeOf(outcome)
        if (at + wait >= mt.expiresAt) return { type: 'failed', status: outcome.status, ...code } // there would be no other attempt
        // What the lane holds back goes when the lane does, which may be sooner than planned.
        const dueAt = policies[outcome.retry].waits === 'lane' ? at : at + wait
        const repeats = repeatsOf(outcome.retry, outcome.repeats)
        const limit = repeats === undefined ? {} : { limit: { repeats, status: outcome.status } }
        const meanwhile = limits.has(outcome.status) ? ({ meanwhile: 'queued_at_limit' } as const) : {}
        return { type: 'deferred', dueAt, status: outcome.status, ...meanwhile, ...code, ...limit }
      }
    }
  }

  /** Answers how long this message waits. */
  function defer(sender: Sender, mt: Mt, outcome: Outcome & { type: 'deferred' }): number {
    const { retry, retryAfterMs, unasked } = outcome
    if (policies[retry].waits === 'message' && !unasked) fault(sender, mt)
    return waitOut(sender, { ...mt, lane: laneOf(mt), retry }, retryAfterMs)
  }

  /** Makes whoever has to wait do so, but for the message itself. */
  function waitOut(sender: Sender, { lane, to, attempts, retry }: Fault, askedMs?: number): number {
    const now = performance.now()
    const { waits } = policies[retry]
    const times = waits === 'lane' ? sender.hold.count() + 1 : attempts
    const wait = waitMs(policyAt(retry, times), { times, random: app.random(), askedMs })
    if (waits === 'pair') sender.pairs.block(to, now + wait)
    if (waits === 'lane' && holdLane(sender, lane, wait) && retry === 'throughput') sender.pace.slowDown(now)
    return wait
  }

  /** As after an answer; but that the supplier took the message says nothing of its sender any more. */
  function warn(faults: ReportedFault[]) {
    for (const fault of faults) {
      const sender = senderIn(places.of(fault.lane))
      if (sender?.owner.id !== fault.integrationId) continue
      const wait = waitOut(sender, fault)
      if (policies[fault.retry].waits === 'lane') sender.hold.reported(wait)
    }
  }

  function fault(sender: Sender, mt: Mt) {
    if (sender.hold.isSupplierFault())
      holdLane(sender, laneOf(mt), policies.transient.delayMs(sender.hold.count() + 1, app.random()))
  }

  /** Answers whether it is a new hold. */
  function holdLane(sender: Sender, lane: string, ms: number): boolean {
    const isNew = sender.hold.begin(performance.now(), ms)
    if (isNew) app.events.laneHeld(lane, ms)
    return isNew
  }

  return {
    kind: 'mt',
    isBusy: places.isBusy,
    servable: () => true, // a lane without a sender is served as well: its messages expire
    serve,
    warn,
    turned() {
      for (const place of places.all()) {
        place.sender = undefined // what the supplier said holds for another time
        place.lookedAt = -Infinity
        place.slots.rouse()
      }
    },
    drained: places.drained,
  }
}

const codeOf = ({ supplierCode }: NotSent) => (supplierCode === undefined ? {} : { supplierCode })

type Fault = Pick<ReportedFault, 'lane' | 'to' | 'attempts' | 'retry'>

interface Sending {
  place: Place
  lease: TakenLease
  sender: Sender
  signal: AbortSignal
}

type Start = { left: number; isLate: boolean; signal: AbortSignal }

const paceOf = ({ messagesPerSecond }: Supplier, lease?: { freeMs: number }): Pace =>
  pace(messagesPerSecond, performance.now(), lease?.freeMs)

/** The inverse of `laneOf`. */
function addressOf(lane: string): [Channel, string] {
  const [channel, from = ''] = lane.split(':')
  return [channel === 'sms' ? 'sms' : 'whatsapp', from]
}
