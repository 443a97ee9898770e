import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Mt } from '../../core/message.ts'
import { hourMs, type Scene, type Stage, scene } from './scene.ts'

export function lanesSuite(stage: Stage): void {
  describe('lanes', () => {
    test('3: one node serves a lane at a time', async () => {
      const { store, lane } = scene(stage)
      assert.partialDeepStrictEqual(await store.lease([lane], 'a', hourMs), [{ lane, fence: 1 }])
      assert.deepEqual(await store.lease([lane], 'b', hourMs), [])
      const [one, other] = await Promise.all([
        store.lease([`${lane}:new`], 'a', hourMs),
        store.lease([`${lane}:new`], 'b', hourMs),
      ])
      assert.equal(one.length + other.length, 1)
    })

    test('3: renewing keeps the fence, taking raises it', async () => {
      const { store, lane } = scene(stage)
      assert.partialDeepStrictEqual(await store.lease([lane], 'a', hourMs), [{ lane, fence: 1 }])
      assert.partialDeepStrictEqual(await store.lease([lane], 'a', 0), [{ lane, fence: 1 }])
      assert.partialDeepStrictEqual(await store.lease([lane], 'b', hourMs), [{ lane, fence: 2 }])
      assert.deepEqual(await store.lease([lane], 'a', hourMs), [])
    })

    test('3: a lane that is given back goes to the next, under a higher fence', async () => {
      const { store, lane } = scene(stage)
      const leases = await store.lease([lane], 'a', hourMs)
      await store.release(leases)
      assert.partialDeepStrictEqual(await store.lease([lane], 'b', hourMs), [{ lane, fence: 2 }])
      await store.release(leases)
      assert.deepEqual(await store.lease([lane], 'a', hourMs), [], 'an old lease gives nothing back')
    })

    test('many lanes are leased in one call', async () => {
      const scenes = [scene(stage), scene(stage), scene(stage)]
      const lanes = scenes.map(({ lane }) => lane)
      await stage.store.lease(lanes.slice(1, 2), 'b', hourMs)
      const leases = await stage.store.lease(lanes, 'a', hourMs)
      assert.deepEqual(
        leases.map(({ lane }) => lane),
        [lanes[0], lanes[2]],
      )
    })

    const policies: { onUncertain: Mt['onUncertain']; dueAt(mt: Mt, now: number): number }[] = [
      { onUncertain: 'resend', dueAt: (mt, now) => now + mt.uncertainWaitMs },
      { onUncertain: 'hold', dueAt: (mt) => mt.expiresAt },
    ]
    for (const { onUncertain, dueAt } of policies)
      test(`4: taking over makes what was under way uncertain, to ${onUncertain}`, async () => {
        const { underWay, accept, take, begin, find, due, store, clock } = scene(stage)
        const { mt } = await underWay({ onUncertain, uncertainWaitMs: 5000 })
        const [untouched] = await accept({})
        assert.ok(untouched)
        clock.at += 1000
        const lease = await take('another')
        assert.deepEqual(await find(mt), {
          ...mt,
          status: 'queued',
          attempts: 1,
          uncertain: true,
          dueAt: dueAt(mt, clock.at),
        })
        assert.deepEqual(await find(untouched), untouched)
        assert.deepEqual(await due(), [untouched.id])
        const life = await store.life(mt.id)
        assert.partialDeepStrictEqual(life?.attempts, [{ number: 1, outcome: 'unknown', endedAt: clock.at }])
        assert.deepEqual(await begin(lease, mt), new Map([[mt.id, 2]]))
        assert.partialDeepStrictEqual(await find(mt), { uncertain: false, attempts: 2 })
      })

    test('4: renewing leaves what is under way alone', async () => {
      const { underWay, take, find } = scene(stage)
      const { mt } = await underWay()
      await take('node')
      assert.partialDeepStrictEqual(await find(mt), { uncertain: false, attempts: 1 })
      assert.equal((await find(mt)).dueAt, undefined)
    })

    test('4: another lane’s attempts stay as they are', async () => {
      const [one, other] = [scene(stage), scene(stage)]
      const { mt } = await one.underWay()
      await other.underWay()
      await other.take('another')
      assert.equal((await one.find(mt)).uncertain, false)
    })

    test('4: what the node before learns too late still counts', async () => {
      const { underWay, take, outcome, find, due } = scene(stage)
      const { mt } = await underWay()
      const { mt: refused } = await underWay()
      await take('another')
      await outcome(mt, 1, { type: 'sent', supplierIds: ['late'], status: 'sent' })
      await outcome(refused, 1, { type: 'failed', status: 'refused_by_supplier' })
      assert.partialDeepStrictEqual(await find(mt), { status: 'sent', uncertain: false })
      assert.partialDeepStrictEqual(await find(refused), { status: 'refused_by_supplier', uncertain: false })
      assert.deepEqual(await due(Date.UTC(2031, 0)), [])
    })

    test('the lanes with something due are told by kind and time', async () => {
      const { store, accept, refused, lane, endpoint, clock } = scene(stage)
      await accept({ dueAt: clock.at + 1000 }, { dueAt: clock.at + 500, priority: 0 })
      const mtLanes = async (at: number) => (await store.dueLanes('mt', at, 'node')).includes(lane)
      assert.equal(await mtLanes(clock.at + 499), false)
      assert.equal(await mtLanes(clock.at + 500), true)
      await store.accept([refused('volume_limit')])
      const callbackLanes = await store.dueLanes('callback', clock.at, 'node')
      assert.ok(callbackLanes.includes(endpoint('status')))
      assert.ok(!callbackLanes.includes(lane))
      assert.ok(!callbackLanes.includes(endpoint('message')))
    })

    test('a lane that another node serves is not told, and neither is it when that node is gone', async () => {
      const { store, accept, take, lane, clock } = scene(stage)
      await accept({})
      const toldTo = async (node: string) => (await store.dueLanes('mt', clock.at, node)).includes(lane)
      const lease = await take('a', hourMs)
      assert.deepEqual([await toldTo('a'), await toldTo('b')], [true, false])
      await take('a', 0)
      assert.equal(await toldTo('b'), true)
      await take('a', hourMs)
      await store.release([lease])
      assert.equal(await toldTo('b'), true)
    })

    test('a lease says for how long nobody had the lane', async () => {
      const { store, lane } = scene(stage)
      const freeMs = async (node: string, leaseMs: number) =>
        (await store.lease([lane], node, leaseMs)).map(({ freeMs }) => freeMs)
      assert.deepEqual(await freeMs('a', hourMs), [Infinity])
      assert.deepEqual(await freeMs('a', 0), [0], 'renewed')
      assert.deepEqual(await freeMs('b', hourMs), [0], 'lapsed')
      const before = performance.now()
      await store.release([{ lane, fence: 2 }])
      const [free = NaN] = await freeMs('c', hourMs)
      assert.ok(free >= 0 && free <= performance.now() - before + 1, String(free))
    })

    test('nodes know of each other, and of how many lanes they hold together', async () => {
      const { store, lane } = scene(stage)
      const none = await store.attend('fetch', 'a', hourMs)
      assert.equal(none.nodes, 1)
      assert.deepEqual(await store.attend('fetch', 'b', hourMs), { ...none, nodes: 2 })
      await store.lease([`fetch:${lane}`, `fetch:${lane}:other`], 'a', hourMs)
      await store.lease([`fetch:${lane}:lapsed`], 'a', 0)
      assert.deepEqual(await store.attend('fetch', 'a', hourMs), { nodes: 2, lanes: none.lanes + 2 })
      assert.deepEqual(await store.attend('fetch', 'b', 0), { nodes: 1, lanes: none.lanes + 2 })
      assert.equal((await store.attend('fetch', 'a', 0)).nodes, 0)
    })

    test('each lane with something due is named once, however much waits', async () => {
      const scenes = Array.from({ length: 20 }, () => scene(stage))
      await Promise.all(scenes.map(({ accept }) => accept({}, {}, { priority: 0 })))
      const due = await stage.store.dueLanes('mt', stage.clock.at, 'node')
      assert.equal(new Set(due).size, due.length)
      for (const { lane } of scenes) assert.ok(due.includes(lane))
    })

    test('a lane whose messages are all under way has nothing due while it is served', async () => {
      const { store, underWay, take, lane, clock } = scene(stage)
      await underWay()
      await take('node', hourMs)
      assert.ok(!(await store.dueLanes('mt', clock.at + hourMs, 'node')).includes(lane))
    })

    const ends: { end: string; leave(one: Scene): Promise<unknown> }[] = [
      { end: 'stopped', leave: async ({ store, take }) => store.release([await take('node', hourMs)]) },
      { end: 'died', leave: ({ take }) => take('node', 0) },
    ]
    for (const { end, leave } of ends)
      test(`4: what a node that ${end} left under way is found without anything else in its lane`, async () => {
        const one = scene(stage)
        const { store, underWay, lane, clock } = one
        await underWay()
        await leave(one)
        const due = await store.dueLanes('mt', clock.at, 'node')
        assert.equal(due.filter((name) => name === lane).length, 1)
        assert.ok(!(await store.dueLanes('callback', clock.at, 'node')).includes(lane))
      })

    test('the summary says what waits since when, and who serves it until when', async () => {
      const notFailing = { failingSince: undefined, pausedAt: undefined }
      const { store, accept, refused, lane, endpoint, clock } = scene(stage)
      await accept({ dueAt: clock.at + 7 }, { dueAt: clock.at + 5 }, { dueAt: clock.at + 9 })
      await store.accept([refused('volume_limit')])
      const before = Date.now()
      await store.lease([lane], 'a', hourMs)
      const lanes = await store.lanes()
      const own = lanes.find((one) => one.lane === lane)
      assert.ok(own?.leasedUntil !== undefined && own.leasedUntil >= before + hourMs)
      assert.deepEqual(own, {
        lane,
        kind: 'mt',
        waiting: 3,
        oldestDueAt: clock.at + 5,
        node: 'a',
        leasedUntil: own.leasedUntil,
        ...notFailing,
      })
      assert.deepEqual(
        lanes.find((one) => one.lane === endpoint('status')),
        {
          lane: endpoint('status'),
          kind: 'callback',
          waiting: 1,
          oldestDueAt: clock.at,
          node: undefined,
          leasedUntil: undefined,
          ...notFailing,
        },
      )
    })
  })
}
