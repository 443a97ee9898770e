import type { DatabaseSync } from 'node:sqlite'
import { mayBecome, type StatusName } from '@waypost/protocol'
import { statement } from '../statement.ts'
import type { Balances, Priced } from './balances.ts'
import type { Events } from './events.ts'

/** What decides about a message: its place, its status, its newest attempt. */
export interface Standing extends Priced {
  id: string
  lane: string
  recipient: string
  client_message_id: string | null
  due_at: number | null
  under_way: 0 | 1
  uncertain: 0 | 1
  attempts: number
  expires_at: number
  status: StatusName
  status_at: number
}

const columns =
  'id, integration_id, lane, recipient, client_message_id, due_at, under_way, uncertain, attempts, expires_at, status, status_at, price, charge'

const selectMt = `SELECT ${columns} FROM mts WHERE id = ?`

const putPlace = 'UPDATE mts SET due_at = ?, under_way = 0, uncertain = ?, fault = ? WHERE id = ?'

const putStatus = 'UPDATE mts SET status = ?, status_at = ?, charge = ? WHERE id = ?'

const endAttempt = `
  UPDATE attempts SET ended_at = ?1, outcome = ?2, detail = ?3
  WHERE mt_id = ?4 AND number = ?5 AND (outcome IS NULL OR (?2 = 'sent' AND outcome IN ('unknown', 'deferred')))`

const countAttempts = 'SELECT count(*) AS times FROM attempts WHERE mt_id = ? AND number < ? AND detail = ?'

const refuteAttempt =
  "UPDATE attempts SET ended_at = ?, outcome = 'failed', detail = ? WHERE mt_id = ? AND number = ?"

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

export function standings(db: DatabaseSync, events: Events, balances: Balances): Standings {
  const select = statement<Standing>(db, selectMt)
  const place = statement(db, putPlace)
  const put = statement(db, putStatus)
  const end = statement(db, endAttempt)
  const refute = statement(db, refuteAttempt)
  const count = statement<{ times: number }>(db, countAttempts)

  function settle(mt: Standing, dueAt: number | null, uncertain: 0 | 1, fault: StatusName | null = null) {
    place.run(dueAt, uncertain, fault, mt.id)
    mt.due_at = dueAt
    mt.uncertain = uncertain
    mt.under_way = 0
  }

  const isOpen = (mt: Standing) => mt.due_at !== null || mt.under_way === 1

  return {
    of: (mtId) => select.get(mtId),
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
      mt.charge = balances.settled(mt, status)
      put.run(status, mt.status_at, mt.charge, mt.id)
      for (const lane of events.status(mt, status, mt.status_at, now)) touched.add(lane)
      return true
    },
    endAttempt: (mt, number, at, outcome, detail) =>
      end.run(at, outcome, detail ?? null, mt.id, number) === 1,
    isSpent: (mt, number, supplierCode, repeats) =>
      repeats !== undefined &&
      supplierCode !== undefined &&
      (count.get(mt.id, number, supplierCode)?.times ?? 0) >= repeats,
    refuteAttempt(mt, number, at, detail) {
      refute.run(at, detail ?? null, mt.id, number)
    },
  }
}
