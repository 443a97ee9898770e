import type { DatabaseSync } from 'node:sqlite'
import { type Standing, type StandingRows, standingColumns } from '../../standing.ts'
import { statement } from '../statement.ts'
import type { Balances } from './balances.ts'
import type { Events } from './events.ts'

const selectMt = `SELECT ${standingColumns} FROM mts WHERE id = ?`

const putPlace = 'UPDATE mts SET due_at = ?, under_way = 0, uncertain = ?, fault = ? WHERE id = ?'

const putStatus = 'UPDATE mts SET status = ?, status_at = ?, charge = ? WHERE id = ?'

const endAttempt = `
  UPDATE attempts SET ended_at = ?1, outcome = ?2, detail = ?3
  WHERE mt_id = ?4 AND number = ?5 AND (outcome IS NULL OR (?2 = 'sent' AND outcome IN ('unknown', 'deferred')))`

const countAttempts = 'SELECT count(*) AS times FROM attempts WHERE mt_id = ? AND number < ? AND detail = ?'

const refuteAttempt =
  "UPDATE attempts SET ended_at = ?, outcome = 'failed', detail = ? WHERE mt_id = ? AND number = ?"

export function standingRows(db: DatabaseSync, events: Events, balances: Balances): StandingRows {
  const select = statement<Standing>(db, selectMt)
  const place = statement(db, putPlace)
  const put = statement(db, putStatus)
  const end = statement(db, endAttempt)
  const refute = statement(db, refuteAttempt)
  const count = statement<{ times: number }>(db, countAttempts)

  return {
    of: (mtId) => select.get(mtId),
    putPlace: ({ id, due_at, uncertain }, fault) => void place.run(due_at, uncertain, fault, id),
    putStatus: ({ id, status, status_at, charge }) => void put.run(status, status_at, charge, id),
    endAttempt: (mt, number, at, outcome, detail) =>
      end.run(at, outcome, detail ?? null, mt.id, number) === 1,
    countAttempts: (mt, before, detail) => count.get(mt.id, before, detail)?.times ?? 0,
    refuteAttempt: (mt, number, at, detail) => void refute.run(at, detail ?? null, mt.id, number),
    moveBalance: balances.move,
    report: events.status,
  }
}
