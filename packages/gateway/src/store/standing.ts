import { isFinal, mayBecome, type StatusName } from '@waypost/protocol/statuses'
import type { RecordedDlr } from '../core/store.ts'
import type { Charge } from './mt-row.ts'
import type { Reported } from './status-event.ts'

/** What a balance needs to know of a message. */
export interface Priced {
  integration_id: string
  price: number | null
  charge: Charge | null
}

/** What decides about a message: its place, its status, its newest attempt. */
export interface Standing extends Priced, Reported {
  recipient: string
  due_at: number | null
  under_way: 0 | 1
  uncertain: 0 | 1
  attempts: number
  expires_at: number
  status: StatusName
  status_at: number
}

/** The columns of a `Standing`. */
export const standingColumns =
  'id, integration_id, lane, recipient, client_message_id, due_at, under_way, uncertain, attempts, expires_at, status, status_at, price, charge'

interface Wait {
  dueAt: number
  uncertain: 0 | 1
  /** What it ends in should its time run out first, where that is not simply expired. */
  fault?: StatusName | undefined
}

/** Reads where messages stand and moves them; each change is made to the row and to the `Standing` alike. */
export interface Standings {
  of(mtId: string): Standing | undefined
  /** Something may still be tried: it waits or is under way. */
  isOpen(mt: Standing): boolean
  wait(mt: Standing, until: Wait, touched: Set<string>): void
  /** Nothing is left to do. */
  close(mt: Standing): void
  /**
   * Sets a status that the ladder allows, settles the price by it, and reports it; answers whether it did. A supplier's clock may be coarser than
   * ours, or behind: a status is never reported as older than the one before it.
   */
  raise(mt: Standing, status: StatusName, at: number, now: number, touched: Set<string>): boolean
  /**
   * Writes how an attempt ended, unless that was known before; answers whether it was news. What was written is only
   * ever corrected by the knowledge that it was sent: giving up on the message does not make an unknown end known.
   */
  endAttempt(mt: Standing, number: number, at: number, outcome: string, detail?: string): boolean
  /** Whether a fault was met by so many attempts before this one that the message fails of it. */
  isSpent(
    mt: Standing,
    number: number,
    supplierCode: string | undefined,
    repeats: number | undefined,
  ): boolean
  /** The supplier says that the attempt came to nothing after all; that it was once sent is then old news. */
  refuteAttempt(mt: Standing, number: number, at: number, detail: string | undefined): void
}

/** What a database does for `standings`. */
export interface StandingRows extends Pick<Standings, 'of' | 'endAttempt' | 'refuteAttempt'> {
  putPlace(mt: Standing, fault: StatusName | null): void
  putStatus(mt: Standing): void
  /** How many attempts before this one ended with this detail. */
  countAttempts(mt: Standing, before: number, detail: string): number
  /** Adds to an integration's balance. */
  moveBalance(integrationId: string, move: { amount: number; reserved: number; begun: number }): void
  /** Adds the event that reports a status, if it is reported, and answers the lanes it is told in. */
  report(mt: Standing, status: StatusName, at: number, now: number): string[]
}

export function standings(rows: StandingRows): Standings {
  function settle(mt: Standing, dueAt: number | null, uncertain: 0 | 1, fault: StatusName | null = null) {
    mt.due_at = dueAt
    mt.uncertain = uncertain
    mt.under_way = 0
    rows.putPlace(mt, fault)
  }

  /** What becomes of a message's price when it gets this status. */
  function charged({ integration_id, price, charge }: Priced, status: StatusName): Charge | null {
    const next = chargeAt(status)
    if (price === null || charge === null || charge === 'charged' || !next || next === charge) return charge
    rows.moveBalance(integration_id, {
      amount: next === 'charged' ? -price : 0,
      reserved: charge === 'released' ? 0 : -price,
      begun: charge === 'begun' ? -price : 0,
    })
    return next
  }

  const isOpen = (mt: Standing) => mt.due_at !== null || mt.under_way === 1

  return {
    of: rows.of,
    endAttempt: rows.endAttempt,
    refuteAttempt: rows.refuteAttempt,
    isOpen,
    wait(mt, { dueAt, uncertain, fault }, touched) {
      settle(mt, dueAt, uncertain, fault)
      touched.add(mt.lane)
    },
    close(mt) {
      if (isOpen(mt)) settle(mt, null, 0)
    },
    raise(mt, status, at, now, touched) {
      if (!mayBecome(mt.status, status)) return false
      mt.status = status
      mt.status_at = Math.max(at, mt.status_at)
      mt.charge = charged(mt, status)
      rows.putStatus(mt)
      for (const lane of rows.report(mt, status, mt.status_at, now)) touched.add(lane)
      return true
    },
    isSpent: (mt, number, supplierCode, repeats) =>
      repeats !== undefined &&
      supplierCode !== undefined &&
      rows.countAttempts(mt, number, supplierCode) >= repeats,
  }
}

/** Charged when sent, released when failed; undefined while neither is known. */
function chargeAt(status: StatusName): 'charged' | 'released' | undefined {
  if (status === 'sent' || status === 'delivered' || status === 'read') return 'charged'
  return isFinal(status) ? 'released' : undefined
}

/** Which message a supplier's id belongs to, and the reports that wait until that is known. */
export interface SupplierIds {
  /** Notes that a message has this id at the supplier, and applies the reports that waited for it. */
  learn(mt: Standing, supplierId: string, attempt: number, now: number, touched: Set<string>): void
  find(integrationId: string, supplierId: string): { mt_id: string; attempt: number } | undefined
  /** Answers how many older ones nobody has claimed in time. */
  park(dlr: RecordedDlr, now: number): number
}

/** A report that no message has claimed by then is not about one of ours. */
export const parkedForMs: number = 72 * 60 * 60 * 1000

/** Forgets what suppliers call the file that a message carries. */
export type ForgetFileOf = (mtId: string) => void
