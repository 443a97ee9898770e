import type { AcceptedElsewhere } from '../../../core/limits.ts'
import type { MtLife } from '../../../core/looking.ts'
import type { Mt } from '../../../core/message.ts'
import type { Callback } from '../../../core/store.ts'
import { type AttemptRow, attemptOf } from '../../attempt-row.ts'
import { minuteMs } from '../../minute.ts'
import { type MtRow, mtOf } from '../../mt-row.ts'
import { callbackIn, endpointName, type NamedEventRow } from '../endpoint-name.ts'
import { type Db, isId } from '../query.ts'
import { ownersIn } from './each-once.ts'

const selectMt = 'SELECT * FROM mts WHERE integration_id = $1 AND id = $2'

// Its id does not say whose it is: one look into each integration's week.
const selectAnyMt = `
  SELECT mts.* FROM (SELECT DISTINCT integration_id FROM senders) AS owners JOIN mts USING (integration_id)
  WHERE mts.id = $1`

const selectAttempts = 'SELECT * FROM attempts WHERE integration_id = $1 AND mt_id = $2 ORDER BY number'

const selectSupplierIds = `
  SELECT supplier_id FROM supplier_ids WHERE integration_id = $1 AND mt_id = $2 AND attempt >= 0
  ORDER BY attempt, supplier_id`

const selectEvents = `
  SELECT * FROM events WHERE integration_id = $1 AND message_id = $2 AND sequence >= 0
  ORDER BY created_at, sequence`

const selectAfter = `
  SELECT * FROM events WHERE integration_id = $1 AND endpoint = $2 AND sequence > $3 ORDER BY sequence LIMIT $4`

const countAccepted = `
  ${ownersIn('accepted')}
  SELECT integration_id AS "integrationId", sum(messages)::bigint AS count
  FROM owners JOIN accepted USING (integration_id) WHERE minute >= $1 GROUP BY 1`

const countElsewhere = `
  ${ownersIn('accepted')}
  SELECT integration_id AS "integrationId", minute * ${minuteMs} AS at, sum(messages)::bigint AS count
  FROM owners JOIN accepted USING (integration_id) WHERE minute >= $1 AND process <> $2 GROUP BY 1, 2`

const selectWindows = `
  ${ownersIn('windows')}
  SELECT integration_id AS "integrationId", person AS "from", at
  FROM owners JOIN windows USING (integration_id) WHERE at >= $1 ORDER BY at`

const selectLastWrote = `
  SELECT person, at FROM windows WHERE integration_id = $1 AND person = ANY($2::text[])`

export async function findMt(db: Db, integrationId: string | undefined, id: string): Promise<Mt | undefined> {
  if (!isId(id)) return undefined
  const [row] = await (integrationId === undefined
    ? db.all<MtRow>(selectAnyMt, id)
    : db.all<MtRow>(selectMt, integrationId, id))
  return row && mtOf(row)
}

/** `db` is a transaction that sees one moment. */
export async function life(db: Db, id: string): Promise<MtLife | undefined> {
  const mt = await findMt(db, undefined, id)
  if (!mt) return undefined
  const [supplierIds, attempts, events] = await Promise.all([
    db.all<{ supplier_id: string }>(selectSupplierIds, mt.integrationId, id),
    db.all<AttemptRow>(selectAttempts, mt.integrationId, id),
    db.all<NamedEventRow>(selectEvents, mt.integrationId, id),
  ])
  return {
    mt,
    supplierIds: supplierIds.map(({ supplier_id }) => supplier_id),
    attempts: attempts.map(attemptOf),
    callbacks: events.map(callbackIn),
  }
}

export async function eventsAfter(db: Db, lane: string, after: number, limit: number): Promise<Callback[]> {
  const { integration_id, endpoint } = endpointName(lane)
  return (await db.all<NamedEventRow>(selectAfter, integration_id, endpoint, after, limit)).map(callbackIn)
}

/** Whole minutes are counted: `at` counts from the beginning of its own. */
export const acceptedSince = (db: Db, at: number): Promise<{ integrationId: string; count: number }[]> =>
  db.all(countAccepted, Math.floor(at / minuteMs))

export const acceptedElsewhere = (db: Db, since: number, process: string): Promise<AcceptedElsewhere[]> =>
  db.all(countElsewhere, Math.floor(since / minuteMs), process)

export const windowsSince = (
  db: Db,
  at: number,
): Promise<{ integrationId: string; from: string; at: number }[]> => db.all(selectWindows, at)

export const lastWrote = (
  db: Db,
  integrationId: string,
  people: string[],
): Promise<{ person: string; at: number }[]> => db.all(selectLastWrote, integrationId, people)
