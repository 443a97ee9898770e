import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Callback, type CallbackAttempt, LeaseLost } from '../../core/store.ts'
import { type Stage, scene } from './scene.ts'

export function callbacksSuite(stage: Stage): void {
  describe('callbacks', () => {
    test('6: an endpoint’s events are numbered from 1 without a gap, however writes interleave', async () => {
      const [one, other] = [scene(stage), scene(stage)]
      const { store, mt, refused } = one
      const known = mt().id
      const calls = Array.from({ length: 60 }, (_, index) => [
        store.accept([refused('volume_limit'), refused('emulated')]),
        store.recordMos([one.mo(), other.mo()]),
        store.accept([other.refused('volume_limit')]),
        // These fail after their event was numbered: the number must not be lost.
        ...(index % 10 === 0
          ? [store.accept([refused('volume_limit'), mt({ id: known }), mt({ id: known })])]
          : []),
      ])
      const settled = await Promise.allSettled(calls.flat())
      assert.equal(settled.filter(({ status }) => status === 'rejected').length, 6)
      for (const [{ events }, endpoint, count] of [
        [one, 'status', 120],
        [one, 'message', 60],
        [other, 'status', 60],
        [other, 'message', 60],
      ] as const)
        assert.deepEqual(
          (await events(endpoint)).map(({ sequence }) => sequence),
          Array.from({ length: count }, (_, index) => index + 1),
        )
    })

    test('are due by due time, then sequence', async () => {
      const { due, record, clock } = await fiveEvents(stage)
      await record(waiting(2, clock.at + 10), waiting(1, clock.at + 20))
      assert.deepEqual(await due(clock.at), [3, 4, 5])
      assert.deepEqual(await due(clock.at + 20), [3, 4, 5, 2, 1])
      assert.deepEqual(await due(clock.at + 20, 4), [3, 4, 5, 2])
      assert.deepEqual(await due(clock.at - 1), [])
    })

    test('keep how far telling got', async () => {
      const { record, events, due, clock } = await fiveEvents(stage)
      const at = clock.at
      await record(
        { ...delivered(1, at), httpStatus: 204 },
        { ...waiting(2, at + 5), at },
        { sequence: 3, at, error: 'timeout', next: { state: 'dead' } },
      )
      const shown = (await events('status')).map(({ state, dueAt, attempts, lastAttempt }) => ({
        state,
        dueAt,
        attempts,
        lastAttempt,
      }))
      const untold = { state: 'waiting', dueAt: at, attempts: 0, lastAttempt: undefined }
      assert.deepEqual(shown, [
        { state: 'delivered', dueAt: undefined, attempts: 1, lastAttempt: { at, httpStatus: 204 } },
        { state: 'waiting', dueAt: at + 5, attempts: 1, lastAttempt: { at, httpStatus: 500 } },
        { state: 'dead', dueAt: undefined, attempts: 1, lastAttempt: { at, error: 'timeout' } },
        untold,
        untold,
      ])
      assert.deepEqual(await due(at + 5), [4, 5, 2])
      await record(delivered(2, at + 5))
      assert.partialDeepStrictEqual((await events('status'))[1], { state: 'delivered', attempts: 2 })
    })

    test('keep when their first attempt was, until they are told again', async () => {
      const { record, store, events, clock } = await fiveEvents(stage)
      const first = async () => (await events('status')).map(({ firstAttemptAt }) => firstAttemptAt)
      const at = clock.at
      await record(waiting(1, at + 10), waiting(2, at + 10))
      await record(waiting(1, at + 20), dead(2, at + 20), dead(3, at + 20))
      assert.deepEqual(await first(), [at + 10, at + 10, at + 20, undefined, undefined])
      const second = (await events('status'))[1]
      assert.ok(second)
      await store.replayCallbacks({ callbackId: second.id }, at + 30)
      const range = { fromSequence: 3, toSequence: 3, states: ['dead' as const] }
      await store.replayCallbacks({ ...range, integrationId: second.integrationId, endpoint: 'status' }, at)
      assert.deepEqual(await first(), [at + 10, undefined, undefined, undefined, undefined])
      await record(waiting(2, at + 40))
      assert.equal((await first())[1], at + 40)
    })

    test('3: an older lease records no attempt', async () => {
      const { take, store, endpoint, events, clock } = await fiveEvents(stage)
      const old = await take('a', 0, endpoint('status'))
      await take('b', 0, endpoint('status'))
      const [first] = await events('status')
      assert.ok(first)
      await assert.rejects(
        store.recordCallbacks(old, [{ id: first.id, ...delivered(1, clock.at) }]),
        LeaseLost,
      )
      assert.equal((await events('status'))[0]?.state, 'waiting')
    })

    test('that nobody can be told any more are dead letters without an attempt', async () => {
      const { take, store, endpoint, events, due, clock } = await fiveEvents(stage)
      const lease = await take('b', 0, endpoint('status'))
      await store.abandonCallbacks(lease, [2, 4], clock.at, 'The integration is deleted')
      assert.deepEqual(await due(clock.at), [1, 3, 5])
      const [, second] = await events('status')
      assert.partialDeepStrictEqual(second, {
        state: 'dead',
        attempts: 0,
        lastAttempt: { at: clock.at, error: 'The integration is deleted' },
      })
      const old = { ...lease, fence: lease.fence - 1 }
      await assert.rejects(store.abandonCallbacks(old, [1], clock.at, 'gone'), LeaseLost)
    })

    test('one can be told again, with its schedule anew', async () => {
      const { record, store, events, due, endpoint, clock } = await fiveEvents(stage)
      await record(...[1, 2, 3, 4, 5].map((sequence) => dead(sequence, clock.at)))
      const second = (await events('status'))[1]
      assert.ok(second)
      const replayed = await store.replayCallbacks({ callbackId: second.id }, clock.at + 1)
      assert.deepEqual(replayed, { lanes: [endpoint('status')], replayed: 1 })
      assert.deepEqual(await due(clock.at + 1), [2])
      assert.partialDeepStrictEqual((await events('status'))[1], {
        id: second.id,
        state: 'waiting',
        attempts: 0,
        dueAt: clock.at + 1,
      })
      const nothing = await store.replayCallbacks({ callbackId: 'f'.repeat(32) }, clock.at)
      assert.deepEqual(nothing, { lanes: [], replayed: 0 })
    })

    const ranges: { from: number; to: number; states: Callback['state'][]; due: number[] }[] = [
      { from: 1, to: 5, states: ['dead'], due: [2, 4] },
      { from: 1, to: 5, states: ['dead', 'delivered'], due: [1, 2, 3, 4] },
      { from: 2, to: 3, states: ['dead', 'delivered'], due: [2, 3] },
      { from: 3, to: 99, states: ['delivered'], due: [3] },
      { from: 6, to: 99, states: ['dead'], due: [] },
    ]
    for (const { from, to, states, due: expected } of ranges)
      test(`${from} to ${to} of those ${states.join(' or ')} can be told again`, async () => {
        const { record, store, due, endpoint, integrationId, clock } = await fiveEvents(stage)
        await record(
          ...[1, 3].map((sequence) => delivered(sequence, clock.at)),
          ...[2, 4].map((sequence) => dead(sequence, clock.at)),
          waiting(5, clock.at + 10),
        )
        const range = {
          integrationId,
          endpoint: 'status',
          fromSequence: from,
          toSequence: to,
          states,
        } as const
        assert.deepEqual(await store.replayCallbacks({ ...range, states: [...states] }, clock.at), {
          lanes: expected.length > 0 ? [endpoint('status')] : [],
          replayed: expected.length,
        })
        assert.deepEqual(await due(clock.at), expected)
      })

    test('a long range can be told again whole', async () => {
      const { store, refused, record, endpoint, integrationId, clock, due } = await fiveEvents(stage)
      await store.accept(Array.from({ length: 2495 }, () => refused('volume_limit')))
      const all = Array.from({ length: 2500 }, (_, index) => index + 1)
      await record(...all.map((sequence) => delivered(sequence, clock.at)))
      assert.deepEqual(await due(clock.at, 5000), [])
      const replayed = await store.replayCallbacks(
        {
          integrationId,
          endpoint: 'status',
          fromSequence: 0,
          toSequence: Number.MAX_SAFE_INTEGER,
          states: ['delivered'],
        },
        clock.at,
      )
      assert.deepEqual(replayed, { lanes: [endpoint('status')], replayed: 2500 })
      assert.deepEqual(await due(clock.at, 5000), all)
    })

    test('can be read on from a sequence', async () => {
      const { store, endpoint } = await fiveEvents(stage)
      const sequences = async (after: number, limit: number) =>
        (await store.eventsAfter(endpoint('status'), after, limit)).map(({ sequence }) => sequence)
      assert.deepEqual(await sequences(0, 2), [1, 2])
      assert.deepEqual(await sequences(2, 10), [3, 4, 5])
      assert.deepEqual(await sequences(5, 10), [])
    })
  })
}

/** An integration whose status endpoint is to be told five events, and their lane leased. */
export async function fiveEvents(stage: Stage) {
  const one = scene(stage)
  const { store, refused, take, endpoint, events } = one
  await store.accept(Array.from({ length: 5 }, () => refused('volume_limit')))
  const lease = await take('node', 0, endpoint('status'))
  return {
    ...one,
    async record(...attempts: Attempt[]) {
      const ids = new Map((await events('status')).map(({ id, sequence }) => [sequence, id]))
      const named = attempts.map((attempt) => ({ id: ids.get(attempt.sequence) ?? '', ...attempt }))
      return store.recordCallbacks(lease, named)
    },
    due: async (at: number, limit = 100) =>
      (await store.dueCallbacks(lease, at, limit)).map(({ sequence }) => sequence),
  }
}

/** Of the event that has this number. */
export type Attempt = Omit<CallbackAttempt, 'id'>

export const delivered = (sequence: number, at: number): Attempt => ({
  sequence,
  at,
  httpStatus: 200,
  next: { state: 'delivered' },
})

export const dead = (sequence: number, at: number): Attempt => ({
  sequence,
  at,
  httpStatus: 500,
  next: { state: 'dead' },
})

export const waiting = (sequence: number, dueAt: number): Attempt => ({
  sequence,
  at: dueAt,
  httpStatus: 500,
  next: { state: 'waiting', dueAt },
})
