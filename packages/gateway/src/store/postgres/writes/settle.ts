import type { MtName } from '../../../core/message.ts'
import type { Lease, RecordedDlr, RecordedDlrs, RecordedOutcome, Touched } from '../../../core/store.ts'
import type { Db } from '../query.ts'
import { type HeldMt, type Ledger, type Needs, openLedger } from './ledger.ts'
import type { MtKey } from './mt-key.ts'

/** A call that moves messages: what it has to know, and what it does once that is known. */
export interface Step<Result> {
  need(needs: Needs): void
  /** Throws a refusal before the first change. */
  decide(ledger: Ledger, now: number): Result
}

/** All steps of a batch: their messages are locked and read once, moved one step after the other, and written once. */
export async function settle(db: Db, steps: Step<unknown>[], now: number): Promise<unknown[]> {
  const needs: Needs = { lanes: new Set(), mts: [], learned: [], reported: [] }
  for (const step of steps) step.need(needs)
  const ledger = await openLedger(db, needs, now)
  const results = steps.map((step) => decided(step, ledger, now))
  await ledger.write(db, now)
  return results
}

function decided(step: Step<unknown>, ledger: Ledger, now: number): unknown {
  try {
    return step.decide(ledger, now)
  } catch (error) {
    if (error instanceof Error && error.name === 'LeaseLost') return error
    throw error
  }
}

const keyOf = ({ integrationId, mtId }: MtName): MtKey => ({ integration_id: integrationId, id: mtId })

export const beginAttempts = (lease: Lease, begun: MtName[], at: number): Step<Map<string, number>> => ({
  need({ lanes, mts }) {
    lanes.add(lease.lane)
    mts.push(...begun.map(keyOf))
  },
  decide(ledger) {
    ledger.fences.check(lease)
    const numbers = new Map<string, number>()
    for (const { mtId: id } of begun) {
      const mt = ledger.mt(id)
      if (!mt || mt.lane !== lease.lane || mt.due_at === null) continue
      numbers.set(id, begin(ledger, mt, at))
    }
    return numbers
  },
})

/** Answers the attempt's number; 0 where the balance does not cover it: then it waits on. */
function begin(ledger: Ledger, mt: HeldMt, at: number): number {
  if (mt.status === 'accepted') {
    // No callback says that its turn came, so the status is no event.
    mt.status = 'queued'
    mt.status_at = Math.max(mt.status_at, at)
  }
  mt.uncertain = 0
  ledger.changed(mt)
  const hadItsTurn = mt.price === null || mt.charge !== 'reserved'
  if (!hadItsTurn && !ledger.balances.begin(mt.integration_id, mt.price ?? 0)) {
    mt.due_at = at
    return 0
  }
  if (!hadItsTurn) mt.charge = 'begun'
  mt.due_at = null
  mt.under_way = 1
  mt.attempts++
  ledger.attempts.begin(mt, mt.attempts, at)
  return mt.attempts
}

export const recordOutcomes = (outcomes: RecordedOutcome[]): Step<Touched> => ({
  need({ mts, learned }) {
    mts.push(...outcomes.map(keyOf))
    for (const { mtId, settled } of outcomes)
      if (settled.type === 'sent')
        for (const supplierId of settled.supplierIds) learned.push({ mtId, supplierId })
  },
  decide(ledger, now) {
    const touched = new Set<string>()
    for (const outcome of outcomes) ledger.applyOutcome(outcome, now, touched)
    return { lanes: [...touched] }
  },
})

export const postpone = (lease: Lease, later: (MtName & { dueAt: number })[]): Step<void> => ({
  need({ lanes, mts }) {
    lanes.add(lease.lane)
    mts.push(...later.map(keyOf))
  },
  decide(ledger) {
    ledger.fences.check(lease)
    for (const { mtId, dueAt } of later) {
      const mt = ledger.mt(mtId)
      if (!mt || mt.lane !== lease.lane || mt.due_at === null) continue
      mt.due_at = dueAt
      ledger.changed(mt)
    }
  },
})

export const recordDlrs = (dlrs: RecordedDlr[]): Step<RecordedDlrs> => ({
  need({ reported }) {
    reported.push(...dlrs)
  },
  decide(ledger, now) {
    const answer = ledger.recordDlrs(now, dlrs)
    ledger.claim(answer)
    return answer
  },
})
