import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { AlreadyAnswered, type KeptAnswer, LeaseLost } from '../../core/store.ts'
import { hourMs, ids, type Stage, scene } from './scene.ts'

export function acceptingSuite(stage: Stage): void {
  describe('accepting', () => {
    test('keeps everything that a message came with', async () => {
      const { store, mt, find, clock } = scene(stage)
      const bare = mt()
      const full = mt({
        channel: 'sms',
        content: { type: 'text', text: { body: `ünï\u0001 "\\ 👋🏽 \n${'x'.repeat(5000)}` } },
        encryptionKey: 'AQID',
        clientMessageId: 'their own',
        generation: 'legacy',
        priority: 0,
        dueAt: clock.at + 5,
        conversation: 'one of them',
        onUncertain: 'hold',
        uncertainWaitMs: 1,
      })
      await store.accept([bare, full])
      assert.deepEqual(await find(bare), bare)
      assert.deepEqual(await find(full), full)
    })

    test('1: calls that share a commit succeed and fail one by one', async () => {
      const { store, mt, accept, take, find, begin } = scene(stage)
      const [taken, due] = await accept({}, {})
      assert.ok(taken && due)
      const old = await take('a')
      const lease = await take('b')

      const good = Array.from({ length: 300 }, () => mt())
      const attempts = [
        ...good.slice(0, 150).map((one) => store.accept([one])),
        begin(old, due),
        store.accept([mt(), { ...mt(), id: taken.id }]),
        begin(lease, due),
        ...good.slice(150).map((one) => store.accept([one])),
      ]
      const settled = await Promise.allSettled(attempts)

      const failed = settled.flatMap((one, index) =>
        one.status === 'rejected' ? [{ index, reason: one.reason }] : [],
      )
      assert.deepEqual(
        failed.map(({ index }) => index),
        [150, 151],
      )
      assert.ok(failed[0]?.reason instanceof LeaseLost)
      for (const one of good) assert.deepEqual(await find(one), one)
      assert.deepEqual(await find(taken), taken)
      assert.equal((await find(due)).attempts, 1)
    })

    test('1: a call that fails leaves nothing of itself behind', async () => {
      const { store, accept, mt, refused, integrationId, events, clock } = scene(stage)
      const [taken] = await accept({})
      assert.ok(taken)
      const first = mt()
      const answer = keptAnswer(integrationId, clock.at)
      const call = store.accept([first, refused('volume_limit'), { ...mt(), id: taken.id }], answer)
      const neighbour = store.accept([mt()])
      await assert.rejects(call)
      await neighbour

      assert.equal(await store.findMt(undefined, first.id), undefined)
      assert.equal(await store.answerOf(integrationId, answer.key), undefined)
      assert.deepEqual(await events('status'), [])
      const counted = await store.acceptedSince(clock.at - hourMs)
      assert.deepEqual(
        counted.filter((one) => one.integrationId === integrationId),
        [{ integrationId, count: 2 }],
      )
    })

    test('1: writes of one caller happen in the order of its calls', async () => {
      const { store, integrationId } = scene(stage)
      const pin = { integrationId, number: '278' }
      await Promise.all([
        store.putPin({ ...pin, outcome: 'opted_out' }),
        store.deletePin(integrationId, '278'),
        store.putPin({ ...pin, outcome: null }),
      ])
      const { pins } = await store.loadSettings()
      assert.deepEqual(
        pins.filter((one) => one.integrationId === integrationId),
        [{ ...pin, outcome: null }],
      )
    })

    test('2: a message waits in its lane as soon as it is stored, and the lane is named', async () => {
      const { store, mt, lane, due, clock } = scene(stage)
      const one = mt()
      assert.deepEqual(await store.accept([one]), { lanes: [lane] })
      assert.deepEqual(await due(), [one.id])
      assert.ok((await store.dueLanes('mt', clock.at, 'node')).includes(lane))
    })

    test('2: a message that waits for nothing has its status event at once', async () => {
      const { store, refused, find, due, events, endpoint, told } = scene(stage)
      const one = refused('volume_limit_daily')
      assert.deepEqual(await store.accept([one]), { lanes: [endpoint('status')] })
      assert.deepEqual(await find(one), one)
      assert.deepEqual(await due(), [])
      assert.deepEqual(await told(one), ['volume_limit_daily'])
      const [event] = await events('status')
      assert.partialDeepStrictEqual(event, { state: 'waiting', sequence: 1, messageId: one.id })
    })

    test('2: a message that waits for its time is told at once to be scheduled, and is due then', async () => {
      const { store, mt, lane, due, told, find, endpoint, clock } = scene(stage)
      const one = mt({ status: 'scheduled', dueAt: clock.at + hourMs })
      const { lanes } = await store.accept([one])
      assert.deepEqual(lanes.sort(), [endpoint('status'), lane].sort())
      assert.deepEqual(await find(one), one)
      assert.deepEqual(await told(one), ['scheduled'])
      assert.deepEqual(await due(clock.at + hourMs - 1), [])
      assert.deepEqual(await due(clock.at + hourMs), [one.id])
      const counted = await store.acceptedSince(clock.at - hourMs)
      assert.equal(counted.find(({ integrationId }) => integrationId === one.integrationId)?.count, 1)
    })

    for (const status of ['accepted', 'queued', 'queued_at_limit'] as const)
      test(`5: ${status} is the answer to the request and no event`, async () => {
        const { store, refused, events } = scene(stage)
        assert.deepEqual(await store.accept([refused(status)]), { lanes: [] })
        assert.deepEqual(await events('status'), [])
      })

    test('an idempotency key is answered once, and the second request stores nothing', async () => {
      const { store, mt, integrationId, clock } = scene(stage)
      const answer = keptAnswer(integrationId, clock.at)
      assert.equal(await store.answerOf(integrationId, answer.key), undefined)
      const [first, second] = [mt(), mt()]
      const [one, other] = await Promise.allSettled([
        store.accept([first], answer),
        store.accept([second], { ...answer, body: 'another' }),
      ])
      assert.equal(one.status, 'fulfilled')
      assert.ok(other.status === 'rejected' && other.reason instanceof AlreadyAnswered)
      assert.deepEqual(await store.answerOf(integrationId, answer.key), answer)
      assert.equal(await store.findMt(undefined, second.id), undefined)
    })

    test('an answer may be kept without a message', async () => {
      const { store, integrationId, clock } = scene(stage)
      const answer = keptAnswer(integrationId, clock.at)
      await store.accept([], answer)
      assert.deepEqual(await store.answerOf(integrationId, answer.key), answer)
    })

    test('an idempotency key belongs to its integration and lasts 72 hours', async () => {
      const { store, mt, integrationId, clock } = scene(stage)
      const answer = keptAnswer(integrationId, clock.at)
      await store.accept([mt()], answer)
      const other = scene(stage)
      await store.accept([other.mt()], { ...answer, integrationId: other.integrationId })

      clock.at += 72 * hourMs - 1
      await assert.rejects(store.accept([mt()], { ...answer, at: clock.at }), AlreadyAnswered)
      clock.at += 1
      assert.equal(await store.answerOf(integrationId, answer.key), undefined)
      await store.accept([mt()], { ...answer, at: clock.at, status: 207 })
      assert.equal((await store.answerOf(integrationId, answer.key))?.status, 207)
    })

    test('what waits is counted since a time, per integration', async () => {
      const { store, accept, refused, integrationId, clock } = scene(stage)
      const count = async (since: number) =>
        (await store.acceptedSince(since)).find((one) => one.integrationId === integrationId)?.count
      const day = new Date(clock.at + 48 * hourMs).setUTCHours(0, 0, 0, 0)
      clock.at = day - 1
      await accept({}, {})
      clock.at = day
      await Promise.all([accept({}, {}), accept({}), store.accept([refused('volume_limit_daily')])])
      assert.equal(await count(day), 3)
      assert.equal(await count(day - hourMs), 5)
      assert.equal(await count(day + hourMs), undefined)
    })

    test('however many calls arrive at once, each is answered', async () => {
      const { store, mt, due } = scene(stage)
      const mts = Array.from({ length: 3000 }, () => mt())
      await Promise.all(mts.map((one) => store.accept([one])))
      assert.deepEqual(await due(undefined, 5000), ids(mts))
    })

    test('200 messages of one call keep their order', async () => {
      const { store, mt, due } = scene(stage)
      const mts = Array.from({ length: 200 }, () => mt())
      await store.accept(mts)
      assert.deepEqual(await due(undefined, 500), ids(mts))
    })
  })
}

const keptAnswer = (integrationId: string, at: number): KeptAnswer => ({
  integrationId,
  key: 'once only',
  requestHash: 'ab'.repeat(32),
  status: 202,
  body: '{"messages":[]}',
  at,
})
