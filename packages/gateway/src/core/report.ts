import { calledBack, isShadow } from './called-back.ts'
import type { Directory } from './directory.ts'
import { endpointOfLane } from './endpoint.ts'
import type { Events } from './events.ts'
import type { Integration } from './integration.ts'
import type { LaneWork } from './lane.ts'
import { perLane } from './per-lane.ts'
import { passed } from './points.ts'
import { type Slots, slots } from './slots.ts'
import { type Callback, type CallbackAttempt, type Lease, LeaseLost, type Store } from './store.ts'
import { stored } from './stored.ts'
import { turns } from './turns.ts'

export interface Reporting {
  store: Pick<Store, 'dueCallbacks' | 'recordCallbacks' | 'abandonCallbacks'>
  directory: Pick<Directory, 'integration'>
  /** Tells one endpoint of one event, as the integration is called back now. Never rejects. */
  tell(integration: Integration, url: string, callback: Callback): Promise<CallbackAttempt>
  events: Pick<Events, 'callbackAttempted' | 'endpointPaused' | 'storeFailed' | 'storeWrote' | 'bug'>
  now(): number
  most?: typeof most
}

/** One endpoint while this node serves it. */
interface Receiver {
  slots: Slots
  /** Sequence numbers under way: the store still counts them as due. */
  underWay: Set<number>
  /** It did not answer well the last time. Until it does, one event at a time is enough to find out. */
  failing: boolean
  /** It was paused by an attempt of this turn: the rest of what was read is not due any more. */
  paused: boolean
}

/**
 * How many attempts may be under way: at one endpoint, at all that answer, and at all that do not. An endpoint that dies
 * has a small part of the second for one time-out; from then on it shares the third with its like, so that however many
 * are dead, those that answer have their connections.
 */
const most = { atOne: 32, answering: 1024, failing: 128 }
const page = 200

/** Tells endpoints what happened, each at its own pace: one that is slow keeps only its own lane waiting. */
export function report(app: Reporting): LaneWork {
  const { atOne, ...shared } = app.most ?? most
  const answering = turns(shared.answering)
  const failing = turns(shared.failing)
  const receivers = perLane(
    (): Receiver => ({ slots: slots(), underWay: new Set(), failing: false, paused: false }),
  )

  /** Whom a lane's events are told to; why to nobody ever; or undefined while they wait for a URL. */
  function target(lane: string): Target | Nobody | undefined {
    const { integrationId, endpoint } = endpointOfLane(lane)
    const integration = app.directory.integration(integrationId)
    if (!integration) return { why: 'The integration is deleted' }
    const { url, as } = calledBack(integration, endpoint)
    if (url) return { integration, as, url }
    return isShadow(endpoint) ? { why: 'The shadow endpoint is removed' } : undefined
  }

  async function serve(lease: Lease, signal: AbortSignal) {
    const receiver = receivers.of(lease.lane)
    receiver.paused = false
    while (!signal.aborted) {
      const to = target(lease.lane)
      if (!to) return
      // Not only those under way now: one whose answer is stored while the store is being read is in what was read.
      const underWay = new Set(receiver.underWay)
      const due = await app.store.dueCallbacks(lease, app.now(), page + underWay.size)
      const fresh = due.filter(({ sequence }) => !underWay.has(sequence))
      if (fresh.length === 0) return
      if ('why' in to) {
        const sequences = fresh.map(({ sequence }) => sequence)
        // They can be replayed should there be somebody again.
        await app.store.abandonCallbacks(lease, sequences, app.now(), to.why)
        continue
      }
      passed('callback.due')
      for (const callback of fresh) {
        while (room(receiver) === 0 && !signal.aborted) await receiver.slots.change(undefined, signal)
        const end = await (receiver.failing ? failing : answering).take()
        if (signal.aborted || receiver.paused) return end()
        // Whoever mends a URL does not want the rest of the page to be told to the old one.
        if (app.directory.integration(to.integration.id) !== to.integration) {
          end()
          break
        }
        receiver.underWay.add(callback.sequence)
        receiver.slots.start(attempt({ ...to, lease, receiver, signal }, callback).finally(end))
      }
    }
  }

  const room = ({ slots, failing }: Receiver) => slots.free(failing ? 1 : atOne)

  async function attempt({ lease, receiver, as, url, signal }: Telling, callback: Callback) {
    const startedAt = performance.now()
    const result = await app.tell(as, url, callback)
    passed('callback.answered')
    receiver.failing = result.next.state !== 'delivered'
    app.events.callbackAttempted(callback, result, performance.now() - startedAt)
    await stored(app.events, signal, async () => {
      const { paused } = await app.store.recordCallbacks(lease, [result])
      if (!paused) return
      receiver.paused = true
      app.events.endpointPaused(lease.lane)
    }).catch((error: unknown) => {
      // A lease lost meanwhile is the new holder's business: it tells the endpoint again, under the same id.
      if (!(error instanceof LeaseLost)) app.events.bug('recordCallbacks', error)
    })
    passed('callback.stored')
    receiver.underWay.delete(callback.sequence)
  }

  return {
    kind: 'callback',
    servable: (lane) => target(lane) !== undefined,
    serve,
    drained: receivers.drained,
  }
}

interface Target {
  integration: Integration
  /** What the endpoint sees of it. */
  as: Integration
  url: string
}

interface Nobody {
  why: string
}

interface Telling extends Target {
  lease: Lease
  receiver: Receiver
  signal: AbortSignal
}
