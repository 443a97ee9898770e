import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { StatusName } from '@waypost/protocol'
import type { Mt } from '../../core/message.ts'
import type { RecordedDlr, RecordedOutcome } from '../../core/store.ts'
import { hourMs, type Stage, scene } from './scene.ts'

const failure = { type: 'failed', status: 'not_on_channel' } as const
/** A fault that makes its message wait 1, 4, 16, … seconds. */
const passing = { ...failure, retry: 'pair', supplierCode: '131056' } as const
const secondMs = 1000

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
      assert.deepEqual(touched, { lanes: [endpoint('status')], unmatched: 0, faults: [] })
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

    test('one that nobody claims for 72 hours is given up, and counted', async () => {
      const { store, report, clock } = scene(stage)
      const unclaimed = () => store.recordDlrs([report({ report: { type: 'sent' } })])
      clock.at += 80 * hourMs // whatever other tests left
      while ((await unclaimed()).forgotten);
      clock.at += 72 * hourMs - 1
      assert.equal((await unclaimed()).forgotten, undefined)
      clock.at += 1
      assert.ok(((await unclaimed()).forgotten ?? 0) >= 1)
    })

    test('a report that nothing is known of is kept until an outcome names its id', async () => {
      const { store, underWay, outcome, report, told } = scene(stage)
      const { mt } = await underWay()
      const reports = (['read', 'delivered'] as const).map((type) =>
        report({ supplierId: 'early', report: { type } }),
      )
      assert.deepEqual(await store.recordDlrs(reports), { lanes: [], unmatched: 2, faults: [] })
      assert.deepEqual(await store.recordDlrs(reports), { lanes: [], unmatched: 2, faults: [] })
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
      await store.recordDlrs([report({ supplierId: 'early', report: passing })])
      await outcome(mt, 1, { type: 'sent', supplierIds: ['early'], status: 'sent' })
      assert.deepEqual(await due(clock.at + secondMs), [mt.id])
    })

    test('a report on another integration’s message matches nothing', async () => {
      const [one, other] = [scene(stage), scene(stage)]
      const { mt, supplierId } = await one.sent()
      for (const strange of [{ messageId: mt.id }, { supplierId }]) {
        const report = other.report({ report: { type: 'read' }, ...strange })
        assert.deepEqual(await other.store.recordDlrs([report]), { lanes: [], unmatched: 1, faults: [] })
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
      await store.recordDlrs([report({ supplierId, report: passing })])
      assert.deepEqual(await due(clock.at + secondMs), [mt.id])
      await store.recordDlrs([report({ supplierId, report: { type: 'delivered' } })])
      assert.deepEqual(await due(clock.at + secondMs), [])
      assert.equal((await find(mt)).status, 'delivered')
    })

    describe('of a fault that may pass', () => {
      test('put the message back, and the next attempt is the next number', async () => {
        const { store, sent, report, find, due, begin, told, lane, clock } = scene(stage)
        const { mt, supplierId, lease } = await sent()
        const dueAt = clock.at + secondMs
        const { lanes, unmatched } = await store.recordDlrs([report({ supplierId, report: passing })])
        assert.deepEqual({ lanes, unmatched }, { lanes: [lane], unmatched: 0 })
        assert.partialDeepStrictEqual(await find(mt), { dueAt, status: 'sent', uncertain: false })
        assert.deepEqual(await due(dueAt), [mt.id])
        assert.deepEqual(await told(mt), ['sent'])
        assert.equal((await begin(lease, mt)).get(mt.id), 2)
        const life = await store.life(mt.id)
        assert.partialDeepStrictEqual(life?.attempts[0], { outcome: 'failed', detail: '131056' })
      })

      test('count once, also when they come twice or too late', async () => {
        const { store, sent, report, find, due, begin, clock } = scene(stage)
        const { mt, supplierId, lease } = await sent()
        const dlr = report({ supplierId, report: passing })
        const first = await store.recordDlrs([dlr, dlr])
        clock.at += secondMs
        const again = await store.recordDlrs([dlr])
        assert.deepEqual([first.faults.length, again.faults.length], [1, 0])
        assert.deepEqual(await due(), [mt.id])
        await begin(lease, mt)
        assert.deepEqual(await store.recordDlrs([dlr]), { lanes: [], unmatched: 0, faults: [] })
        assert.equal((await find(mt)).dueAt, undefined)
      })

      test('put it back for longer with each attempt, and say whose fault it may be', async () => {
        const { store, sent, report, find, begin, outcome, integrationId, lane, clock } = scene(stage)
        const { mt, lease } = await sent({ to: '27821111111' })
        for (const [attempts, wait] of [
          [1, secondMs],
          [2, 4 * secondMs],
          [3, 16 * secondMs],
        ] as const) {
          const supplierId = `${mt.id}.${attempts}`
          await outcome(mt, attempts, { type: 'sent', supplierIds: [supplierId], status: 'sent' })
          const { faults } = await store.recordDlrs([report({ supplierId, report: passing })])
          assert.deepEqual(faults, [{ integrationId, lane, to: '27821111111', attempts, retry: 'pair' }])
          assert.equal((await find(mt)).dueAt, clock.at + wait)
          clock.at += wait
          await begin(lease, mt)
        }
      })

      test('are final when the message met the same fault often enough, answered or reported', async () => {
        const { store, sent, report, find, due, begin, outcome, clock } = scene(stage)
        const { mt, supplierId, lease } = await sent()
        const limited = { ...passing, repeats: 2 }
        await store.recordDlrs([report({ supplierId, report: limited })])
        await begin(lease, mt)
        // Another fault is not counted.
        await outcome(mt, 2, { type: 'deferred', dueAt: clock.at, supplierCode: '131000' })
        await begin(lease, mt)
        const limit = { repeats: 2, status: 'server_rate_limit' } as const
        await outcome(mt, 3, { type: 'deferred', dueAt: clock.at, supplierCode: '131056', limit })
        assert.deepEqual(await due(), [mt.id])
        await begin(lease, mt)
        await outcome(mt, 4, { type: 'sent', supplierIds: [`${mt.id}.4`], status: 'sent' })
        const { faults } = await store.recordDlrs([report({ supplierId: `${mt.id}.4`, report: limited })])
        assert.equal(faults.length, 1, 'what it says of the sender is news all the same')
        assert.deepEqual(await due(clock.at + hourMs), [])
        assert.equal((await find(mt)).status, 'not_on_channel')
      })

      test('are not undone by an older sent that comes after them', async () => {
        const { store, underWay, outcome, report, due, find, clock } = scene(stage)
        const { mt } = await underWay()
        const ours = { supplierId: 'one', messageId: mt.id }
        await store.recordDlrs([report({ ...ours, report: passing })])
        await store.recordDlrs([report({ ...ours, report: { type: 'sent' } })])
        await outcome(mt, 1, { type: 'sent', supplierIds: ['one'], status: 'sent' })
        assert.deepEqual(await due(clock.at + secondMs), [mt.id])
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
          await store.recordDlrs([report({ supplierId, report: passing })])
          assert.deepEqual(await due(clock.at + hourMs), [])
          assert.equal((await find(mt)).status, status)
        })
    })

    test('a failure of a superseded attempt leaves the newer one alone', async () => {
      const { store, sent, report, find, begin, outcome } = scene(stage)
      const { mt, supplierId, lease } = await sent()
      await store.recordDlrs([report({ supplierId, report: passing })])
      await begin(lease, mt)
      await store.recordDlrs([report({ supplierId, report: failure })])
      await outcome(mt, 2, { type: 'sent', supplierIds: ['second'], status: 'sent' })
      assert.equal((await find(mt)).status, 'sent')
      await store.recordDlrs([report({ supplierId: 'second', report: failure })])
      assert.equal((await find(mt)).status, 'not_on_channel')
    })

    test('a delivery of an earlier attempt ends the one that is under way', async () => {
      const { store, sent, report, find, begin, due, take } = scene(stage)
      const { mt, supplierId, lease } = await sent()
      await store.recordDlrs([report({ supplierId, report: passing })])
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
