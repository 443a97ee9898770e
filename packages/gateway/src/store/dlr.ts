import { isFinal } from '@waypost/protocol/statuses'
import { repeatsOf, waitAfterReportMs } from '../core/retry.ts'
import type { RecordedDlr, RecordedDlrs, ReportedFault } from '../core/store.ts'
import type { ForgetFileOf, Standing, Standings, SupplierIds } from './standing.ts'

/**
 * Applies a report to the message that it is known to belong to, and to the attempt that it speaks of. Answers a fault
 * that may pass, where it is news.
 */
export type ApplyDlr = (
  mt: Standing,
  dlr: RecordedDlr,
  attempt: number,
  now: number,
  touched: Set<string>,
) => ReportedFault | undefined

export function applyDlr(standings: Standings, forgetFileOf: ForgetFileOf): ApplyDlr {
  /** Undefined where there is no other attempt. */
  function nextTry(mt: Standing, { report, random }: RecordedDlr, attempt: number, now: number) {
    if (report.type !== 'failed' || !report.retry) return undefined
    const { retry, repeats, supplierCode } = report
    const dueAt = now + waitAfterReportMs(retry, attempt, random)
    const isSpent = standings.isSpent(mt, attempt, supplierCode, repeatsOf(retry, repeats))
    return isSpent || dueAt >= mt.expires_at ? undefined : dueAt
  }

  return (mt, dlr, attempt, now, touched) => {
    const { report, status, at } = dlr
    if (report.type !== 'failed') {
      // The supplier has it, whatever became of our question: nothing more is to be tried. Only a late `sent` of an
      // attempt that has failed since says nothing new.
      const news = standings.endAttempt(mt, attempt, at, 'sent', `Reported ${report.type}`)
      if (news || mt.uncertain === 1 || report.type !== 'sent') {
        if (mt.under_way === 1) standings.endAttempt(mt, mt.attempts, at, 'unknown', overtaken)
        standings.close(mt)
      }
      standings.raise(mt, status, at, now, touched)
      return undefined
    }

    const { retry, supplierCode } = report
    if (attempt < mt.attempts || mt.status === 'delivered' || isFinal(mt.status)) return undefined
    const waitsAgain = mt.due_at !== null && mt.uncertain === 0
    if (retry && waitsAgain) return undefined // the same report once more
    if (report.fileUnusable) forgetFileOf(mt.id)
    const dueAt = nextTry(mt, dlr, attempt, now)
    if (dueAt === undefined) {
      standings.close(mt)
      standings.endAttempt(mt, attempt, at, 'failed', supplierCode)
      standings.raise(mt, status, at, now, touched)
    } else {
      standings.refuteAttempt(mt, attempt, at, supplierCode)
      standings.wait(mt, { dueAt, uncertain: 0, fault: status }, touched)
    }
    const { integration_id: integrationId, lane, recipient: to } = mt
    return retry && { integrationId, lane, to, attempts: attempt, retry }
  }
}

const overtaken = 'The report on an earlier attempt came first'

export interface Dlrs {
  recordDlrs(now: number, dlrs: RecordedDlr[]): RecordedDlrs
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
      const faults: ReportedFault[] = []
      let unmatched = 0
      let forgotten = 0
      for (const dlr of dlrs) {
        const matched = match(dlr)
        if (!matched) {
          forgotten += supplierIds.park(dlr, now)
          unmatched++
          continue
        }
        const { mt, attempt } = matched
        const fault = apply(mt, dlr, attempt, now, touched)
        if (fault) faults.push(fault)
        supplierIds.learn(mt, dlr.supplierId, attempt, now, touched)
      }
      return { lanes: [...touched], unmatched, faults, ...(forgotten > 0 && { forgotten }) }
    },
  }
}
