import type { DatabaseSync } from 'node:sqlite'
import type { Lease, RecordedOutcome, Touched } from '../../../core/store.ts'
import { statement } from '../statement.ts'
import type { Balances, Priced } from './balances.ts'
import type { Leases } from './leases.ts'
import type { Standing, Standings } from './standing.ts'
import type { SupplierIds } from './supplier-ids.ts'

/** No callback says that its turn came, so the status is no event. */
const beginMt = `
  UPDATE mts SET
    due_at = NULL, under_way = 1, uncertain = 0, attempts = attempts + 1,
    status = iif(status = 'accepted', 'queued', status),
    status_at = iif(status = 'accepted', max(status_at, ?1), status_at)
  WHERE id = ?2 AND lane = ?3 AND due_at IS NOT NULL
  RETURNING attempts, integration_id, price, charge`

/** Its turn came, and the balance does not cover it: as if it had not come. */
const leaveWaiting = 'UPDATE mts SET due_at = ?, under_way = 0, attempts = attempts - 1 WHERE id = ?'

const chargeBegun = "UPDATE mts SET charge = 'begun' WHERE id = ?"

const insertAttempt = 'INSERT INTO attempts (mt_id, number, began_at) VALUES (?, ?, ?)'

const postponeMt = 'UPDATE mts SET due_at = ? WHERE id = ? AND lane = ? AND due_at IS NOT NULL'

export interface Attempts {
  beginAttempts(now: number, lease: Lease, mtIds: string[], at: number): Map<string, number>
  recordOutcomes(now: number, outcomes: RecordedOutcome[]): Touched
  postpone(now: number, lease: Lease, later: { mtId: string; dueAt: number }[]): void
}

interface Parts {
  balances: Balances
  leases: Leases
  standings: Standings
  supplierIds: SupplierIds
}

export function attempts(db: DatabaseSync, { balances, leases, standings, supplierIds }: Parts): Attempts {
  const begin = statement<Priced & { attempts: number }>(db, beginMt)
  const leave = statement(db, leaveWaiting)
  const chargeTurn = statement(db, chargeBegun)
  const insert = statement(db, insertAttempt)
  const later = statement(db, postponeMt)

  function isCovered(id: string, { integration_id, price, charge }: Priced): boolean {
    if (price === null || charge !== 'reserved') return true // one that had its turn keeps it
    if (!balances.begin(integration_id, price)) return false
    chargeTurn.run(id)
    return true
  }

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

  return {
    beginAttempts(_now, lease, mtIds, at) {
      leases.check(lease)
      const numbers = new Map<string, number>()
      for (const id of mtIds) {
        const begun = begin.get(at, id, lease.lane)
        if (!begun) continue
        if (!isCovered(id, begun)) {
          leave.run(at, id)
          numbers.set(id, 0)
          continue
        }
        insert.run(id, begun.attempts, at)
        numbers.set(id, begun.attempts)
      }
      return numbers
    },
    recordOutcomes(now, outcomes) {
      const touched = new Set<string>()
      for (const outcome of outcomes) {
        const mt = standings.of(outcome.mtId)
        if (mt) record(mt, outcome, now, touched)
      }
      return { lanes: [...touched] }
    },
    postpone(_now, lease, messages) {
      leases.check(lease)
      for (const { mtId, dueAt } of messages) later.run(dueAt, mtId, lease.lane)
    },
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
