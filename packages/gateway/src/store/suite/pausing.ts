import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { pausedAfterMs } from '../../core/endpoint.ts'
import { dead, delivered, fiveEvents, waiting } from './callbacks.ts'
import type { Stage } from './scene.ts'

export function pausingSuite(stage: Stage): void {
  describe('an endpoint', () => {
    test('is paused when it has only failed for five days, and its events wait', async () => {
      const { record, due, summary, store, endpoint, clock } = await failing(stage)
      const since = clock.at
      clock.at += pausedAfterMs - 1
      assert.deepEqual(await record(waiting(2, clock.at)), { paused: false })
      assert.partialDeepStrictEqual(await summary(), { failingSince: since, pausedAt: undefined })
      clock.at += 1
      assert.deepEqual(await record(waiting(3, clock.at)), { paused: true })
      assert.deepEqual(await record(waiting(4, clock.at + 1)), { paused: false }, 'it was paused before')

      clock.at += 100 * pausedAfterMs
      assert.deepEqual(await due(clock.at), [])
      assert.ok(!(await store.dueLanes('callback', clock.at, 'node')).includes(endpoint('status')))
      assert.ok((await store.pausedEndpoints()).includes(endpoint('status')))
      const pausedAt = since + pausedAfterMs
      assert.partialDeepStrictEqual(await summary(), { waiting: 5, failingSince: since, pausedAt })
    })

    test('makes no dead letter by the failure that pauses it, nor by those that end later', async () => {
      const { record, events, due, store, endpoint, clock } = await failing(stage)
      clock.at += pausedAfterMs
      assert.deepEqual(await record(dead(1, clock.at)), { paused: true })
      await record(dead(2, clock.at))
      assert.ok((await events('status')).every(({ state }) => state === 'waiting'))
      await store.resumeCallbacks(endpoint('status'), clock.at)
      assert.deepEqual(await due(clock.at), [1, 2, 3, 4, 5])
    })

    test('is not paused when it took anything in those five days', async () => {
      const { record, due, summary, clock } = await failing(stage)
      await record(delivered(2, clock.at + 1))
      assert.partialDeepStrictEqual(await summary(), { failingSince: undefined })
      clock.at += pausedAfterMs
      assert.deepEqual(await record(dead(3, clock.at)), { paused: false })
      assert.deepEqual(await due(clock.at), [1, 4, 5])
    })

    test('is not paused any more when an attempt that was under way succeeds', async () => {
      const { record, due, clock } = await paused(stage)
      await record(delivered(4, clock.at))
      assert.deepEqual(await due(clock.at + 1), [5, 1, 2])
    })

    test('is told everything that waits in its sequence once it is resumed, each with its schedule anew', async () => {
      const { store, endpoint, due, events, summary, record, clock } = await paused(stage)
      const before = await events('status')
      assert.deepEqual(await store.resumeCallbacks(endpoint('status'), clock.at), { resumed: true })
      assert.deepEqual(await due(clock.at), [1, 2, 4, 5], 'a dead letter stays one')
      const after = await events('status')
      const told = ({ id, sequence }: { id: string; sequence: number }) => [id, sequence]
      assert.deepEqual(after.map(told), before.map(told))
      assert.deepEqual(
        after.map(({ attempts, firstAttemptAt }) => [attempts, firstAttemptAt]),
        [0, 0, 1, 0, 0].map((attempts, index) => [attempts, before[index === 2 ? 2 : 4]?.firstAttemptAt]),
      )
      assert.partialDeepStrictEqual(await summary(), { failingSince: undefined, pausedAt: undefined })

      clock.at += pausedAfterMs - 1
      assert.deepEqual(await record(waiting(1, clock.at)), { paused: false }, 'it has another five days')
      assert.deepEqual(await store.resumeCallbacks(endpoint('status'), clock.at), { resumed: false })
      assert.deepEqual(await due(clock.at), [1, 2, 4, 5])
    })

    test('with more than one commit’s worth of failed events is resumed whole', async () => {
      const { store, refused, record, endpoint, due, clock } = await failing(stage)
      await store.accept(Array.from({ length: 1495 }, () => refused('volume_limit')))
      const all = Array.from({ length: 1500 }, (_, index) => index + 1)
      await record(...all.map((sequence) => waiting(sequence, clock.at + pausedAfterMs)))
      await store.resumeCallbacks(endpoint('status'), clock.at)
      assert.deepEqual(await due(clock.at, 5000), all)
    })

    test('is resumed by a replay of one of its events', async () => {
      const { store, endpoint, due, events, clock } = await paused(stage)
      const third = (await events('status'))[2]
      assert.ok(third)
      const replayed = await store.replayCallbacks({ callbackId: third.id }, clock.at)
      assert.deepEqual(replayed, { lanes: [endpoint('status')], replayed: 1 })
      assert.deepEqual(await due(clock.at), [1, 2, 4, 5, 3])
    })

    test('is resumed by a replay of a range, even an empty one', async () => {
      const { store, endpoint, due, integrationId, clock } = await paused(stage)
      const range = { integrationId, endpoint: 'status', fromSequence: 9, toSequence: 9 } as const
      const replayed = await store.replayCallbacks({ ...range, states: ['dead'] }, clock.at)
      assert.deepEqual(replayed, { lanes: [endpoint('status')], replayed: 0 })
      assert.deepEqual(await due(clock.at), [1, 2, 4, 5])
    })

    test('is not paused any more once its integration is deleted: its events can end', async () => {
      const { store, due, integrationId, clock } = await paused(stage)
      await store.deleteIntegration(integrationId)
      assert.deepEqual(await due(clock.at + 1), [5, 1, 2, 4])
    })
  })
}

/** Its first event has failed. */
async function failing(stage: Stage) {
  const one = await fiveEvents(stage)
  const { store, endpoint, record, clock } = one
  await record(waiting(1, clock.at))
  const summary = async () => (await store.lanes()).find(({ lane }) => lane === endpoint('status'))
  return { ...one, summary }
}

/** All but the fifth were tried; the third is a dead letter. */
async function paused(stage: Stage) {
  const one = await failing(stage)
  await one.record(dead(3, one.clock.at))
  one.clock.at += pausedAfterMs
  const at = one.clock.at
  await one.record(waiting(2, at), waiting(4, at + 1), waiting(1, at))
  return one
}
