import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { StatusName } from '@waypost/protocol'
import type { Mt } from '../../core/message.ts'
import type { RecordedDlr, RecordedOutcome } from '../../core/store.ts'
import { hourMs, type Stage, scene } from './scene.ts'

const failure = { type: 'failed', status: 'not_on_channel' } as const

export function reportsSuite(stage: Stage): void {
  describe('reports', () => {
    const ladders: { reports: RecordedDlr['report'][]; told: StatusName[] }[] = [
      {
        reports: [{ type: 'sent' }, { type: 'delivered' }, { type: 'read' }],
        told: ['sent', 'delivered', 'read'],
      },
      { reports: [{ type: 'read' }, { type: 'delivered' }, { type: 'sent' }], told: ['sent', 'read'] },
      { reports: [{ type: 'delivered' }, { type: 'delivered' }], told: ['sent', 'delivered'] },
      { reports: [{ type: 'delivered' }, failure], told: ['sent', 'delivered'] },
      { reports: [failure, { type: 'sent' }], told: ['sent', 'not_on_channel'] },
      { reports: [failure, failure], told: ['sent', 'not_on_channel'] },
      { reports: [failure, { type: 'delivered' }, failure], told: ['sent', 'not_on_channel', 'delivered'] },
      { reports: [failure, { type: 'read' }], told: ['sent', 'not_on_channel', 'read'] },
    ]
    for (const { reports, told: expected } of ladders)
      test(`5: ${reports.map(({ type }) => type).join(', ')} is told as ${expected.join(', ')}`, async () => {
        const { store, sent, report, told, find } = scene(stage)
        const { mt, supplierId } = await sent()
        for (const one of reports) await store.recordDlrs([report({ supplierId, report: one })])
        assert.deepEqual(await told(mt), expected)
        assert.equal((await find(mt)).status, expected.at(-1))
      })

    test('5: a report of a clock that is behind is told with the time of the status before it', async () => {
      const { store, sent, report, events, find, clock } = scene(stage)
      const { mt, supplierId } = await sent()
      const reports = [
        { at: clock.at - 999, report: { type: 'delivered' } },
        { at: clock.at + 7, report: { type: 'read' } },
      ] as const
      for (const one of reports) await store.recordDlrs([report({ supplierId, ...one })])
      assert.deepEqual(
        (await events('status')).map(({ event }) => event.type === 'status' && event.at),
        [clock.at, clock.at, clock.at + 7],
      )
      assert.equal((await find(mt)).statusAt, clock.at + 7)
    })

    test('5: reports of one call climb as reports of many do', async () => {
      const { store, sent, report, told, endpoint } = scene(stage)
      const { mt, supplierId } = await sent()
      const types = ['delivered', 'read', 'delivered'] as const
      const touched = await store.recordDlrs(types.map((type) => report({ supplierId, report: { type } })))
      assert.deepEqual(touched, { lanes: [endpoint('status')], unmatched: 0 })
      assert.deepEqual(await told(mt), ['sent', 'delivered', 'read'])
    })

    test('an event says what happened, when, to which message', async () => {
      const { store, sent, report, events, clock, integrationId, endpoint } = scene(stage)
      const { mt, supplierId } = await sent({ clientMessageId: 'theirs' })
      const at = clock.at + 5
      await store.recordDlrs([report({ supplierId, at, report: { type: 'delivered' } })])
      const event = (await events('status'))[1]
      assert.match(event?.id ?? '', /^[0-9a-f]{32}$/)
      assert.deepEqual(event, {
        id: event?.id,
        lane: endpoint('status'),
        integrationId,
        endpoint: 'status',
        sequence: 2,
        messageId: mt.id,
        event: {
          type: 'status',
          channel: 'whatsapp',
          status: 'delivered',
          messageId: mt.id,
          clientMessageId: 'theirs',
          at,
        },
        createdAt: clock.at,
        state: 'waiting',
        dueAt: clock.at,
        attempts: 0,
      })
    })

    test('a message that has several ids at the supplier is found by each', async () => {
      const { store, underWay, outcome, report, find } = scene(stage)
      const { mt } = await underWay()
      await outcome(mt, 1, { type: 'sent', supplierIds: ['part 1', 'part 2'], status: 'sent' })
      for (const [supplierId, type] of [
        ['part 2', 'delivered'],
        ['part 1', 'read'],
      ] as const) {
        await store.recordDlrs([report({ supplierId, report: { type } })])
        assert.equal((await find(mt)).status, type)
      }
    })

    test('a report that nothing is known of is kept until an outcome names its id', async () => {
      const { store, underWay, outcome, report, told } = scene(stage)
      const { mt } = await underWay()
      const reports = (['read', 'delivered'] as const).map((type) =>
        report({ supplierId: 'early', report: { type } }),
      )
      assert.deepEqual(await store.recordDlrs(reports), { lanes: [], unmatched: 2 })
      assert.deepEqual(await store.recordDlrs(reports), { lanes: [], unmatched: 2 })
      await outcome(mt, 1, { type: 'sent', supplierIds: ['early'], status: 'sent' })
      const heard = await told(mt)
      assert.equal(heard.at(-1), 'read')
      assert.equal(new Set(heard).size, heard.length)
    })

    test('a kept report is applied when another one links its id to ours', async () => {
      const { store, underWay, report, find } = scene(stage)
      const { mt } = await underWay()
      await store.recordDlrs([report({ supplierId: 'early', report: { type: 'read' } })])
      await store.recordDlrs([report({ supplierId: 'early', messageId: mt.id, report: { type: 'sent' } })])
      assert.equal((await find(mt)).status, 'read')
      const life = await store.life(mt.id)
      assert.deepEqual(life?.supplierIds, ['early'])
    })

    test('a kept report of a fault that may pass puts the message back', async () => {
      const { store, underWay, outcome, report, due, clock } = scene(stage)
      const { mt } = await underWay()
      const dueAt = clock.at + 1000
      await store.recordDlrs([report({ supplierId: 'early', report: failure, dueAt })])
      await outcome(mt, 1, { type: 'sent', supplierIds: ['early'], status: 'sent' })
      assert.deepEqual(await due(dueAt), [mt.id])
    })

    test('a report on another integration’s message matches nothing', async () => {
      const [one, other] = [scene(stage), scene(stage)]
      const { mt, supplierId } = await one.sent()
      for (const strange of [{ messageId: mt.id }, { supplierId }]) {
        const report = other.report({ report: { type: 'read' }, ...strange })
        assert.deepEqual(await other.store.recordDlrs([report]), { lanes: [], unmatched: 1 })
      }
      assert.equal((await one.find(mt)).status, 'sent')
    })

    for (const type of ['sent', 'delivered', 'read'] as const) {
      test(`${type} overtakes the outcome: the attempt has ended, whatever the outcome says`, async () => {
        const outcomes: RecordedOutcome['settled'][] = [
          { type: 'failed', status: 'refused_by_supplier' },
          { type: 'deferred', dueAt: 0 },
          { type: 'unknown', dueAt: 0, cause: 'timeout' },
        ]
        for (const settled of outcomes) {
          const { store, underWay, outcome, report, find, due, clock } = scene(stage)
          const { mt } = await underWay()
          await store.recordDlrs([report({ messageId: mt.id, report: { type } })])
          await outcome(mt, 1, settled)
          assert.partialDeepStrictEqual(await find(mt), { status: type, uncertain: false })
          assert.deepEqual(await due(clock.at + 48 * hourMs), [])
        }
      })

      test(`${type} settles an uncertain message`, async () => {
        const { store, underWay, outcome, report, find, due, clock } = scene(stage)
        const { mt } = await underWay()
        await outcome(mt, 1, { type: 'unknown', dueAt: clock.at, cause: 'timeout' })
        await store.recordDlrs([report({ messageId: mt.id, report: { type } })])
        assert.partialDeepStrictEqual(await find(mt), { status: type, uncertain: false })
        assert.deepEqual(await due(), [])
      })
    }

    test('a delivery ends every waiting, also of a message that failed meanwhile', async () => {
      const { store, sent, report, find, due, clock } = scene(stage)
      const { mt, supplierId } = await sent()
      await store.recordDlrs([report({ supplierId, report: failure, dueAt: clock.at })])
      assert.deepEqual(await due(), [mt.id])
      await store.recordDlrs([report({ supplierId, report: { type: 'delivered' } })])
      assert.deepEqual(await due(), [])
      assert.equal((await find(mt)).status, 'delivered')
    })

    describe('of a fault that may pass', () => {
      test('put the message back, and the next attempt is the next number', async () => {
        const { store, sent, report, find, due, begin, told, lane, clock } = scene(stage)
        const { mt, supplierId, lease } = await sent()
        const dueAt = clock.at + 1000
        const dlr = report({ supplierId, report: { ...failure, supplierCode: '131049' }, dueAt })
        assert.deepEqual(await store.recordDlrs([dlr]), { lanes: [lane], unmatched: 0 })
        assert.partialDeepStrictEqual(await find(mt), { dueAt, status: 'sent', uncertain: false })
        assert.deepEqual(await due(dueAt), [mt.id])
        assert.deepEqual(await told(mt), ['sent'])
        assert.equal((await begin(lease, mt)).get(mt.id), 2)
        const life = await store.life(mt.id)
        assert.partialDeepStrictEqual(life?.attempts[0], { outcome: 'failed', detail: '131049' })
      })

      test('count once, also when they come twice or too late', async () => {
        const { store, sent, report, find, due, begin, clock } = scene(stage)
        const { mt, supplierId, lease } = await sent()
        const dlr = report({ supplierId, report: failure, dueAt: clock.at })
        await store.recordDlrs([dlr])
        await store.recordDlrs([{ ...dlr, dueAt: clock.at + hourMs }])
        assert.deepEqual(await due(), [mt.id])
        await begin(lease, mt)
        await store.recordDlrs([{ ...dlr, dueAt: clock.at + hourMs }])
        assert.equal((await find(mt)).dueAt, undefined)
      })

      test('are not undone by an older sent that comes after them', async () => {
        const { store, underWay, outcome, report, due, find, clock } = scene(stage)
        const { mt } = await underWay()
        const ours = { supplierId: 'one', messageId: mt.id }
        await store.recordDlrs([report({ ...ours, report: failure, dueAt: clock.at })])
        await store.recordDlrs([report({ ...ours, report: { type: 'sent' } })])
        await outcome(mt, 1, { type: 'sent', supplierIds: ['one'], status: 'sent' })
        assert.deepEqual(await due(), [mt.id])
        assert.equal((await find(mt)).status, 'sent')
      })

      const final: {
        when: string
        first: RecordedDlr['report'][]
        changes: Partial<Mt>
        status: StatusName
      }[] = [
        { when: 'it was delivered', first: [{ type: 'delivered' }], changes: {}, status: 'delivered' },
        { when: 'it was read', first: [{ type: 'read' }], changes: {}, status: 'read' },
        { when: 'it failed', first: [{ type: 'failed', status: 'expired' }], changes: {}, status: 'expired' },
        { when: 'its time is over by then', first: [], changes: { expiresAt: 1 }, status: 'not_on_channel' },
      ]
      for (const { when, first, changes, status } of final)
        test(`do not put a message back when ${when}`, async () => {
          const { store, sent, report, find, due, clock } = scene(stage)
          const { mt, supplierId } = await sent(changes)
          for (const one of first) await store.recordDlrs([report({ supplierId, report: one })])
          await store.recordDlrs([report({ supplierId, report: failure, dueAt: clock.at })])
          assert.deepEqual(await due(), [])
          assert.equal((await find(mt)).status, status)
        })
    })

    test('a failure of a superseded attempt leaves the newer one alone', async () => {
      const { store, sent, report, find, begin, outcome, clock } = scene(stage)
      const { mt, supplierId, lease } = await sent()
      await store.recordDlrs([report({ supplierId, report: failure, dueAt: clock.at })])
      await begin(lease, mt)
      await store.recordDlrs([report({ supplierId, report: failure })])
      await outcome(mt, 2, { type: 'sent', supplierIds: ['second'], status: 'sent' })
      assert.equal((await find(mt)).status, 'sent')
      await store.recordDlrs([report({ supplierId: 'second', report: failure })])
      assert.equal((await find(mt)).status, 'not_on_channel')
    })

    test('a delivery of an earlier attempt ends the one that is under way', async () => {
      const { store, sent, report, find, begin, due, take, clock } = scene(stage)
      const { mt, supplierId, lease } = await sent()
      await store.recordDlrs([report({ supplierId, report: failure, dueAt: clock.at })])
      await begin(lease, mt)
      await store.recordDlrs([report({ supplierId, report: { type: 'delivered' } })])
      await take('another')
      assert.deepEqual(await due(Date.UTC(2031, 0)), [])
      assert.partialDeepStrictEqual(await find(mt), { status: 'delivered', uncertain: false })
      const life = await store.life(mt.id)
      assert.deepEqual(
        life?.attempts.map(({ outcome }) => outcome),
        ['failed', 'unknown'],
      )
    })

    test('a failure ends a message that is under way or uncertain', async () => {
      const { store, underWay, outcome, report, find, due, clock } = scene(stage)
      const { mt } = await underWay()
      await store.recordDlrs([report({ messageId: mt.id, report: failure })])
      await outcome(mt, 1, { type: 'unknown', dueAt: clock.at, cause: 'timeout' })
      assert.deepEqual(await due(), [])
      assert.partialDeepStrictEqual(await find(mt), { status: 'not_on_channel', uncertain: false })
    })
  })
}
