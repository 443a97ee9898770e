import { type Lanes, type LaneWork, serveLanes } from '../../packages/gateway/src/core/lane.ts'
import { type Pace, pace } from '../../packages/gateway/src/core/pace.ts'
import type { Lease, TakenLease } from '../../packages/gateway/src/core/store.ts'
import type { Ledger, Link } from './ledger.ts'
import type { VirtualTime } from './virtual-time.ts'

export interface Node {
  name: string
  link: Link
  /** It accepted something for this lane. */
  wake(lane: string): void
  /** The process is gone: nothing of it happens any more. */
  die(): void
  stop(): Promise<void>
}

interface Around {
  ledger: Ledger
  rateOf(lane: string): number
  sent(node: string, lane: string, count: number): void
}

const supplierMs = 80
const pageMost = 500
const againMs = 1000

/** A gateway's dispatching node: its lanes and its pace are the real ones; of sending there is no more than the times. */
export function startNode(time: VirtualTime, name: string, { ledger, rateOf, sent }: Around): Node {
  let isDead = false
  const node: Node = { name, link: 'up', wake: (lane) => lanes.wake([lane]), die, stop: () => lanes.stop() }
  const store = ledger.seenBy(name, () => (isDead ? 'half-open' : node.link))
  const paces = new Map<string, { fence: number; pace: Pace }>()
  /** What the supplier has not answered, by lane. */
  const underWay = new Map<Promise<void>, string>()

  function paceOf({ lane, fence, freeMs }: TakenLease): Pace {
    const known = paces.get(lane)
    if (known?.fence === fence) return known.pace
    const own = { fence, pace: pace(rateOf(lane), time.now(), freeMs) }
    paces.set(lane, own)
    return own.pace
  }

  async function serve(lease: TakenLease, signal: AbortSignal) {
    const own = paceOf(lease)
    while (!signal.aborted && !isDead) {
      const due = await store.due(lease)
      if (due === 0) return
      const room = Math.min(own.free(time.now()), due, pageMost)
      if (room === 0) {
        await time.sleep(Math.max(1, own.freeAt() - time.now()))
        continue
      }
      own.left(time.now(), room)
      const begun = await store.begin(lease, room)
      if (begun === 0 || isDead) continue
      sent(name, lease.lane, begun)
      const answered = supplierAnswers(lease, begun)
      underWay.set(answered, lease.lane)
      void answered.finally(() => underWay.delete(answered))
    }
  }

  async function supplierAnswers(lease: Lease, count: number) {
    await time.sleep(supplierMs)
    while (!isDead)
      try {
        return await store.end(lease, count)
      } catch {
        await time.sleep(againMs)
      }
  }

  const work: LaneWork = {
    kind: 'mt',
    servable: () => true,
    isBusy: (lane) => underWay.values().some((busy) => busy === lane),
    serve,
    drained: async () => void (await Promise.all(underWay.keys())),
  }
  const quiet = () => {}
  const events = { laneLost: quiet, laneFailed: quiet, storeFailed: quiet, storeWrote: quiet }
  const lanes: Lanes = serveLanes({ store, events, node: name, now: time.now }, work)

  function die() {
    isDead = true
    void lanes.stop() // for the timers, which would go on here
  }
  return node
}
