import type { DatabaseSync } from 'node:sqlite'
import type { MtLife, MtQuery, Page } from '../../../core/looking.ts'
import type { Mt } from '../../../core/message.ts'
import type { Callback } from '../../../core/store.ts'
import { type AttemptRow, attemptOf } from '../../attempt-row.ts'
import { callbackOf, type EventRow } from '../../callback-row.ts'
import { minuteMs } from '../../minute.ts'
import { type MtRow, mtOf } from '../../mt-row.ts'
import { newest, pageOf, scanBudget } from '../../page.ts'
import { statement } from '../statement.ts'

const selectMt = 'SELECT * FROM mts WHERE id = ?1 AND (?2 IS NULL OR integration_id = ?2)'

const selectAttempts = 'SELECT * FROM attempts WHERE mt_id = ? ORDER BY number'

const selectSupplierIds = 'SELECT supplier_id FROM supplier_ids WHERE mt_id = ? ORDER BY attempt, supplier_id'

const selectEvents = 'SELECT * FROM events WHERE message_id = ? ORDER BY created_at, sequence'

// Newest first over the messages themselves: an index per question would be paid for by every message accepted.
const searchMts = `
  SELECT * FROM (SELECT * FROM mts WHERE id < ?1 ORDER BY id DESC LIMIT ${scanBudget})
  WHERE (?2 IS NULL OR integration_id = ?2) AND (?3 IS NULL OR recipient = ?3)
    AND (?4 IS NULL OR client_message_id = ?4)
    AND (?5 IS NULL OR status IN (SELECT value FROM json_each(?5)))
  LIMIT ?6`

const lastScannedMt = `SELECT id FROM mts WHERE id < ? ORDER BY id DESC LIMIT 1 OFFSET ${scanBudget - 1}`

const countAccepted = `
  SELECT integration_id AS integrationId, sum(messages) AS count FROM accepted WHERE minute >= ? GROUP BY 1`

const selectWindows = `
  SELECT integration_id AS integrationId, person AS "from", at FROM windows WHERE at >= ? ORDER BY at`

const selectLastWrote = 'SELECT person, at FROM windows WHERE integration_id = ? AND person = ?'

export interface MessageReads {
  findMt(now: number, integrationId: string | undefined, id: string): Mt | undefined
  life(now: number, id: string): MtLife | undefined
  searchMts(now: number, query: MtQuery): Page<Mt>
  acceptedSince(now: number, at: number): { integrationId: string; count: number }[]
  lastWrote(now: number, integrationId: string, people: string[]): { person: string; at: number }[]
  windowsSince(now: number, at: number): { integrationId: string; from: string; at: number }[]
}

export function messageReads(db: DatabaseSync): MessageReads {
  const mt = statement<MtRow>(db, selectMt)
  const attempts = statement<AttemptRow>(db, selectAttempts)
  const supplierIds = statement<{ supplier_id: string }>(db, selectSupplierIds)
  const events = statement<EventRow>(db, selectEvents)
  const search = statement<MtRow>(db, searchMts)
  const lastScanned = statement<{ id: string }>(db, lastScannedMt)
  const accepted = statement<{ integrationId: string; count: number }>(db, countAccepted)
  const windows = statement<{ integrationId: string; from: string; at: number }>(db, selectWindows)
  const wrote = statement<{ person: string; at: number }>(db, selectLastWrote)

  return {
    findMt(_now, integrationId, id) {
      const row = mt.get(id, integrationId ?? null)
      return row && mtOf(row)
    },
    life(_now, id) {
      db.exec('BEGIN') // one moment for the four of them
      try {
        const row = mt.get(id, null)
        return (
          row && {
            mt: mtOf(row),
            supplierIds: supplierIds.all(id).map(({ supplier_id }) => supplier_id),
            attempts: attempts.all(id).map(attemptOf),
            callbacks: events.all(id).map((event): Callback => callbackOf(event)),
          }
        )
      } finally {
        db.exec('COMMIT')
      }
    },
    searchMts(_now, { integrationId, to, clientMessageId, status, cursor, limit }) {
      const from = cursor ?? newest
      const wanted = [integrationId ?? null, to ?? null, clientMessageId ?? null]
      const rows = search.all(from, ...wanted, status ? JSON.stringify(status) : null, limit)
      return pageOf(rows, limit, mtOf, () => lastScanned.get(from)?.id)
    },
    // Whole minutes are counted: `at` counts from the beginning of its own.
    acceptedSince: (_now, at) => accepted.all(Math.floor(at / minuteMs)),
    lastWrote: (_now, integrationId, people) => people.flatMap((person) => wrote.all(integrationId, person)),
    windowsSince: (_now, at) => windows.all(at),
  }
}
