import type { Events } from './events.ts'
import { type LaneKind, type Lease, LeaseLost, type Store, StoreUnavailable } from './store.ts'

/** What a node does with the lanes of one kind. */
export interface LaneWork {
  kind: LaneKind
  /** Whether there is any point in serving this lane now: its endpoint has a URL, say. */
  servable(lane: string): boolean
  /** Starts everything in one lane that is due, at the lane's own pace, and returns when nothing more is; or when told to stop. */
  serve(lease: Lease, signal: AbortSignal): Promise<void>
  /** Whether anything that `serve` started in this lane may still be under way when the lane has been idle for long. */
  isBusy?(lane: string): boolean
  /** Resolves when nothing that `serve` started is under way any more. */
  drained(): Promise<void>
  /** The business clock was turned: whatever waits looks again. */
  turned?(): void
}

/** Tells whoever serves lanes here that something in them became due. */
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
  store: Pick<Store, 'dueLanes' | 'lease' | 'release'>
  events: Pick<Events, 'laneLost' | 'laneFailed' | 'storeFailed' | 'storeWrote'>
  node: string
  now(): number
}

interface Served {
  lease: Lease
  wakened: boolean
  running: boolean
  idleSince: number
}

/**
 * An idle lane is kept for this long: the next message finds it served. Longer than any callback may take, so that, with
 * what the work itself calls busy, nothing is under way in a lane that is given back.
 */
const usualTiming = { leaseMs: 15_000, pollMs: 500, idleMs: 60_000 }

/**
 * Serves the lanes of one kind on this node: takes those with something due, runs the work, renews the leases, gives
 * idle lanes back. A lane is woken by the write that put something into it; the poll finds what became due by time,
 * what a dead node left, and what another node accepted.
 */
export function serveLanes(app: Needs, work: LaneWork, timing = usualTiming): Lanes {
  const served = new Map<string, Served>()
  const wanted = new Set<string>()
  const stopping = new AbortController()
  const running = new Set<Promise<void>>()
  let taking: Promise<void> | undefined
  let renewedAt = performance.now()

  function wake(lanes: string[]) {
    if (stopping.signal.aborted) return
    for (const lane of lanes) {
      const own = served.get(lane)
      if (!own) {
        if (work.servable(lane)) wanted.add(lane)
      } else if (own.running) own.wakened = true
      else run(lane, own)
    }
    if (wanted.size > 0) taking ??= take()
  }

  async function take() {
    try {
      while (wanted.size > 0 && !stopping.signal.aborted) {
        const lanes = [...wanted].filter((lane) => !served.has(lane))
        wanted.clear()
        const leases = await app.store.lease(lanes, app.node, timing.leaseMs)
        app.events.storeWrote()
        for (const lease of leases) {
          const own = { lease, wakened: false, running: false, idleSince: 0 }
          served.set(lease.lane, own)
          run(lease.lane, own)
        }
      }
    } catch (error) {
      app.events.storeFailed('lease', error)
    } finally {
      taking = undefined
    }
  }

  function run(lane: string, own: Served) {
    own.running = true
    const done = serveUntilIdle(lane, own)
      .catch((error: unknown) => {
        // The poll comes back to what failed.
        if (error instanceof LeaseLost) lose(lane)
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
      await work.serve(own.lease, stopping.signal)
    } while (own.wakened && served.get(lane) === own && !stopping.signal.aborted)
  }

  function lose(lane: string) {
    served.delete(lane)
    app.events.laneLost(lane)
  }

  async function poll() {
    try {
      if (performance.now() - renewedAt > timing.leaseMs / 3) await renew()
      wake(await app.store.dueLanes(work.kind, app.now()))
    } catch (error) {
      app.events.storeFailed('poll', error)
    }
  }

  async function renew() {
    const now = performance.now()
    const idle = [...served].filter(
      ([lane, own]) => !own.running && !work.isBusy?.(lane) && now - own.idleSince > timing.idleMs,
    )
    for (const [lane] of idle) served.delete(lane)
    if (idle.length > 0) await app.store.release(idle.map(([, { lease }]) => lease))
    if (served.size === 0) return

    const held = [...served]
    const renewed = await app.store.lease([...served.keys()], app.node, timing.leaseMs)
    app.events.storeWrote()
    renewedAt = now
    const fences = new Map(renewed.map(({ lane, fence }) => [lane, fence]))
    for (const [lane, own] of held)
      if (fences.get(lane) !== own.lease.fence && served.get(lane) === own) lose(lane)
  }

  let polling = poll()
  const timer = setInterval(() => {
    polling = polling.then(poll)
  }, timing.pollMs)

  return {
    wake,
    turned() {
      if (stopping.signal.aborted) return
      work.turned?.()
      polling = polling.then(poll)
    },
    async stop() {
      clearInterval(timer)
      stopping.abort()
      await Promise.all([polling, taking])
      await Promise.all(running)
      await work.drained()
      await app.store.release([...served.values()].map(({ lease }) => lease)).catch(() => {
        // The store is gone: the leases lapse by themselves.
      })
    },
  }
}
