import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openStore } from '../store/index.ts'
import { scene } from '../store/suite/scene.ts'
import { serveLanes } from './lane.ts'
import { type Lease, LeaseLost } from './store.ts'

test('an idle lane is given back, but not while its work is busy in it', async () => {
  const released = Promise.withResolvers<string[]>()
  let busy = true
  let renewals = 0
  const lanes = serveLanes(
    {
      store: {
        attend: async () => ({ nodes: 1, lanes: 1 }),
        dueLanes: async () => [],
        async lease(lanes) {
          // So often idle for too long, and busy.
          if (++renewals === 5) busy = false
          return lanes.map((lane) => ({ lane, fence: 1, freeMs: Infinity }))
        },
        async release(leases) {
          if (leases.length > 0) released.resolve(leases.map(({ lane }) => lane))
        },
      },
      events: { laneLost() {}, laneFailed() {}, storeFailed() {}, storeWrote() {} },
      node: 'node',
      now: Date.now,
    },
    {
      kind: 'mt',
      servable: () => true,
      serve: async () => {},
      isBusy: () => busy,
      drained: async () => {},
    },
    { leaseMs: 0, pollMs: 1, idleMs: 0 },
  )
  lanes.wake(['whatsapp:27999'])
  assert.deepEqual(await released.promise, ['whatsapp:27999'])
  assert.equal(renewals, 5)
  await lanes.stop()
})

test('a lane is left to the work of its kind', async () => {
  const leased: string[] = []
  const served = Promise.withResolvers<void>()
  const lanes = serveLanes(
    {
      store: {
        attend: async () => ({ nodes: 1, lanes: 1 }),
        dueLanes: async () => [],
        async lease(lanes) {
          leased.push(...lanes)
          return lanes.map((lane) => ({ lane, fence: 1, freeMs: Infinity }))
        },
        release: async () => {},
      },
      events: { laneLost() {}, laneFailed() {}, storeFailed() {}, storeWrote() {} },
      node: 'node',
      now: Date.now,
    },
    {
      kind: 'callback',
      servable: () => true,
      serve: async () => served.resolve(),
      drained: async () => {},
    },
  )
  // A commit tells all lanes that it touched to everybody.
  lanes.wake(['whatsapp:27999', 'callback:1:status', 'fetch:1'])
  await served.promise
  await lanes.stop()
  assert.deepEqual(leased, ['callback:1:status'])
})

test('a lane that another node had meanwhile is served by its new lease, and given back', async () => {
  let lastFence = 1
  const serving: number[] = []
  const late = Promise.withResolvers<void>()
  const anew = Promise.withResolvers<void>()
  const released: Lease[] = []
  const lost: string[] = []
  let isToldToEnd = false
  const lanes = serveLanes(
    {
      store: {
        attend: async () => ({ nodes: 2, lanes: 1 }),
        dueLanes: async () => [],
        lease: async (lanes) => lanes.map((lane) => ({ lane, fence: lastFence, freeMs: Infinity })),
        release: async (leases) => void released.push(...leases),
      },
      events: {
        laneLost: (lane) => void lost.push(lane),
        laneFailed() {},
        storeFailed() {},
        storeWrote() {},
      },
      node: 'node',
      now: Date.now,
    },
    {
      kind: 'mt',
      servable: () => true,
      async serve({ fence }, signal) {
        serving.push(fence)
        if (fence === 2) return anew.resolve()
        lastFence = 2
        await late.promise
        isToldToEnd = signal.aborted
        throw new LeaseLost('what the first lease wrote came too late')
      },
      drained: async () => {},
    },
    { leaseMs: 0, pollMs: 1, idleMs: 60_000 },
  )
  lanes.wake(['whatsapp:27999'])
  await anew.promise
  late.resolve()
  await lanes.stop()
  assert.deepEqual(serving, [1, 2])
  assert.deepEqual(lost, ['whatsapp:27999'], 'once')
  assert.ok(isToldToEnd, 'what was under way by the first lease')
  assert.partialDeepStrictEqual(released, [{ lane: 'whatsapp:27999', fence: 2 }])
})

test('a node that joins gets its share of the lanes, and each stays served by one', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'waypost-'))
  t.after(() => rm(folder, { recursive: true }))
  await using store = await openStore(`sqlite:${join(folder, 'ledger.db')}`)
  const stage = { store, clock: { at: Date.now() } }
  const all = Array.from({ length: 30 }, () => scene(stage))
  for (const { accept } of all) await accept({})

  const serving = new Map<string, string>()
  const enough = Promise.withResolvers<void>()
  const nodeOf = (node: string) =>
    serveLanes(
      {
        store,
        events: {
          laneLost() {},
          laneFailed() {},
          storeFailed: (_call, error) => enough.reject(error),
          storeWrote() {},
        },
        node,
        now: () => stage.clock.at,
      },
      {
        kind: 'mt',
        servable: () => true,
        async serve({ lane }, signal) {
          assert.equal(serving.get(lane), undefined, 'one node at a time')
          serving.set(lane, node)
          const held = [...serving.values()].filter((holder) => holder === 'second').length
          if (serving.size === all.length && held >= all.length / 3) enough.resolve()
          await new Promise((resolve) => signal.addEventListener('abort', resolve))
          serving.delete(lane)
        },
        drained: async () => {},
      },
      { leaseMs: 3000, pollMs: 10, idleMs: 60_000 },
    )
  const first = nodeOf('first')
  first.wake(all.map(({ lane }) => lane))
  const second = nodeOf('second')
  await enough.promise
  await Promise.all([first.stop(), second.stop()])
  const left = await store.lanes()
  assert.deepEqual(
    left.filter(({ node }) => node !== undefined),
    [],
    'both gave back what they had',
  )
})
