import { type LaneKind, type Lease, laneKindOf, type TakenLease } from '../../../core/store.ts'
import { columnsOf, type Db, isOf, realNow } from '../query.ts'
import { keyColumns, type MtKey } from './mt-key.ts'

const insertLanes = `
  INSERT INTO lanes (lane, kind, node, fence, leased_until)
  SELECT lane, kind, NULL, 0, 0 FROM unnest($1::text[], $2::text[]) AS new (lane, kind) ORDER BY lane
  ON CONFLICT (lane) DO NOTHING`

// What is written under a lease shares its lane's row, time and again. A renewal, which leaves the fence as it is, does not
// wait for that: it might for ever. Whoever changes the fence does.
const lockLanes = (lock: 'NO KEY UPDATE' | 'UPDATE') => `
  SELECT lane, node, fence, leased_until, ${realNow} AS real_now FROM lanes
  WHERE lane = ANY($1::text[]) ORDER BY lane FOR ${lock}`
const lockOwn = lockLanes('NO KEY UPDATE')
const lockAny = lockLanes('UPDATE')

const countOwn = 'SELECT count(*) AS lanes FROM lanes WHERE lane = ANY($1::text[]) AND node = $2'

// Without waiting for anybody: what another node serves is not to be had.
const selectServed = `
  SELECT lane FROM lanes WHERE lane = ANY($1::text[]) AND node <> $2 AND leased_until > ${realNow}`

const putLeases = `
  UPDATE lanes SET node = $3, fence = new.fence, leased_until = ${realNow} + $4
  FROM unnest($1::text[], $2::bigint[]) AS new (lane, fence) WHERE lanes.lane = new.lane`

// Of a lane that nobody holds, leased_until says since when.
const endLeases = `
  UPDATE lanes SET node = NULL, leased_until = ${realNow}
  FROM unnest($1::text[], $2::bigint[]) AS old (lane, fence) WHERE lanes.lane = old.lane AND lanes.fence = old.fence`

// In the order of the ids, as everybody locks them.
const lockUnderWay = `
  SELECT integration_id, id FROM (
    SELECT found.* FROM senders CROSS JOIN LATERAL (
      SELECT integration_id, id FROM mts
      WHERE integration_id = senders.integration_id AND lane = senders.lane AND under_way = 1 OFFSET 0) AS found
    WHERE senders.lane = ANY($1::text[])) AS wanted
    JOIN mts USING (integration_id, id)
  ORDER BY id FOR NO KEY UPDATE OF mts`

// Nobody knows any more what became of the attempts that were under way.
const takeOver = `
  WITH left_behind AS (
    UPDATE mts SET under_way = 0, uncertain = 1,
      due_at = CASE WHEN on_uncertain = 'hold' THEN expires_at ELSE $1 + uncertain_wait_ms END
    FROM unnest($2::text[], $3::uuid[]) AS held (integration_id, id)
    WHERE ${isOf('mts', 'held.integration_id')} AND mts.id = held.id AND under_way = 1
    RETURNING mts.integration_id, mts.id, attempts)
  UPDATE attempts SET ended_at = $1, outcome = 'unknown', detail = 'The node that sent it was gone'
  FROM left_behind
  WHERE ${isOf('attempts', 'left_behind.integration_id')} AND mt_id = left_behind.id
    AND number = left_behind.attempts AND outcome IS NULL`

interface LaneRow {
  lane: string
  node: string | null
  fence: number
  /** 0 for a lane that nobody ever held. */
  leased_until: number
  real_now: number
}

interface Leasing {
  lanes: string[]
  node: string
  leaseMs: number
}

export async function lease(db: Db, { lanes, node, leaseMs }: Leasing, now: number): Promise<TakenLease[]> {
  const served = new Set((await db.all<{ lane: string }>(selectServed, lanes, node)).map(({ lane }) => lane))
  const wanted = [...new Set(lanes)].filter((lane) => !served.has(lane))
  if (wanted.length === 0) return []
  const [own] = await db.all<{ lanes: number }>(countOwn, wanted, node)
  const isRenewal = own?.lanes === wanted.length
  const known = await lock(db, wanted, isRenewal ? lockOwn : lockAny)
  const got = [...known.values()].filter(
    (row) => row.node === node || (!isRenewal && (row.node === null || row.leased_until <= row.real_now)),
  )
  const taken = got.filter((row) => row.node !== node)
  for (const row of taken) row.fence++
  const columns = columnsOf(
    got,
    ({ lane }) => lane,
    ({ fence }) => fence,
  )
  if (got.length > 0) await db.run(putLeases, ...columns, node, leaseMs)
  const left = taken.filter(({ lane }) => laneKindOf(lane) === 'mt').map(({ lane }) => lane)
  const underWay = left.length > 0 ? await db.all<MtKey>(lockUnderWay, left) : []
  if (underWay.length > 0) await db.run(takeOver, now, ...keyColumns(underWay))
  const rows = new Map(got.map((row) => [row.lane, row]))
  return wanted.flatMap((lane) => {
    const row = rows.get(lane)
    return row ? { lane, fence: row.fence, freeMs: freeMs(row) } : []
  })
}

function freeMs({ node, leased_until, real_now }: LaneRow): number {
  if (node !== null) return 0
  return leased_until === 0 ? Infinity : Math.max(0, real_now - leased_until)
}

async function lock(db: Db, lanes: string[], statement: string): Promise<Map<string, LaneRow>> {
  let rows = await db.all<LaneRow>(statement, lanes)
  if (rows.length < lanes.length) {
    await db.run(
      insertLanes,
      ...columnsOf(
        lanes,
        (lane) => lane,
        (lane) => laneKindOf(lane),
      ),
    )
    rows = await db.all<LaneRow>(statement, lanes)
  }
  return new Map(rows.map((row) => [row.lane, row]))
}

export async function release(db: Db, leases: Lease[]): Promise<void> {
  const columns = columnsOf(
    leases,
    ({ lane }) => lane,
    ({ fence }) => fence,
  )
  await db.run(endLeases, ...columns)
}

const putNode = `
  INSERT INTO nodes (kind, node, here_until) VALUES ($1, $2, ${realNow} + $3)
  ON CONFLICT (kind, node) DO UPDATE SET here_until = excluded.here_until`

const dropNodes = `DELETE FROM nodes WHERE here_until <= ${realNow}`
const countNodes = 'SELECT count(*) AS nodes FROM nodes WHERE kind = $1'

const countLanes = `
  SELECT count(*) AS lanes FROM lanes WHERE kind = $1 AND node IS NOT NULL AND leased_until > ${realNow}`

interface Attending {
  kind: LaneKind
  node: string
  forMs: number
}

export async function attend(db: Db, { kind, node, forMs }: Attending) {
  await db.run(putNode, kind, node, forMs)
  await db.run(dropNodes)
  const [here] = await db.all<{ nodes: number }>(countNodes, kind)
  const [held] = await db.all<{ lanes: number }>(countLanes, kind)
  return { nodes: here?.nodes ?? 0, lanes: held?.lanes ?? 0 }
}
