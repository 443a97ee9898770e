import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isFinal, mayBecome, type StatusName } from '@waypost/protocol'
import fc from 'fast-check'
import type { DlrReport, Mt } from '../../core/message.ts'
import { type Callback, type Lease, LeaseLost, type RecordedOutcome } from '../../core/store.ts'
import { ids, integrationOf, type Scene, type Stage, scene } from './scene.ts'

/** What may happen to a lane, in any order; the numbers choose among what there is at the time. */
type Step =
  | { do: 'accept'; changes: Partial<Mt> }
  | { do: 'take over' }
  | { do: 'begin'; pick: number; lease: number }
  | { do: 'record'; pick: number; attempt: number; type: RecordedOutcome['settled']['type'] }
  | {
      do: 'report'
      pick: number
      by: 'our id' | 'their id' | 'an unknown id'
      type: DlrReport['type']
      again: boolean
    }
  | { do: 'wait'; ms: number }

const pick = fc.nat({ max: 1000 })
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('accept'),
      changes: fc.record(
        {
          onUncertain: fc.constantFrom('resend', 'hold'),
          priority: fc.constantFrom(0, 1),
          conversation: fc.constantFrom('x', 'y'),
          charge: fc.constantFrom(...[3, 5].map((price) => ({ price, state: 'reserved' }) as const)),
        },
        { requiredKeys: ['onUncertain', 'priority'] },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('take over') }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('begin'),
      pick,
      lease: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: pick }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('record'),
      pick,
      attempt: fc.nat({ max: 1 }),
      type: fc.constantFrom('sent', 'failed', 'deferred', 'unknown'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('report'),
      pick,
      by: fc.constantFrom('our id', 'their id', 'an unknown id'),
      type: fc.constantFrom('sent', 'delivered', 'read', 'failed'),
      again: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.nat({ max: 100_000 }) }) },
)

/** What is known from outside of one message. */
interface Known {
  mt: Mt
  status: StatusName
  attempts: number
  /** An attempt was begun, and nothing has been said of the message since. */
  underWay: boolean
  /** The attempts of which something was reported by the supplier's id. */
  reported: Set<number>
}

/** What the integration has at first, in millionths: more than all its messages cost. */
const purse = 1000

export function modelSuite(stage: Stage): void {
  describe('whatever happens', () => {
    test('nothing accepted disappears, statuses climb, sequences have no gap, prices are charged once', async () => {
      const property = fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 30 }), async (all) => {
        const world = await worldOf(scene(stage))
        for (const step of all) {
          await world.happen(step)
          await world.check()
        }
      })
      await fc.assert(property, { numRuns: 60 })
    })
  })
}

async function worldOf(one: Scene) {
  const { store, clock } = one
  const known: Known[] = []
  await store.putIntegration(integrationOf(one.integrationId), purse)
  const leases: Lease[] = [await one.take('node 0')]

  const chosen = (pick: number): Known | undefined => known[pick % known.length]

  async function happen(step: Step): Promise<void> {
    switch (step.do) {
      case 'accept': {
        const [mt] = await one.accept(step.changes)
        if (mt) known.push({ mt, status: mt.status, attempts: 0, underWay: false, reported: new Set() })
        return
      }
      case 'take over':
        return takeOver()
      case 'begin':
        return begin(chosen(step.pick), leases.at(-1 - (step.lease % leases.length)))
      case 'record': {
        const message = chosen(step.pick)
        if (!message || message.attempts <= step.attempt) return
        const attempt = message.attempts - step.attempt
        // Also where an earlier one is said to be sent whose report was kept until now.
        const isTold = step.type === 'sent' && message.reported.has(attempt)
        if (step.attempt === 0 || isTold) message.underWay = false
        await one.outcome(message.mt, attempt, settled(step.type, message.mt, attempt))
        return
      }
      case 'report':
        return report(step)
      case 'wait':
        clock.at += step.ms
    }
  }

  async function takeOver() {
    leases.push(await one.take(`node ${leases.length}`))
    for (const message of known) {
      if (!message.underWay) continue
      const { onUncertain, uncertainWaitMs, expiresAt } = message.mt
      const dueAt = onUncertain === 'hold' ? expiresAt : clock.at + uncertainWaitMs
      assert.partialDeepStrictEqual(await one.find(message.mt), { uncertain: true, dueAt })
      message.underWay = false
    }
  }

  async function begin(message: Known | undefined, lease: Lease | undefined) {
    if (!message || !lease) return
    const before = await one.find(message.mt)
    if (lease !== leases.at(-1)) return assert.rejects(one.begin(lease, message.mt), LeaseLost)
    const number = (await one.begin(lease, message.mt)).get(message.mt.id)
    assert.equal(number, before.dueAt === undefined ? undefined : message.attempts + 1)
    if (number === undefined) return
    message.attempts = number
    message.underWay = true
  }

  async function report({ pick, by, type, again }: Step & { do: 'report' }) {
    const message = chosen(pick)
    if (!message || message.attempts === 0) return
    if (by !== 'an unknown id') message.underWay = false
    const attempt = by === 'an unknown id' ? message.attempts + 1 : 1
    message.reported.add(attempt)
    await store.recordDlrs([
      one.report({
        supplierId: supplierId(message.mt, attempt),
        ...(by === 'our id' ? { messageId: message.mt.id } : {}),
        report:
          type === 'failed'
            ? { type, status: 'not_on_channel', ...(again ? { retry: 'pair' } : {}) }
            : { type },
      }),
    ])
  }

  async function check() {
    const events = await one.events('status')
    assert.deepEqual(
      events.map(({ sequence }) => sequence),
      events.map((_, index) => index + 1),
    )
    const open: Mt[] = []
    const spent = { reserved: 0, charged: 0, released: 0 }
    for (const message of known) {
      const life = await store.life(message.mt.id)
      assert.ok(life, 'it is there')
      const { mt, attempts, callbacks } = life
      const last = attempts.at(-1)
      assert.equal(attempts.length, message.attempts)

      const waits = mt.dueAt !== undefined
      const isUnderWay = last !== undefined && last.endedAt === undefined
      const hasEnded = isFinal(mt.status) || mt.status === 'sent' || mt.status === 'delivered'
      assert.ok(waits || isUnderWay || hasEnded, 'it waits, is under way, or has ended')
      assert.ok(!(waits && isUnderWay), 'it does not wait for what it is doing')
      if (waits || isUnderWay) open.push(mt)
      if (message.underWay) assert.ok(isUnderWay, 'what was begun is under way')
      if (mt.uncertain) assert.ok(waits, 'an uncertain one waits for evidence')

      assert.ok(mt.status === message.status || mayBecome(message.status, mt.status), 'its status climbs')
      message.status = mt.status
      let told: StatusName = 'accepted'
      for (const { event } of callbacks) {
        assert.ok(event.type === 'status' && mayBecome(told, event.status), 'and so do the ones told')
        told = event.status
      }
      assert.equal(told, mt.status === 'queued' ? 'accepted' : mt.status)
      if (!mt.charge) continue
      assert.equal(mt.charge.state, chargeOf(mt, callbacks), 'its price goes with what was told')
      spent[mt.charge.state] += mt.charge.price
    }
    const { reserved, charged } = spent
    assert.deepEqual(await store.balanceOf(one.integrationId), { amount: purse - charged, reserved })
    return checkDue(open)
  }

  /** What is due is handed out, except what comes after an open one of its conversation. */
  async function checkDue(open: Mt[]) {
    const isFirst = ({ id, conversation }: Mt) =>
      conversation === undefined ||
      !open.some((other) => other.id < id && other.conversation === conversation)
    const due = open.filter(({ dueAt }) => dueAt !== undefined && dueAt <= clock.at)
    assert.deepEqual((await one.due()).sort(), ids(due.filter(isFirst)).sort())
  }

  function settled(
    type: RecordedOutcome['settled']['type'],
    mt: Mt,
    attempt: number,
  ): RecordedOutcome['settled'] {
    switch (type) {
      case 'sent':
        return { type, supplierIds: [supplierId(mt, attempt)], status: 'sent' }
      case 'failed':
        return { type, status: 'refused_by_supplier' }
      case 'deferred':
        return { type, dueAt: clock.at + 1000 }
      case 'unknown':
        return { type, dueAt: clock.at + 1000, cause: 'timeout' }
    }
  }

  return { happen, check }
}

const arrived: ReadonlySet<string> = new Set(['sent', 'delivered', 'read'])

/** Once it was sent it stays charged, whatever is reported later. */
function chargeOf({ status }: Mt, callbacks: Callback[]) {
  if (callbacks.some(({ event }) => event.type === 'status' && arrived.has(event.status))) return 'charged'
  return isFinal(status) ? 'released' : 'reserved'
}

const supplierId = (mt: Mt, attempt: number) => `wamid.${mt.id}.${attempt}`
