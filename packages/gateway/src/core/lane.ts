import type { Events } from './events.ts'
import { rounds } from './rounds.ts'
import {
  type LaneKind,
  LeaseLost,
  laneKindOf,
  type Store,
  StoreUnavailable,
  type TakenLease,
} from './store.ts'

/** What a node does with the lanes of one kind. */
export interface LaneWork {
  kind: LaneKind
  /** Whether there is any point in serving this lane now: its endpoint has a URL, say. */
  servable(lane: string): boolean
  /** Starts everything in one lane that is due, at the lane's own pace, and returns when nothing more is; or when told to stop. */
  serve(lease: TakenLease, signal: AbortSignal): Promise<void>
  /** Whether anything that `serve` started in this lane may still be under way when the lane has been idle for long. */
  isBusy?(lane: string): boolean
  /** Resolves when nothing that `serve` started is under way any more. */
  drained(): Promise<void>
  /** The business clock was turned: whatever waits looks again. */
  turned?(): void
}

/** Tells whoever serves lanes here that something in them became due; of other kinds they are as well. */
export interface Waker {
  wake(lanes: string[]): void
}

export interface Lanes extends Waker {
  /** The business clock was turned: finds at once what became due by it. */
  turned(): void
  /** Begins nothing more from the moment of the call, waits for what is under way, and gives the lanes back. */
  stop(): Promise<void>
}

interface Needs {
  store: Pick<Store, 'attend' | 'dueLanes' | 'lease' | 'release'>
  events: Pick<Events, 'laneLost' | 'laneFailed' | 'storeFailed' | 'storeWrote'>
  node: string
  now(): number
}

interface Served {
  lease: TakenLease
  wakened: boolean
  running: boolean
  idleSince: number
  /** Aborted when the node stops, or is to give this lane to others. */
  ending: AbortController
}

/**
 * An idle lane is kept for this long: the next message finds it served. Longer than any callback may take, so that, with
 * what the work itself calls busy, nothing is under way in a lane that is given back.
 */
const usualTiming = { leaseMs: 15_000, pollMs: 500, idleMs: 60_000 }

/** A node may serve so many more than its share before it gives any back: lanes come and go. */
const mostFor = (share: number) => share * 1.25 + 4

/**
 * Serves the lanes of one kind on this node: takes those with something due, runs the work, renews the leases, gives
 * idle lanes back. A lane is woken by the write that put something into it; the poll finds what became due by time,
 * what a dead node left, and what another node accepted.
 *
 * Where several nodes serve, each has its share of the lanes: beyond it a node leaves a lane to the others for one poll,
 * and far beyond it gives lanes back.
 */
export function serveLanes(app: Needs, work: LaneWork, timing = usualTiming): Lanes {
  const served = new Map<string, Served>()
  const wanted = new Set<string>()
  /** Lanes that the last poll left to others. */
  let left: ReadonlySet<string> = new Set()
  /** Lanes given to others, and until when this node does not take them back. */
  const given = new Map<string, number>()
  let share = Infinity
  const stopping = new AbortController()
  const running = new Set<Promise<void>>()
  let taking: Promise<void> | undefined
  let renewedAt = -Infinity

  function wake(lanes: string[], isTurn = hasRoom) {
    if (stopping.signal.aborted) return
    for (const lane of lanes) {
      const own = served.get(lane)
      if (!own) {
        if (laneKindOf(lane) === work.kind && work.servable(lane) && isTurn(lane)) wanted.add(lane)
      } else if (own.running) own.wakened = true
      else if (!own.ending.signal.aborted) run(lane, own)
    }
    if (wanted.size > 0) taking ??= take()
  }

  function hasRoom(lane: string): boolean {
    if ((given.get(lane) ?? -Infinity) > performance.now()) return false
    return served.size + wanted.size < mostFor(share)
  }

  /** A lane that the others had a poll's time to take is taken by whoever sees it. */
  function wakeFound(lanes: string[]) {
    const before = left
    left = new Set(lanes.filter((lane) => !served.has(lane) && !hasRoom(lane)))
    wake(lanes, (lane) => hasRoom(lane) || before.has(lane))
  }

  async function take() {
    try {
      while (wanted.size > 0 && !stopping.signal.aborted) {
        const lanes = [...wanted].filter((lane) => !served.has(lane))
        wanted.clear()
        const leases = await app.store.lease(lanes, app.node, timing.leaseMs)
        app.events.storeWrote()
        for (const lease of leases) begin(lease)
      }
    } catch (error) {
      app.events.storeFailed('lease', error)
    } finally {
      taking = undefined
    }
  }

  function begin(lease: TakenLease) {
    const own = { lease, wakened: false, running: false, idleSince: 0, ending: new AbortController() }
    if (stopping.signal.aborted) own.ending.abort()
    served.set(lease.lane, own)
    run(lease.lane, own)
  }

  function run(lane: string, own: Served) {
    own.running = true
    const done = serveUntilIdle(lane, own)
      .catch((error: unknown) => {
        // The poll comes back to what failed.
        if (error instanceof LeaseLost) lose(lane, own)
        else if (error instanceof StoreUnavailable) app.events.storeFailed('serve', error)
        else app.events.laneFailed(lane, error)
      })
      .finally(() => {
        own.running = false
        own.idleSince = performance.now()
        running.delete(done)
      })
    running.add(done)
  }

  async function serveUntilIdle(lane: string, own: Served) {
    do {
      own.wakened = false
      await work.serve(own.lease, own.ending.signal)
    } while (own.wakened && served.get(lane) === own && !own.ending.signal.aborted)
  }

  /** By a lease that is over; it may be served by a later one already. */
  function lose(lane: string, own: Served) {
    if (served.get(lane) !== own) return
    served.delete(lane)
    own.ending.abort() // what it still has under way is not to keep a stop waiting
    app.events.laneLost(lane)
  }

  async function poll() {
    if (performance.now() - renewedAt > timing.leaseMs / 3) await renew()
    await giveBackEnded()
    wakeFound(await app.store.dueLanes(work.kind, app.now(), app.node))
  }

  async function renew() {
    const now = performance.now()
    const { nodes, lanes } = await app.store.attend(work.kind, app.node, timing.leaseMs)
    share = nodes > 1 ? lanes / nodes : Infinity
    endSurplus(now)
    if (served.size > 0) {
      const held = [...served]
      const renewed = await app.store.lease([...served.keys()], app.node, timing.leaseMs)
      const leases = new Map(renewed.map((lease) => [lease.lane, lease]))
      for (const [lane, own] of held) {
        const lease = leases.get(lane)
        if (lease?.fence === own.lease.fence) continue
        lose(lane, own)
        // Another node had it and gave it back: it is ours anew.
        if (lease && !served.has(lane)) begin(lease)
      }
    }
    app.events.storeWrote()
    renewedAt = now
  }

  /** Ends serving lanes that are idle for long, and those that are beyond this node's share; what is under way goes on. */
  function endSurplus(now: number) {
    const kept: Served[] = []
    for (const own of served.values())
      if (!own.running && now - own.idleSince > timing.idleMs) own.ending.abort()
      else if (!own.ending.signal.aborted) kept.push(own)
    if (kept.length <= mostFor(share)) return
    // From everywhere in the order in which they came: the busiest lanes came first.
    const surplus = kept.length - Math.ceil(share)
    for (const [i, { ending, lease }] of kept.entries()) {
      if ((i * surplus) % kept.length >= surplus) continue
      ending.abort()
      given.set(lease.lane, Infinity)
    }
  }

  /** Nothing is under way in a lane that is given back. */
  async function giveBackEnded() {
    const now = performance.now()
    for (const [lane, until] of given) if (until <= now) given.delete(lane)
    const ended = [...served].filter(
      ([lane, { ending, running }]) => ending.signal.aborted && !running && !work.isBusy?.(lane),
    )
    if (ended.length === 0) return
    for (const [lane] of ended) {
      served.delete(lane)
      if (given.has(lane)) given.set(lane, now + timing.leaseMs / 3)
    }
    await app.store.release(ended.map(([, { lease }]) => lease))
  }

  const polls = rounds(timing.pollMs, poll, (error) => app.events.storeFailed('poll', error))
  polls.soon()

  return {
    wake,
    turned() {
      if (stopping.signal.aborted) return
      work.turned?.()
      polls.soon()
    },
    async stop() {
      stopping.abort()
      for (const { ending } of served.values()) ending.abort()
      await Promise.all([polls[Symbol.asyncDispose](), taking])
      await Promise.all(running)
      await work.drained()
      try {
        await app.store.release([...served.values()].map(({ lease }) => lease))
        await app.store.attend(work.kind, app.node, 0)
      } catch {
        // The store is gone: the leases lapse by themselves.
      }
    },
  }
}
