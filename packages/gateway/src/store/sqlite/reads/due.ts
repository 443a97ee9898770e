import type { DatabaseSync } from 'node:sqlite'
import type { LaneSummary } from '../../../core/looking.ts'
import type { Mt } from '../../../core/message.ts'
import { type Callback, type LaneKind, type Lease, laneKindOf } from '../../../core/store.ts'
import { callbackOf, type EventRow } from '../../callback-row.ts'
import { type MtRow, mtOf } from '../../mt-row.ts'
import { statement } from '../statement.ts'

// One priority at a time: only then does the index give both the range and the order. A message waits for the earlier
// ones of its conversation, whatever their place.
const dueMts = `
  SELECT * FROM mts INDEXED BY mts_waiting
  WHERE lane = ?1 AND priority = ?2 AND due_at <= ?3 AND due_at IS NOT NULL
    AND (conversation IS NULL OR NOT EXISTS (
      SELECT 1 FROM mts earlier INDEXED BY mts_ordered
      WHERE earlier.lane = mts.lane AND earlier.conversation = mts.conversation AND earlier.id < mts.id
        AND earlier.integration_id = mts.integration_id
        AND earlier.conversation IS NOT NULL AND (earlier.due_at IS NOT NULL OR earlier.under_way = 1)))
  ORDER BY due_at, id LIMIT ?4`

// Reads the whole lane where nothing has expired; nothing that is asked often waits for it.
const expiredMts = `
  SELECT * FROM mts INDEXED BY mts_waiting
  WHERE lane = ?1 AND due_at IS NOT NULL AND expires_at <= ?2
  LIMIT ?3`

const countOpen = `
  SELECT (SELECT count(*) FROM mts INDEXED BY mts_waiting
      WHERE due_at IS NOT NULL AND integration_id = ?1 AND lane IS NOT ?2)
    + (SELECT count(*) FROM mts INDEXED BY mts_under_way
      WHERE under_way = 1 AND integration_id = ?1 AND lane IS NOT ?2) AS messages`

const dueEvents = `
  SELECT * FROM events
  WHERE lane = ?1 AND due_at <= ?2 AND due_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM endpoints WHERE lane = ?1 AND paused_at IS NOT NULL)
  ORDER BY due_at, sequence LIMIT ?3`

// From lane to lane by the index, however much waits in each.
const dueMtLanes = `
  WITH RECURSIVE waiting (lane) AS (
    SELECT min(lane) FROM mts WHERE due_at IS NOT NULL
    UNION ALL
    SELECT (SELECT min(lane) FROM mts WHERE due_at IS NOT NULL AND lane > waiting.lane)
    FROM waiting WHERE waiting.lane IS NOT NULL)
  SELECT lane FROM waiting
  WHERE EXISTS (SELECT 1 FROM mts INDEXED BY mts_waiting
      WHERE lane = waiting.lane AND priority = 0 AND due_at <= ?1 AND due_at IS NOT NULL)
    OR EXISTS (SELECT 1 FROM mts INDEXED BY mts_waiting
      WHERE lane = waiting.lane AND priority = 1 AND due_at <= ?1 AND due_at IS NOT NULL)`

const heldByOthers = `
  SELECT lane FROM lanes WHERE kind = ? AND node IS NOT NULL AND node <> ? AND leased_until > ?`

// Those that a dead node left with attempts under way; few are under way at a time.
const forsakenLanes = `
  SELECT DISTINCT lane FROM mts INDEXED BY mts_under_way
  WHERE under_way = 1 AND NOT EXISTS (
    SELECT 1 FROM lanes WHERE lanes.lane = mts.lane AND node IS NOT NULL AND leased_until > ?)`

const dueCallbackLanes = `
  WITH RECURSIVE waiting (lane) AS (
    SELECT min(lane) FROM events WHERE due_at IS NOT NULL
    UNION ALL
    SELECT (SELECT min(lane) FROM events WHERE due_at IS NOT NULL AND lane > waiting.lane)
    FROM waiting WHERE waiting.lane IS NOT NULL)
  SELECT lane FROM waiting
  WHERE EXISTS (SELECT 1 FROM events INDEXED BY events_waiting
      WHERE lane = waiting.lane AND due_at <= ?1 AND due_at IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM endpoints WHERE lane = waiting.lane AND paused_at IS NOT NULL)`

const selectPaused = 'SELECT lane FROM endpoints WHERE paused_at IS NOT NULL'

// One for each integration whose people have just sent files: few.
const dueFetchLanes = 'SELECT DISTINCT lane FROM fetches WHERE due_at <= ?1'

const selectLanes = `
  WITH waiting AS (
    SELECT lane, count(*) AS waiting, min(due_at) AS oldest FROM mts WHERE due_at IS NOT NULL GROUP BY lane
    UNION ALL
    SELECT lane, count(*), min(due_at) FROM events WHERE due_at IS NOT NULL GROUP BY lane
    UNION ALL
    SELECT lane, count(*), min(due_at) FROM fetches GROUP BY lane)
  SELECT coalesce(waiting.lane, lanes.lane) AS lane, coalesce(waiting.waiting, 0) AS waiting, oldest, node,
    leased_until, failing_since, paused_at
  FROM waiting FULL JOIN lanes ON lanes.lane = waiting.lane
    LEFT JOIN endpoints ON endpoints.lane = coalesce(waiting.lane, lanes.lane)
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

export interface DueReads {
  dueMts(now: number, lease: Lease, at: number, limit: number): Mt[]
  expiredMts(now: number, lease: Lease, at: number, limit: number): Mt[]
  openMts(now: number, integrationId: string, besides: string | undefined): number
  dueCallbacks(now: number, lease: Lease, at: number, limit: number): Callback[]
  dueLanes(now: number, kind: LaneKind, at: number, node: string): string[]
  lanes(now: number): LaneSummary[]
  pausedEndpoints(now: number): string[]
}

export function dueReads(db: DatabaseSync): DueReads {
  const mts = statement<MtRow>(db, dueMts)
  const expired = statement<MtRow>(db, expiredMts)
  const open = statement<{ messages: number }>(db, countOpen)
  const events = statement<EventRow>(db, dueEvents)
  const lanes = {
    mt: statement<{ lane: string }>(db, dueMtLanes),
    callback: statement<{ lane: string }>(db, dueCallbackLanes),
    fetch: statement<{ lane: string }>(db, dueFetchLanes),
  }
  const held = statement<{ lane: string }>(db, heldByOthers)
  const forsaken = statement<{ lane: string }>(db, forsakenLanes)
  const paused = statement<{ lane: string }>(db, selectPaused)
  const summaries = statement<LaneRow>(db, selectLanes)

  return {
    dueMts(_now, { lane }, at, limit) {
      const urgent = mts.all(lane, 0, at, limit)
      const rest = urgent.length < limit ? mts.all(lane, 1, at, limit - urgent.length) : []
      return [...urgent, ...rest].map(mtOf)
    },
    expiredMts: (_now, { lane }, at, limit) => expired.all(lane, at, limit).map(mtOf),
    openMts: (_now, integrationId, besides) => open.get(integrationId, besides ?? null)?.messages ?? 0,
    dueCallbacks: (_now, { lane }, at, limit) => events.all(lane, at, limit).map(callbackOf),
    dueLanes(_now, kind, at, node) {
      const realNow = Date.now() // leases go by it
      const left = kind === 'mt' ? forsaken.all(realNow) : []
      const others = new Set(held.all(kind, node, realNow).map(({ lane }) => lane))
      const due = new Set([...lanes[kind].all(at), ...left].map(({ lane }) => lane))
      return [...due].filter((lane) => !others.has(lane))
    },
    lanes: () => summaries.all().map(summaryOf),
    pausedEndpoints: () => paused.all().map(({ lane }) => lane),
  }
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
