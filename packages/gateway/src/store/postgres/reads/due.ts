import type { LaneSummary } from '../../../core/looking.ts'
import type { Mt } from '../../../core/message.ts'
import { type Callback, type Fetch, fetchLane, type LaneKind, laneKindOf } from '../../../core/store.ts'
import { type MtRow, mtOf } from '../../mt-row.ts'
import { callbackIn, endpointName, type NamedEventRow } from '../endpoint-name.ts'
import { type Db, realNow } from '../query.ts'
import { eachOnce } from './each-once.ts'

/** Names of lanes, from the columns that they are made of. */
const callbackLane = "'callback:' || integration_id || ':' || endpoint"
const fileLane = "'fetch:' || integration_id"

// One priority at a time: only then does the index give both the range and the order. A message waits for the earlier
// ones of its conversation, whatever their place.
const selectDueMts = `
  SELECT due.* FROM senders CROSS JOIN LATERAL (
    SELECT * FROM mts
    WHERE integration_id = senders.integration_id AND lane = senders.lane AND priority = $2 AND due_at <= $3
      AND due_at IS NOT NULL
      AND (conversation IS NULL OR NOT EXISTS (
        SELECT 1 FROM mts earlier
        WHERE earlier.integration_id = mts.integration_id AND earlier.lane = mts.lane
          AND earlier.conversation = mts.conversation AND earlier.id < mts.id
          AND earlier.conversation IS NOT NULL AND (earlier.due_at IS NOT NULL OR earlier.under_way = 1)))
    ORDER BY due_at, id LIMIT $4) AS due
  WHERE senders.lane = $1 ORDER BY due_at, id LIMIT $4`

// Reads the whole lane where nothing has expired; nothing that is asked often waits for it.
const selectExpiredMts = `
  SELECT mts.* FROM senders JOIN mts USING (integration_id, lane)
  WHERE senders.lane = $1 AND due_at IS NOT NULL AND expires_at <= $2 LIMIT $3`

const countOpen = `
  SELECT (SELECT count(*) FROM mts
      WHERE due_at IS NOT NULL AND integration_id = $1 AND lane IS DISTINCT FROM $2)
    + (SELECT count(*) FROM mts
      WHERE under_way = 1 AND integration_id = $1 AND lane IS DISTINCT FROM $2) AS messages`

const selectDueEvents = `
  SELECT * FROM events
  WHERE integration_id = $1 AND endpoint = $2 AND due_at <= $3 AND due_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM endpoints WHERE integration_id = $1 AND endpoint = $2 AND paused_at IS NOT NULL)
  ORDER BY due_at, sequence LIMIT $4`

/** Every lane that has such rows. */
const lanesWith = (table: 'mts' | 'events', part: 'lane' | 'endpoint', such: string) =>
  eachOnce({ name: 'waiting', table, columns: ['integration_id', part], such })

/** The first row alone. EXISTS may be answered by reading all lanes at once, and in full. */
const isDue = (table: 'mts' | 'events', such: string) => `(
    SELECT 1 FROM ${table}
    WHERE integration_id = waiting.integration_id AND ${such} AND due_at <= $1 AND due_at IS NOT NULL
    ORDER BY due_at LIMIT 1) = 1`

const selectDueMtLanes = `
  ${lanesWith('mts', 'lane', 'due_at IS NOT NULL')}
  SELECT lane FROM waiting
  WHERE ${isDue('mts', 'lane = waiting.lane AND priority = 0')}
    OR ${isDue('mts', 'lane = waiting.lane AND priority = 1')}`

// Those that a dead node left with attempts under way.
const selectForsakenLanes = `
  ${lanesWith('mts', 'lane', 'under_way = 1')}
  SELECT lane FROM waiting
  WHERE NOT EXISTS (
    SELECT 1 FROM lanes WHERE lanes.lane = waiting.lane AND node IS NOT NULL AND leased_until > ${realNow})`

const selectDueCallbackLanes = `
  ${lanesWith('events', 'endpoint', 'due_at IS NOT NULL')}
  SELECT ${callbackLane} AS lane FROM waiting
  WHERE ${isDue('events', 'endpoint = waiting.endpoint')}
    AND NOT EXISTS (
      SELECT 1 FROM endpoints
      WHERE integration_id = waiting.integration_id AND endpoint = waiting.endpoint AND paused_at IS NOT NULL)`

const selectHeldByOthers = `
  SELECT lane FROM lanes WHERE kind = $1 AND node IS NOT NULL AND node <> $2
    AND leased_until > ${realNow}`

// One for each integration whose people have just sent files: few.
const selectDueFetchLanes = `SELECT DISTINCT ${fileLane} AS lane FROM fetches WHERE due_at <= $1`

const selectPaused = `SELECT ${callbackLane} AS lane FROM endpoints WHERE paused_at IS NOT NULL`

const selectDueFetches = `
  SELECT mo, attempts FROM fetches WHERE integration_id = $1 AND due_at <= $2 ORDER BY due_at, mo_id LIMIT $3`

const selectLanes = `
  WITH waiting AS (
    SELECT lane, count(*) AS waiting, min(due_at) AS oldest FROM mts WHERE due_at IS NOT NULL GROUP BY lane
    UNION ALL
    SELECT ${callbackLane}, count(*), min(due_at) FROM events
    WHERE due_at IS NOT NULL GROUP BY integration_id, endpoint
    UNION ALL
    SELECT ${fileLane}, count(*), min(due_at) FROM fetches GROUP BY integration_id),
  endpoint_lanes AS (SELECT *, ${callbackLane} AS lane FROM endpoints)
  SELECT coalesce(waiting.lane, lanes.lane) AS lane, coalesce(waiting.waiting, 0) AS waiting, oldest, node,
    leased_until, failing_since, paused_at
  FROM waiting FULL JOIN lanes ON lanes.lane = waiting.lane
    LEFT JOIN endpoint_lanes ON endpoint_lanes.lane = coalesce(waiting.lane, lanes.lane)
  WHERE waiting.lane IS NOT NULL OR lanes.node IS NOT NULL OR paused_at IS NOT NULL
  ORDER BY 1`

interface LaneRow {
  lane: string
  waiting: number
  oldest: number | null
  node: string | null
  leased_until: number | null
  failing_since: number | null
  paused_at: number | null
}

export async function dueMts(db: Db, lane: string, at: number, limit: number): Promise<Mt[]> {
  const [urgent, rest] = await Promise.all([
    db.all<MtRow>(selectDueMts, lane, 0, at, limit),
    db.all<MtRow>(selectDueMts, lane, 1, at, limit),
  ])
  return [...urgent, ...rest].slice(0, limit).map(mtOf)
}

export async function expiredMts(db: Db, lane: string, at: number, limit: number): Promise<Mt[]> {
  return (await db.all<MtRow>(selectExpiredMts, lane, at, limit)).map(mtOf)
}

export async function openMts(db: Db, integrationId: string, besides: string | undefined): Promise<number> {
  const [row] = await db.all<{ messages: number }>(countOpen, integrationId, besides ?? null)
  return row?.messages ?? 0
}

export async function dueCallbacks(db: Db, lane: string, at: number, limit: number): Promise<Callback[]> {
  const { integration_id, endpoint } = endpointName(lane)
  return (await db.all<NamedEventRow>(selectDueEvents, integration_id, endpoint, at, limit)).map(callbackIn)
}

export async function dueFetches(db: Db, lane: string, at: number, limit: number): Promise<Fetch[]> {
  const rows = await db.all<{ mo: string; attempts: number }>(
    selectDueFetches,
    lane.slice(fetchLane('').length),
    at,
    limit,
  )
  return rows.map(({ mo, attempts }) => ({ mo: JSON.parse(mo), attempts }))
}

const dueLanesOf: Record<LaneKind, string> = {
  mt: selectDueMtLanes,
  callback: selectDueCallbackLanes,
  fetch: selectDueFetchLanes,
}

interface Looking {
  kind: LaneKind
  at: number
  node: string
}

export async function dueLanes(db: Db, { kind, at, node }: Looking): Promise<string[]> {
  const [held, due, left] = await Promise.all([
    db.all<{ lane: string }>(selectHeldByOthers, kind, node),
    db.all<{ lane: string }>(dueLanesOf[kind], at),
    kind === 'mt' ? db.all<{ lane: string }>(selectForsakenLanes) : [],
  ])
  const others = new Set(held.map(({ lane }) => lane))
  const all = new Set([...due, ...left].map(({ lane }) => lane))
  return [...all].filter((lane) => !others.has(lane))
}

export async function lanes(db: Db): Promise<LaneSummary[]> {
  return (await db.all<LaneRow>(selectLanes)).map(summaryOf)
}

export async function pausedEndpoints(db: Db): Promise<string[]> {
  return (await db.all<{ lane: string }>(selectPaused)).map(({ lane }) => lane)
}

function summaryOf({ lane, waiting, ...row }: LaneRow): LaneSummary {
  return {
    lane,
    kind: laneKindOf(lane),
    waiting,
    oldestDueAt: row.oldest ?? undefined,
    node: row.node ?? undefined,
    leasedUntil: row.node === null ? undefined : (row.leased_until ?? undefined),
    failingSince: row.failing_since ?? undefined,
    pausedAt: row.paused_at ?? undefined,
  }
}
