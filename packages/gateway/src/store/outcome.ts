import type { RecordedOutcome } from '../core/store.ts'
import type { Standing, Standings, SupplierIds } from './standing.ts'

export type ApplyOutcome = (outcome: RecordedOutcome, now: number, touched: Set<string>) => void

/** Applies the outcome of an attempt to its message. */
export function applyOutcome(standings: Standings, supplierIds: Pick<SupplierIds, 'learn'>): ApplyOutcome {
  function record(mt: Standing, outcome: RecordedOutcome, now: number, touched: Set<string>) {
    const { attempt, at } = outcome
    const settled = settledFor(mt, outcome)
    if (settled.type === 'sent') return recordSent(mt, outcome, settled, now, touched)
    standings.endAttempt(mt, attempt, at, settled.type, detailOf(settled))
    if (attempt !== mt.attempts || !standings.isOpen(mt)) return
    switch (settled.type) {
      case 'failed':
        standings.close(mt)
        standings.raise(mt, settled.status, at, now, touched)
        return
      case 'deferred':
        if (settled.meanwhile) standings.raise(mt, settled.meanwhile, at, now, touched)
        return standings.wait(mt, { dueAt: settled.dueAt, uncertain: 0, fault: settled.status }, touched)
      case 'unknown':
        return standings.wait(mt, { dueAt: settled.dueAt, uncertain: 1 }, touched)
    }
  }

  /** What may be tried again fails when it was tried often enough. */
  function settledFor(mt: Standing, { attempt, settled }: RecordedOutcome): RecordedOutcome['settled'] {
    if (settled.type !== 'deferred' || !settled.limit) return settled
    const { supplierCode, limit } = settled
    if (!standings.isSpent(mt, attempt, supplierCode, limit.repeats)) return settled
    return { type: 'failed', status: limit.status, ...(supplierCode !== undefined && { supplierCode }) }
  }

  function recordSent(
    mt: Standing,
    { attempt, at }: RecordedOutcome,
    settled: RecordedOutcome['settled'] & { type: 'sent' },
    now: number,
    touched: Set<string>,
  ) {
    // A report that overtook this may have refuted the attempt already; then the message rightly waits.
    const news = standings.endAttempt(mt, attempt, at, 'sent')
    if (mt.under_way === 1 ? attempt === mt.attempts : news || mt.uncertain === 1) standings.close(mt)
    standings.raise(mt, settled.status, at, now, touched)
    for (const supplierId of settled.supplierIds) supplierIds.learn(mt, supplierId, attempt, now, touched)
  }

  return (outcome, now, touched) => {
    const mt = standings.of(outcome.mtId)
    if (mt) record(mt, outcome, now, touched)
  }
}

function detailOf(settled: RecordedOutcome['settled']): string | undefined {
  switch (settled.type) {
    case 'sent':
      return undefined
    case 'unknown':
      return settled.cause
    case 'failed':
    case 'deferred':
      return settled.supplierCode
  }
}
