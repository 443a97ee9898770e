import { endpointLanes } from '../../../core/endpoint.ts'
import type { CallbackQuery, MtLife, MtQuery, Page } from '../../../core/looking.ts'
import type { Mt } from '../../../core/message.ts'
import type { Callback } from '../../../core/store.ts'
import { type AttemptRow, attemptOf } from '../../attempt-row.ts'
import { callbackOf, type EventRow } from '../../callback-row.ts'
import { minuteMs } from '../../minute.ts'
import { type MtRow, mtOf } from '../../mt-row.ts'
import { newest, pageOf, scanBudget } from '../../page.ts'
import type { Db } from '../query.ts'

const selectMt = 'SELECT * FROM mts WHERE id = $1 AND ($2::text IS NULL OR integration_id = $2)'

const selectAttempts = 'SELECT * FROM attempts WHERE mt_id = $1 ORDER BY number'

const selectSupplierIds =
  'SELECT supplier_id FROM supplier_ids WHERE mt_id = $1 ORDER BY attempt, supplier_id'

const selectEvents = 'SELECT * FROM events WHERE message_id = $1 ORDER BY created_at, sequence'

// Newest first over the messages themselves: an index per question would be paid for by every message accepted.
const selectMts = `
  SELECT * FROM (SELECT * FROM mts WHERE id < $1 ORDER BY id DESC LIMIT ${scanBudget}) newest
  WHERE ($2::text IS NULL OR integration_id = $2) AND ($3::text IS NULL OR recipient = $3)
    AND ($4::text IS NULL OR client_message_id = $4)
    AND ($5::text[] IS NULL OR status = ANY($5))
  LIMIT $6`

const lastScannedMt = `SELECT id FROM mts WHERE id < $1 ORDER BY id DESC LIMIT 1 OFFSET ${scanBudget - 1}`

const selectCallbacks = `
  SELECT * FROM (SELECT * FROM events WHERE id < $1 ORDER BY id DESC LIMIT ${scanBudget}) newest
  WHERE ($2::text[] IS NULL OR lane = ANY($2)) AND ($3::text IS NULL OR state = $3)
  LIMIT $4`

const lastScannedEvent = `SELECT id FROM events WHERE id < $1 ORDER BY id DESC LIMIT 1 OFFSET ${scanBudget - 1}`

const selectAfter = 'SELECT * FROM events WHERE lane = $1 AND sequence > $2 ORDER BY sequence LIMIT $3'

const countAccepted = `
  SELECT integration_id AS "integrationId", sum(messages)::bigint AS count FROM accepted
  WHERE minute >= $1 GROUP BY 1`

const selectWindows = `
  SELECT integration_id AS "integrationId", person AS "from", at FROM windows WHERE at >= $1 ORDER BY at`

const selectLastWrote = `
  SELECT person, at FROM windows WHERE integration_id = $1 AND person = ANY($2::text[])`

export async function findMt(db: Db, integrationId: string | undefined, id: string): Promise<Mt | undefined> {
  const [row] = await db.all<MtRow>(selectMt, id, integrationId ?? null)
  return row && mtOf(row)
}

/** `db` is a transaction that sees one moment. */
export async function life(db: Db, id: string): Promise<MtLife | undefined> {
  const [row] = await db.all<MtRow>(selectMt, id, null)
  if (!row) return undefined
  const [supplierIds, attempts, events] = await Promise.all([
    db.all<{ supplier_id: string }>(selectSupplierIds, id),
    db.all<AttemptRow>(selectAttempts, id),
    db.all<EventRow>(selectEvents, id),
  ])
  return {
    mt: mtOf(row),
    supplierIds: supplierIds.map(({ supplier_id }) => supplier_id),
    attempts: attempts.map(attemptOf),
    callbacks: events.map(callbackOf),
  }
}

export async function searchMts(
  db: Db,
  { integrationId, to, clientMessageId, status, cursor, limit }: MtQuery,
): Promise<Page<Mt>> {
  const from = cursor ?? newest
  const wanted = [integrationId ?? null, to ?? null, clientMessageId ?? null]
  const rows = await db.all<MtRow>(selectMts, from, ...wanted, status ?? null, limit)
  const last = rows.length === limit ? [] : await db.all<{ id: string }>(lastScannedMt, from)
  return pageOf(rows, limit, mtOf, () => last[0]?.id)
}

export async function searchCallbacks(
  db: Db,
  { integrationId, state, cursor, limit }: CallbackQuery,
): Promise<Page<Callback>> {
  const from = cursor ?? newest
  const lanes = integrationId === undefined ? null : endpointLanes(integrationId)
  const rows = await db.all<EventRow>(selectCallbacks, from, lanes, state ?? null, limit)
  const last = rows.length === limit ? [] : await db.all<{ id: string }>(lastScannedEvent, from)
  return pageOf(rows, limit, callbackOf, () => last[0]?.id)
}

export async function eventsAfter(db: Db, lane: string, after: number, limit: number): Promise<Callback[]> {
  return (await db.all<EventRow>(selectAfter, lane, after, limit)).map(callbackOf)
}

/** Whole minutes are counted: `at` counts from the beginning of its own. */
export const acceptedSince = (db: Db, at: number): Promise<{ integrationId: string; count: number }[]> =>
  db.all(countAccepted, Math.floor(at / minuteMs))

export const windowsSince = (
  db: Db,
  at: number,
): Promise<{ integrationId: string; from: string; at: number }[]> => db.all(selectWindows, at)

export const lastWrote = (
  db: Db,
  integrationId: string,
  people: string[],
): Promise<{ person: string; at: number }[]> => db.all(selectLastWrote, integrationId, people)
