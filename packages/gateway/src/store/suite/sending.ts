import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MtLife } from '../../core/looking.ts'
import { type Mt, nameOf } from '../../core/message.ts'
import { LeaseLost, type RecordedOutcome } from '../../core/store.ts'
import { hourMs, ids, type Stage, scene } from './scene.ts'

export function sendingSuite(stage: Stage): void {
  describe('sending', () => {
    test('messages are due by priority, due time and id, and not before their time', async () => {
      const { store, mt, due, clock } = scene(stage)
      const late = mt({ dueAt: clock.at + 10 })
      const second = mt({ dueAt: clock.at })
      const third = mt({ dueAt: clock.at })
      const first = mt({ dueAt: clock.at - 10 })
      const urgent = mt({ priority: 0 })
      const urgentLate = mt({ priority: 0, dueAt: clock.at + 10 })
      await store.accept([late, second, third, first, urgent, urgentLate])

      assert.deepEqual(await due(), [urgent.id, first.id, second.id, third.id])
      assert.deepEqual(await due(clock.at, 2), [urgent.id, first.id])
      assert.deepEqual(await due(clock.at - 11), [])
      const all = [urgent, urgentLate, first, second, third, late]
      assert.deepEqual(
        await due(clock.at + 10),
        all.map(({ id }) => id),
      )
    })

    test('lanes do not see each other’s messages', async () => {
      const [one, other] = [scene(stage), scene(stage)]
      const [mt] = await one.accept({})
      assert.deepEqual(await other.due(), [])
      assert.deepEqual(await one.due(), [mt?.id])
      const lease = await other.take()
      assert.ok(mt)
      assert.equal((await other.begin(lease, mt)).size, 0)
    })

    test('an attempt is counted, and its message is under way instead of due', async () => {
      const { accept, take, begin, due, find, store, clock } = scene(stage)
      const [mt, other] = await accept({}, {})
      assert.ok(mt && other)
      const lease = await take()
      assert.deepEqual(await begin(lease, mt), new Map([[mt.id, 1]]))
      assert.deepEqual(await due(), [other.id])
      const { dueAt: _, ...rest } = mt
      assert.deepEqual(await find(mt), { ...rest, attempts: 1, status: 'queued' })
      const life = await store.life(mt.id)
      assert.deepEqual(life?.attempts, [{ number: 1, beganAt: clock.at }])
    })

    test('only what still waits can be attempted', async () => {
      const { accept, take, begin, store, refused, mt } = scene(stage)
      const [waiting, begun] = await accept({}, {})
      const ended = refused('volume_limit')
      await store.accept([ended])
      assert.ok(waiting && begun)
      const lease = await take()
      await begin(lease, begun)
      const numbers = await begin(lease, waiting, begun, ended, mt())
      assert.deepEqual([...numbers], [[waiting.id, 1]])
    })

    const outcomes: {
      settled: RecordedOutcome['settled']
      leaves: Partial<Mt>
      attempt: Partial<MtLife['attempts'][number]>
      told: string[]
    }[] = [
      {
        settled: { type: 'sent', supplierIds: ['a', 'b'], status: 'sent' },
        leaves: { status: 'sent' },
        attempt: { outcome: 'sent' },
        told: ['sent'],
      },
      {
        settled: { type: 'sent', supplierIds: ['c'], status: 'queued_at_limit' },
        leaves: { status: 'queued_at_limit' },
        attempt: { outcome: 'sent' },
        told: [],
      },
      {
        settled: { type: 'failed', status: 'refused_by_supplier', supplierCode: '131008' },
        leaves: { status: 'refused_by_supplier' },
        attempt: { outcome: 'failed', detail: '131008' },
        told: ['refused_by_supplier'],
      },
      {
        settled: { type: 'deferred', dueAt: Date.UTC(2030, 0), supplierCode: '130429' },
        leaves: { status: 'queued', dueAt: Date.UTC(2030, 0) },
        attempt: { outcome: 'deferred', detail: '130429' },
        told: [],
      },
      {
        settled: { type: 'deferred', dueAt: Date.UTC(2030, 0), status: 'payment_issue' },
        leaves: { status: 'queued', dueAt: Date.UTC(2030, 0), fault: 'payment_issue' },
        attempt: { outcome: 'deferred' },
        told: [],
      },
      {
        settled: { type: 'deferred', dueAt: Date.UTC(2030, 0), meanwhile: 'queued_at_limit' },
        leaves: { status: 'queued_at_limit', dueAt: Date.UTC(2030, 0) },
        attempt: { outcome: 'deferred' },
        told: [],
      },
      {
        settled: { type: 'unknown', dueAt: Date.UTC(2030, 0), cause: 'timeout' },
        leaves: { status: 'queued', dueAt: Date.UTC(2030, 0), uncertain: true },
        attempt: { outcome: 'unknown', detail: 'timeout' },
        told: [],
      },
    ]
    for (const { settled, leaves, attempt, told: expected } of outcomes)
      test(`2: an outcome ${JSON.stringify(settled)} is stored with what follows`, async () => {
        const { underWay, outcome, find, due, told, store, clock, lane, endpoint } = scene(stage)
        const { mt } = await underWay()
        clock.at += 7
        const endedAt = clock.at
        const touched = await outcome(mt, 1, settled)
        assert.deepEqual(touched.lanes, [
          ...(leaves.dueAt === undefined ? [] : [lane]),
          ...(expected.length > 0 ? [endpoint('status')] : []),
        ])
        const { dueAt: _, ...rest } = mt
        const statusAt = leaves.status === 'queued' ? mt.statusAt : endedAt
        assert.deepEqual(await find(mt), { ...rest, attempts: 1, statusAt, ...leaves })
        assert.deepEqual(await due(Date.UTC(2031, 0)), leaves.dueAt === undefined ? [] : [mt.id])
        assert.deepEqual(await told(mt), expected)
        const life = await store.life(mt.id)
        assert.deepEqual(life?.attempts, [{ number: 1, beganAt: mt.acceptedAt, endedAt, ...attempt }])
        assert.deepEqual(life?.supplierIds, settled.type === 'sent' ? settled.supplierIds : [])
      })

    const late: { settled: RecordedOutcome['settled'] }[] = [
      { settled: { type: 'failed', status: 'refused_by_supplier' } },
      { settled: { type: 'deferred', dueAt: 0 } },
      { settled: { type: 'unknown', dueAt: 0, cause: 'late' } },
    ]
    for (const { settled } of late)
      test(`a late ${settled.type} of a superseded attempt changes nothing`, async () => {
        const { underWay, outcome, begin, lease, mt } = await secondAttempt(stage)
        const { find, due, told } = underWay
        const before = await find(mt)
        await outcome(mt, 1, settled)
        assert.deepEqual(await find(mt), before)
        assert.deepEqual(await due(Date.UTC(2031, 0)), [])
        assert.deepEqual(await told(mt), [])
        await outcome(mt, 2, { type: 'deferred', dueAt: before.expiresAt })
        assert.equal((await begin(lease, mt)).get(mt.id), 3)
      })

    test('a late sent of a superseded attempt counts, and leaves the one under way to its own outcome', async () => {
      const { underWay, outcome, mt } = await secondAttempt(stage)
      const { find, store, told, report } = underWay
      await outcome(mt, 1, { type: 'sent', supplierIds: ['first'], status: 'sent' })
      assert.partialDeepStrictEqual(await find(mt), { status: 'sent', attempts: 2 })
      await outcome(mt, 2, { type: 'sent', supplierIds: ['second'], status: 'sent' })
      const life = await store.life(mt.id)
      assert.deepEqual(life?.supplierIds, ['first', 'second'])
      assert.deepEqual(await told(mt), ['sent'])
      const delivered = report({ supplierId: 'first', report: { type: 'delivered' } })
      assert.equal((await store.recordDlrs([delivered])).unmatched, 0)
      assert.equal((await find(mt)).status, 'delivered')
    })

    test('a late sent ends the waiting of an uncertain message', async () => {
      const { underWay, outcome, find, due, clock } = scene(stage)
      const { mt } = await underWay()
      await outcome(mt, 1, { type: 'unknown', dueAt: clock.at, cause: 'timeout' })
      assert.deepEqual(await due(), [mt.id])
      await outcome(mt, 1, { type: 'sent', supplierIds: ['late'], status: 'sent' })
      assert.deepEqual(await due(), [])
      assert.partialDeepStrictEqual(await find(mt), { status: 'sent', uncertain: false })
    })

    test('a message whose time ran out fails without another attempt', async () => {
      const { accept, outcome, find, due, told, underWay, clock } = scene(stage)
      const [never] = await accept({})
      const { mt: once } = await underWay()
      assert.ok(never)
      await outcome(once, 1, { type: 'deferred', dueAt: clock.at + hourMs })
      await outcome(never, 0, { type: 'failed', status: 'expired' })
      await outcome(once, 1, { type: 'failed', status: 'expired' })
      assert.deepEqual(await due(Date.UTC(2031, 0)), [])
      for (const mt of [never, once]) {
        assert.equal((await find(mt)).status, 'expired')
        assert.deepEqual(await told(mt), ['expired'])
      }
    })

    test('those whose time ran out are found, due or not, and nothing that has ended', async () => {
      const { accept, store, take, begin, outcome, underWay, clock, lane } = scene(stage)
      const soon = { expiresAt: clock.at + 1000 }
      const { mt: uncertain, lease } = await underWay(soon)
      await outcome(uncertain, 1, { type: 'unknown', dueAt: uncertain.expiresAt, cause: 'timeout' })
      const [due, postponed, urgent, begun, , ended] = await accept(
        soon,
        { ...soon, dueAt: clock.at + 5000 },
        { ...soon, priority: 0 },
        soon,
        {},
        soon,
      )
      assert.ok(due && postponed && urgent && begun && ended)
      await begin(lease, begun)
      await outcome(ended, 0, { type: 'failed', status: 'stopped_by_admin' })
      await scene(stage).accept(soon)

      const expired = async (at: number, limit = 100) =>
        (await store.expiredMts(await take(), at, limit)).map(({ id }) => id).sort()
      assert.deepEqual(await expired(clock.at + 999), [], lane)
      assert.deepEqual(await expired(clock.at + 1000), ids([uncertain, due, postponed, urgent]).sort())
      assert.equal((await expired(clock.at + 1000, 2)).length, 2)
    })

    test('what is open of an integration is counted, in its other lanes or in all', async () => {
      const { accept, underWay, sent, store, integrationId, lane, from } = scene(stage)
      await accept({}, { priority: 0 }, { from: `${from}9` })
      await underWay({})
      await sent({})
      await scene(stage).accept({ from })
      assert.equal(await store.openMts(integrationId, undefined), 4)
      assert.equal(await store.openMts(integrationId, lane), 1)
      assert.equal(await store.openMts('nobody', undefined), 0)
    })

    test('a fault that may pass fails the message that met it too often', async () => {
      const { underWay, outcome, begin, find, told, clock } = scene(stage)
      const { mt, lease } = await underWay()
      const limit = { repeats: 1, status: 'template_not_available' } as const
      const settled = { type: 'deferred', dueAt: clock.at, supplierCode: '134101', limit } as const
      await outcome(mt, 1, settled)
      assert.deepEqual(await told(mt), [])
      await begin(lease, mt)
      await outcome(mt, 2, settled)
      assert.deepEqual(await told(mt), ['template_not_available'])
      assert.equal((await find(mt)).dueAt, undefined)
    })

    test('giving up on an uncertain message leaves its attempt unknown', async () => {
      const { underWay, outcome, store, clock } = scene(stage)
      const { mt } = await underWay({ onUncertain: 'hold' })
      await outcome(mt, 1, { type: 'unknown', dueAt: mt.expiresAt, cause: 'timeout' })
      clock.at = mt.expiresAt
      await outcome(mt, 1, { type: 'failed', status: 'delivery_failed' })
      const life = await store.life(mt.id)
      assert.equal(life?.mt.status, 'delivery_failed')
      assert.equal(life?.attempts[0]?.outcome, 'unknown')
    })

    test('an outcome of a message that is not there is passed over', async () => {
      const { store, mt, outcome, underWay, clock, find } = scene(stage)
      const { mt: real } = await underWay()
      const settled: RecordedOutcome['settled'] = { type: 'sent', supplierIds: [], status: 'sent' }
      await outcome(mt(), 1, settled)
      await store.recordOutcomes(
        [mt(), real].map((one) => ({ ...nameOf(one), attempt: 1, at: clock.at, settled })),
      )
      assert.equal((await find(real)).status, 'sent')
    })

    test('postponing moves what waits and nothing else', async () => {
      const { accept, take, begin, due, find, store, clock } = scene(stage)
      const [waiting, begun] = await accept({}, {})
      assert.ok(waiting && begun)
      const lease = await take()
      await begin(lease, begun)
      const dueAt = clock.at + 1000
      await store.postpone(
        lease,
        [waiting, begun].map((one) => ({ ...nameOf(one), dueAt })),
      )
      assert.deepEqual(await due(), [])
      assert.deepEqual(await due(dueAt), [waiting.id])
      assert.partialDeepStrictEqual(await find(waiting), { dueAt, attempts: 0, status: 'accepted' })
      assert.equal((await find(begun)).dueAt, undefined)
    })

    test('3: an older lease neither attempts nor postpones', async () => {
      const { accept, take, begin, due, store } = scene(stage)
      const [mt] = await accept({})
      assert.ok(mt)
      const old = await take('a')
      await take('b')
      await assert.rejects(begin(old, mt), LeaseLost)
      await assert.rejects(store.postpone(old, [{ ...nameOf(mt), dueAt: 0 }]), LeaseLost)
      assert.deepEqual(await due(), [mt.id])
    })

    describe('in a conversation', () => {
      test('a message waits for the earlier one, under way or deferred, and others do not', async () => {
        const { accept, take, begin, due, outcome, clock } = scene(stage)
        const [first, second, other, free] = await accept(
          { conversation: 'x' },
          { conversation: 'x', priority: 0 },
          { conversation: 'y' },
          {},
        )
        assert.ok(first && second && other && free)
        assert.deepEqual(await due(), [first.id, other.id, free.id])
        const lease = await take()
        await begin(lease, first)
        assert.deepEqual(await due(), [other.id, free.id])
        await outcome(first, 1, { type: 'deferred', dueAt: clock.at + hourMs })
        assert.deepEqual(await due(), [other.id, free.id])
        assert.deepEqual(await due(clock.at + hourMs), [other.id, free.id, first.id])
      })

      test('a message waits while the earlier one is uncertain, and goes once that is settled', async () => {
        const { accept, take, begin, due, store, report, clock } = scene(stage)
        const [first, second] = await accept({ conversation: 'x' }, { conversation: 'x' })
        assert.ok(first && second)
        await begin(await take('a'), first)
        await take('b')
        assert.deepEqual(await due(), [])
        assert.deepEqual(await due(clock.at + first.uncertainWaitMs), [first.id])
        await store.recordDlrs([report({ messageId: first.id, report: { type: 'sent' } })])
        assert.deepEqual(await due(), [second.id])
      })

      test('the same conversation in another lane is another one', async () => {
        const [one, other] = [scene(stage), scene(stage)]
        await one.accept({ conversation: 'same' })
        const [mt] = await other.accept({ conversation: 'same' })
        assert.deepEqual(await other.due(), [mt?.id])
      })

      test('the same conversation of another integration, which had the number before, is another one', async () => {
        const [one, other] = [scene(stage), scene(stage)]
        const [first] = await one.accept({ conversation: 'same' })
        const [second] = await other.accept({ conversation: 'same', from: one.from })
        assert.deepEqual(await one.due(), [first?.id, second?.id])
      })
    })

    describe('from a number that went to another integration', () => {
      /** Two messages of either, by turns. */
      async function moved() {
        const [one, other] = [scene(stage), scene(stage)]
        const mts: Mt[] = []
        for (const { accept } of [one, other, one, other])
          mts.push(...(await accept({ from: one.from, expiresAt: stage.clock.at + hourMs })))
        return { one, other, mts }
      }

      test('messages of both are due in one lane, in order', async () => {
        const { one, mts } = await moved()
        assert.deepEqual(await one.due(), ids(mts))
        assert.deepEqual(await one.due(stage.clock.at, 3), ids(mts).slice(0, 3))
      })

      test('messages of both begin under one lease, expire, and are uncertain when it is taken over', async () => {
        const { one, mts } = await moved()
        const { store, clock } = one
        const [first, second, ...rest] = mts
        assert.ok(first && second)
        assert.equal((await one.begin(await one.take('a'), first, second)).size, 2)
        const lease = await one.take('b')
        for (const { integrationId, id } of [first, second])
          assert.equal((await store.findMt(integrationId, id))?.uncertain, true)
        assert.deepEqual(ids(await store.expiredMts(lease, clock.at + hourMs, 100)).sort(), ids(mts))
        assert.deepEqual(await one.due(), ids(rest))
      })
    })
  })
}

/** A message whose first attempt ended unknown and whose second is under way. */
async function secondAttempt(stage: Stage) {
  const underWay = scene(stage)
  const { outcome, begin, clock } = underWay
  const { mt, lease } = await underWay.underWay()
  await outcome(mt, 1, { type: 'unknown', dueAt: clock.at, cause: 'timeout' })
  assert.equal((await begin(lease, mt)).get(mt.id), 2)
  return { underWay, outcome, begin, lease, mt }
}
