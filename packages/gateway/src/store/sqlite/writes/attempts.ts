import type { DatabaseSync } from 'node:sqlite'
import type { MtName } from '../../../core/message.ts'
import type { Lease, RecordedOutcome, Touched } from '../../../core/store.ts'
import type { ApplyOutcome } from '../../outcome.ts'
import type { Priced } from '../../standing.ts'
import { statement } from '../statement.ts'
import type { Balances } from './balances.ts'
import type { Leases } from './leases.ts'

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
  beginAttempts(now: number, lease: Lease, mts: MtName[], at: number): Map<string, number>
  recordOutcomes(now: number, outcomes: RecordedOutcome[]): Touched
  postpone(now: number, lease: Lease, later: (MtName & { dueAt: number })[]): void
}

interface Parts {
  balances: Balances
  leases: Leases
  apply: ApplyOutcome
}

export function attempts(db: DatabaseSync, { balances, leases, apply }: Parts): Attempts {
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

  return {
    beginAttempts(_now, lease, mts, at) {
      leases.check(lease)
      const numbers = new Map<string, number>()
      for (const { mtId: id } of mts) {
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
      for (const outcome of outcomes) apply(outcome, now, touched)
      return { lanes: [...touched] }
    },
    postpone(_now, lease, messages) {
      leases.check(lease)
      for (const { mtId, dueAt } of messages) later.run(dueAt, mtId, lease.lane)
    },
  }
}
