import {
  type LaneKind,
  type Lease,
  LeaseLost,
  StoreUnavailable,
  type TakenLease,
} from '../../packages/gateway/src/core/store.ts'
import type { VirtualTime } from './virtual-time.ts'

/** How a node reaches the database: `cut` is refused at once, `half-open` is silent. */
export type Link = 'up' | 'cut' | 'half-open'

export interface Sender {
  name: string
  /** What its supplier lets it send. */
  messagesPerSecond: number
  /** What its business wants to send. */
  wantedPerSecond: number
}

/** What the database knows of a lane. Messages are counted, and not kept: those that came are reckoned from the time. */
interface Lane {
  fence: number
  freeSince: number
  lease: { node: string; until: number } | undefined
  begun: number
  /** Begun under the present fence, and not ended. */
  underWay: number
  uncertain: number
}

/** The rules of `core/store.ts` that leases rest on: they run by the database's own time, and fences only grow. */
export type Ledger = ReturnType<typeof openLedger>

const roundTripMs = 2
const giveUpMs = 5000

export function openLedger(time: VirtualTime, senders: Sender[]) {
  const lanes = new Map(
    senders.map(({ name }): [string, Lane] => [
      name,
      { fence: 0, freeSince: -Infinity, lease: undefined, begun: 0, underWay: 0, uncertain: 0 },
    ]),
  )
  const wanted = new Map(senders.map(({ name, wantedPerSecond }) => [name, wantedPerSecond]))
  const hereUntil = new Map<string, number>()
  let refused = 0

  const laneOf = (name: string): Lane => {
    const lane = lanes.get(name)
    if (!lane) throw new Error(`there is no lane ${name}`)
    return lane
  }
  const waiting = (name: string) =>
    Math.floor((time.now() / 1000) * (wanted.get(name) ?? 0)) - laneOf(name).begun
  const holderOf = ({ lease }: Lane) => (lease && lease.until > time.now() ? lease.node : undefined)

  function check({ lane, fence }: Lease): Lane {
    const found = laneOf(lane)
    if (found.fence === fence) return found
    refused++
    throw new LeaseLost(`The lane ${lane} has another lease than ${fence}`)
  }

  function take(name: string, node: string, leaseMs: number): TakenLease | undefined {
    const lane = laneOf(name)
    const isOwn = lane.lease?.node === node
    if (!isOwn && holderOf(lane) !== undefined) return undefined
    const freeMs = lane.lease ? 0 : time.now() - lane.freeSince
    if (!isOwn) {
      lane.fence++
      lane.uncertain += lane.underWay
      lane.underWay = 0
    }
    lane.lease = { node, until: time.now() + leaseMs }
    return { lane: name, fence: lane.fence, freeMs }
  }

  function giveBack({ lane, fence }: Lease) {
    const found = laneOf(lane)
    if (found.fence !== fence) return
    found.lease = undefined
    found.freeSince = time.now()
  }

  function begin(lease: Lease, most: number): number {
    const lane = check(lease)
    const count = Math.min(most, waiting(lease.lane))
    lane.begun += count
    lane.underWay += count
    return count
  }

  function end({ lane, fence }: Lease, count: number) {
    const found = laneOf(lane)
    if (found.fence === fence) found.underWay -= count
    else found.uncertain -= count // the answer came after all
  }

  function attend(node: string, forMs: number) {
    hereUntil.set(node, time.now() + forMs)
    const nodes = [...hereUntil.values()].filter((until) => until > time.now()).length
    return { nodes, lanes: [...lanes.values()].filter((lane) => holderOf(lane) !== undefined).length }
  }

  /** The store as one node has it. */
  function seenBy(node: string, link: () => Link) {
    async function ask<T>(question: () => T): Promise<T> {
      const way = link()
      if (way === 'cut') throw new StoreUnavailable('refused')
      await time.sleep(way === 'up' ? roundTripMs / 2 : giveUpMs)
      if (way !== 'up' || link() !== 'up') throw new StoreUnavailable('no answer')
      const answer = question()
      await time.sleep(roundTripMs / 2)
      return answer
    }
    return {
      attend: (_kind: LaneKind, as: string, forMs: number) => ask(() => attend(as, forMs)),
      dueLanes: () =>
        ask(() =>
          [...lanes]
            .filter(([name, lane]) => {
              const holder = holderOf(lane)
              return (holder ?? node) === node && (waiting(name) > 0 || (!holder && lane.underWay > 0))
            })
            .map(([name]) => name),
        ),
      lease: (names: string[], as: string, leaseMs: number) =>
        ask(() => names.flatMap((name) => take(name, as, leaseMs) ?? [])),
      release: (leases: Lease[]) => ask(() => leases.forEach(giveBack)),
      due: (lease: Lease) => ask(() => waiting(lease.lane)),
      begin: (lease: Lease, most: number) => ask(() => begin(lease, most)),
      end: (lease: Lease, count: number) => ask(() => end(lease, count)),
    }
  }

  return {
    seenBy,
    /** Lanes that nobody serves although something waits in them. */
    unserved: () =>
      [...lanes]
        .filter(([name, lane]) => holderOf(lane) === undefined && waiting(name) > 0)
        .map(([name]) => name),
    heldBy: (node: string) => [...lanes].filter(([, lane]) => holderOf(lane) === node).map(([name]) => name),
    totals() {
      const all = [...lanes]
      const sum = (of: (lane: Lane, name: string) => number) =>
        all.reduce((total, [name, lane]) => total + of(lane, name), 0)
      return {
        begun: sum(({ begun }) => begun),
        uncertain: sum(({ uncertain }) => uncertain),
        waiting: sum((_, name) => waiting(name)),
        refused,
      }
    },
  }
}
