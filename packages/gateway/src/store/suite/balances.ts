import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Balance, BalanceTooLow } from '../../core/balance.ts'
import type { Mt } from '../../core/message.ts'
import { AlreadyAnswered } from '../../core/store.ts'
import { hourMs, integrationOf, type Stage, scene } from './scene.ts'

const price = 250_000
const priced: Partial<Mt> = { charge: { price, state: 'reserved' } }

export function balancesSuite(stage: Stage): void {
  /** An integration that has this many times the price of a message. */
  async function purse(times: number | null) {
    const one = scene(stage)
    const { store, integrationId } = one
    const put = (many: number | null) =>
      store.putIntegration(integrationOf(integrationId), many === null ? null : many * price)
    await put(times)
    const balance = async () => inPrices(await store.balanceOf(integrationId))
    const is = async (amount: number | null, reserved: number) =>
      assert.deepEqual(await balance(), { amount, reserved })
    const state = async (mt: Mt) => (await one.find(mt)).charge?.state
    return { ...one, put, is, state }
  }

  describe('balances', () => {
    test('9: a message reserves its price in the commit that stores it', async () => {
      const { accept, find, is } = await purse(3)
      const [mt] = await accept(priced, {})
      assert.ok(mt)
      assert.deepEqual(await find(mt), mt)
      await is(3, 1)
    })

    test('9: a call that the balance does not cover stores nothing of itself, nor its answer', async () => {
      const { store, mt, is, integrationId, clock } = await purse(2)
      const mts = [mt(priced), mt(), mt(priced), mt(priced)]
      const answer = {
        integrationId,
        key: 'once only',
        requestHash: 'ab'.repeat(32),
        status: 202,
        body: '{}',
        at: clock.at,
      }
      await assert.rejects(store.accept(mts, answer), BalanceTooLow)
      for (const { id } of mts) assert.equal(await store.findMt(undefined, id), undefined)
      assert.equal(await store.answerOf(integrationId, answer.key), undefined)
      await is(2, 0)
      await store.accept(mts.slice(0, 3), answer)
      await is(2, 2)
      await assert.rejects(store.accept([mt(priced)], answer), AlreadyAnswered)
    })

    test('9: calls that share a commit reserve no more than there is', async () => {
      const { store, mt, is } = await purse(30)
      const calls = Array.from({ length: 50 }, () => store.accept([mt(priced)]))
      const settled = await Promise.allSettled(calls)
      const refused = settled.filter((one) => one.status === 'rejected')
      assert.equal(refused.length, 20)
      assert.ok(refused.every(({ reason }) => reason instanceof BalanceTooLow))
      await is(30, 30)
    })

    test('9: a call that fails leaves nothing reserved', async () => {
      const { store, mt, accept, is } = await purse(3)
      const [taken] = await accept(priced)
      assert.ok(taken)
      await assert.rejects(store.accept([mt(priced), { ...mt(priced), id: taken.id }]))
      await is(3, 1)
    })

    test('9: a message that is sent is charged once, whatever is said of it later', async () => {
      const { sent, report, store, state, is } = await purse(3)
      const { mt, supplierId } = await sent(priced)
      await is(2, 0)
      const types = ['sent', 'delivered', 'delivered', 'read'] as const
      for (const type of types) await store.recordDlrs([report({ supplierId, report: { type } })])
      await is(2, 0)
      assert.equal(await state(mt), 'charged')
    })

    test('9: a report charges it when the outcome never came', async () => {
      const { underWay, report, store, is, outcome } = await purse(3)
      const { mt } = await underWay(priced)
      await store.recordDlrs([report({ messageId: mt.id, report: { type: 'delivered' } })])
      await is(2, 0)
      await outcome(mt, 1, { type: 'sent', supplierIds: [], status: 'sent' })
      await is(2, 0)
    })

    test('9: a message that is sent again after a fault of its first sending is charged once', async () => {
      const { sent, report, store, begin, outcome, is } = await purse(3)
      const { mt, lease, supplierId } = await sent(priced)
      const failed = { type: 'failed', status: 'server_rate_limit', retry: 'pair' } as const
      await store.recordDlrs([report({ supplierId, report: failed })])
      assert.equal((await begin(lease, mt)).get(mt.id), 2)
      await outcome(mt, 2, { type: 'sent', supplierIds: ['again'], status: 'sent' })
      await is(2, 0)
    })

    test('9: one that failed before it was sent is released, once', async () => {
      const { underWay, outcome, state, is } = await purse(3)
      const { mt } = await underWay(priced)
      await is(3, 1)
      for (const _ of [1, 2]) await outcome(mt, 1, { type: 'failed', status: 'refused_by_supplier' })
      await is(3, 0)
      assert.equal(await state(mt), 'released')
    })

    test('9: one that never had its turn is released when it ends', async () => {
      const { accept, outcome, is } = await purse(3)
      const [mt] = await accept(priced)
      assert.ok(mt)
      await outcome(mt, 0, { type: 'failed', status: 'expired' })
      await is(3, 0)
    })

    test('9: while it waits again, or may have reached the supplier, its price stays reserved', async () => {
      const { underWay, outcome, begin, clock, is } = await purse(3)
      const { mt, lease } = await underWay(priced)
      await outcome(mt, 1, { type: 'deferred', dueAt: clock.at })
      await is(3, 1)
      await begin(lease, mt)
      await outcome(mt, 2, { type: 'unknown', dueAt: clock.at, cause: 'timeout' })
      await is(3, 1)
      await outcome(mt, 2, { type: 'failed', status: 'delivery_failed' })
      await is(3, 0)
    })

    test('9: one that was sent and reported failed later stays charged', async () => {
      const { sent, report, store, is } = await purse(3)
      const { supplierId } = await sent(priced)
      const failed = { type: 'failed', status: 'delivery_failed' } as const
      await store.recordDlrs([report({ supplierId, report: failed })])
      await is(2, 0)
    })

    test('9: one that was released and arrives after all is charged', async () => {
      const { underWay, outcome, report, store, is, state } = await purse(1)
      const { mt } = await underWay(priced)
      await outcome(mt, 1, { type: 'failed', status: 'delivery_failed' })
      await is(1, 0)
      const late = { messageId: mt.id, report: { type: 'delivered' } } as const
      await store.recordDlrs([report(late), report(late)])
      await is(0, 0)
      assert.equal(await state(mt), 'charged')
    })

    test('9: one without a price changes nothing', async () => {
      const { sent, is } = await purse(3)
      await sent()
      await is(3, 0)
    })

    test('9: what waits for nothing reserves nothing', async () => {
      const { store, refused, is } = await purse(0)
      await store.accept([refused('emulated')])
      await is(0, 0)
    })

    test('10: lowered below what is reserved, those whose turn comes too late are not begun', async () => {
      const { accept, take, begin, put, is, store, find, lane, clock } = await purse(3)
      const [first, second, third, free] = await accept(priced, priced, priced, {})
      assert.ok(first && second && third && free)
      const lease = await take()
      assert.equal((await begin(lease, first)).get(first.id), 1)
      await put(2)
      await is(2, 3)
      assert.deepEqual(
        [...(await begin(lease, second, third, free)).values()],
        [1, 0, 1],
        'one under way, one that fits beside it, one that does not',
      )
      assert.partialDeepStrictEqual(await find(third), { attempts: 0, dueAt: third.dueAt })
      assert.deepEqual((await store.life(third.id))?.attempts, [])
      assert.ok((await store.dueLanes('mt', clock.at, 'node')).includes(lane))
    })

    test('10: one that had its turn keeps its place, however low the balance is', async () => {
      const { underWay, outcome, begin, put, clock, is } = await purse(3)
      const { mt, lease } = await underWay(priced)
      await outcome(mt, 1, { type: 'deferred', dueAt: clock.at })
      await put(0)
      assert.equal((await begin(lease, mt)).get(mt.id), 2)
      await outcome(mt, 2, { type: 'sent', supplierIds: [], status: 'sent' })
      await is(-1, 0)
    })

    test('10: raised again before its turn, it goes', async () => {
      const { accept, take, begin, put } = await purse(1)
      const [mt] = await accept(priced)
      assert.ok(mt)
      const lease = await take()
      await put(0)
      assert.equal((await begin(lease, mt)).get(mt.id), 0)
      await put(1)
      assert.equal((await begin(lease, mt)).get(mt.id), 1)
    })

    test('an integration that is stored without an amount keeps its balance', async () => {
      const { accept, is, store, integrationId } = await purse(3)
      await accept(priced)
      await store.putIntegration(integrationOf(integrationId))
      await is(3, 1)
    })

    test('without an amount nothing is refused or charged, and what is reserved is kept count of', async () => {
      const { accept, put, is, sent } = await purse(2)
      await accept(priced)
      await put(null)
      await is(null, 1)
      await sent(priced)
      await is(null, 1)
      await put(5)
      await is(5, 1)
    })

    test('of an integration that was deleted and made again, old messages are charged to nobody', async () => {
      const { underWay, outcome, put, store, integrationId, is } = await purse(3)
      const { mt } = await underWay(priced)
      await store.deleteIntegration(integrationId)
      await is(null, 1)
      await outcome(mt, 1, { type: 'failed', status: 'stopped_by_admin' })
      await put(2)
      await is(2, 0)
    })

    test('a takeover keeps what is reserved', async () => {
      const { underWay, take, begin, outcome, clock, is } = await purse(2)
      const { mt } = await underWay(priced)
      const lease = await take('another')
      await is(2, 1)
      clock.at += hourMs
      assert.equal((await begin(lease, mt)).get(mt.id), 2)
      await outcome(mt, 2, { type: 'sent', supplierIds: [], status: 'sent' })
      await is(1, 0)
    })

    test('of an integration that never had one, there is none', async () => {
      const { store } = scene(stage)
      assert.deepEqual(await store.balanceOf('nobody'), { amount: null, reserved: 0 })
    })
  })
}

const inPrices = ({ amount, reserved }: Balance): Balance => ({
  amount: amount === null ? null : amount / price,
  reserved: reserved / price,
})
