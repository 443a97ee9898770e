import type { DatabaseSync } from 'node:sqlite'
import { endpointLanes } from '../../../core/endpoint.ts'
import type { CallbackQuery, Page } from '../../../core/looking.ts'
import type { Callback } from '../../../core/store.ts'
import { callbackOf, type EventRow } from '../../callback-row.ts'
import { newest, pageOf, scanBudget } from '../../page.ts'
import { statement } from '../statement.ts'

const searchEvents = `
  SELECT * FROM (SELECT * FROM events WHERE id < ?1 ORDER BY id DESC LIMIT ${scanBudget})
  WHERE (?2 IS NULL OR lane IN (SELECT value FROM json_each(?2))) AND (?3 IS NULL OR state = ?3)
  LIMIT ?4`

const lastScannedEvent = `SELECT id FROM events WHERE id < ? ORDER BY id DESC LIMIT 1 OFFSET ${scanBudget - 1}`

const selectAfter = 'SELECT * FROM events WHERE lane = ? AND sequence > ? ORDER BY sequence LIMIT ?'

export interface CallbackReads {
  searchCallbacks(now: number, query: CallbackQuery): Page<Callback>
  eventsAfter(now: number, lane: string, after: number, limit: number): Callback[]
}

export function callbackReads(db: DatabaseSync): CallbackReads {
  const search = statement<EventRow>(db, searchEvents)
  const lastScanned = statement<{ id: string }>(db, lastScannedEvent)
  const after = statement<EventRow>(db, selectAfter)

  return {
    searchCallbacks(_now, { integrationId, state, cursor, limit }) {
      const from = cursor ?? newest
      const lanes = integrationId ? JSON.stringify(endpointLanes(integrationId)) : null
      const rows = search.all(from, lanes, state ?? null, limit)
      return pageOf(rows, limit, callbackOf, () => lastScanned.get(from)?.id)
    },
    eventsAfter: (_now, lane, sequence, limit) => after.all(lane, sequence, limit).map(callbackOf),
  }
}
