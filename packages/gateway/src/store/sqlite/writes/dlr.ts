import { isFinal } from '@waypost/protocol'
import type { RecordedDlr, Touched } from '../../../core/store.ts'
import type { Standing, Standings } from './standing.ts'
import type { SupplierIds } from './supplier-ids.ts'

/** Applies a report to the message that it is known to belong to, and to the attempt that it speaks of. */
export type ApplyDlr = (
  mt: Standing,
  dlr: RecordedDlr,
  attempt: number,
  now: number,
  touched: Set<string>,
) => void

export function applyDlr(standings: Standings): ApplyDlr {
  return (mt, dlr, attempt, now, touched) => {
    const { report, status, at, dueAt } = dlr
    if (report.type !== 'failed') {
      // The supplier has it, whatever became of our question: nothing more is to be tried. Only a late `sent` of an
      // attempt that has failed since says nothing new.
      const news = standings.endAttempt(mt, attempt, at, 'sent', `Reported ${report.type}`)
      if (news || mt.uncertain === 1 || report.type !== 'sent') {
        if (mt.under_way === 1) standings.endAttempt(mt, mt.attempts, at, 'unknown', overtaken)
        standings.close(mt)
      }
      standings.raise(mt, status, at, now, touched)
      return
    }

    if (attempt < mt.attempts || mt.status === 'delivered' || isFinal(mt.status)) return
    if (dueAt === undefined || dueAt > mt.expires_at) {
      standings.close(mt)
      standings.endAttempt(mt, attempt, at, 'failed', report.supplierCode)
      standings.raise(mt, status, at, now, touched)
      return
    }
    const waitsAgain = mt.due_at !== null && mt.uncertain === 0
    if (waitsAgain) return // the same report once more
    standings.refuteAttempt(mt, attempt, at, report.supplierCode)
    standings.wait(mt, dueAt, 0, touched)
  }
}

const overtaken = 'The report on an earlier attempt came first'

export interface Dlrs {
  recordDlrs(now: number, dlrs: RecordedDlr[]): Touched & { unmatched: number }
}

export function dlrs(standings: Standings, supplierIds: SupplierIds, apply: ApplyDlr): Dlrs {
  /** By our id first: it is ours to trust, as long as the message is of the integration that was reported to. */
  function match({ integrationId, messageId, supplierId }: RecordedDlr) {
    const known = supplierIds.find(integrationId, supplierId)
    const named = messageId === undefined ? undefined : standings.of(messageId)
    if (named?.integration_id === integrationId)
      return { mt: named, attempt: known?.mt_id === named.id ? known.attempt : named.attempts }
    const mt = known && standings.of(known.mt_id)
    return mt && { mt, attempt: known.attempt }
  }

  return {
    recordDlrs(now, dlrs) {
      const touched = new Set<string>()
      let unmatched = 0
      for (const dlr of dlrs) {
        const matched = match(dlr)
        if (!matched) {
          supplierIds.park(dlr, now)
          unmatched++
          continue
        }
        const { mt, attempt } = matched
        apply(mt, dlr, attempt, now, touched)
        supplierIds.learn(mt, dlr.supplierId, attempt, now, touched)
      }
      return { lanes: [...touched], unmatched }
    },
  }
}
