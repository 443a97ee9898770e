import { pausedAfterMs } from '../../../core/endpoint.ts'
import type { Callback, CallbackAttempt, Lease } from '../../../core/store.ts'
import type { Bites } from '../../again.ts'
import type { Method } from '../batches.ts'
import { type EndpointName, endpointColumns, endpointName, laneOfEndpoint } from '../endpoint-name.ts'
import { columnsOf, type Db, isId, isOf } from '../query.ts'
import { holdFences } from './fences.ts'

const selectEndpoints = `
  SELECT integration_id, endpoint, failing_since, paused_at
  FROM unnest($1::text[], $2::text[]) AS wanted (integration_id, endpoint)
    JOIN endpoints USING (integration_id, endpoint)`

const lockEndpoints = `${selectEndpoints} ORDER BY integration_id, endpoint FOR NO KEY UPDATE OF endpoints`

const putEndpoints = `
  UPDATE endpoints SET failing_since = new.failing_since, paused_at = new.paused_at
  FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[])
    AS new (integration_id, endpoint, failing_since, paused_at)
  WHERE endpoints.integration_id = new.integration_id AND endpoints.endpoint = new.endpoint`

const putAttempts = `
  UPDATE events SET state = new.state, due_at = new.due_at, attempts = attempts + 1,
    first_at = coalesce(first_at, new.at), last_at = new.at, last_http_status = new.http_status, last_error = new.error
  FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::int[], $8::text[],
    $9::uuid[]) AS new (integration_id, endpoint, sequence, state, due_at, at, http_status, error, id)
  WHERE ${isOf('events', 'new.integration_id')} AND events.endpoint = new.endpoint AND events.sequence = new.sequence
    AND events.id = new.id`

const buryEvents = `
  UPDATE events SET state = 'dead', due_at = NULL, last_at = $1, last_http_status = NULL, last_error = $2
  WHERE integration_id = $3 AND endpoint = $4 AND sequence = ANY($5::bigint[])`

// Its id does not say whose it is: one look into each integration's.
const findEvent = `
  SELECT events.integration_id, events.endpoint, sequence
  FROM (SELECT DISTINCT integration_id FROM endpoints) AS owners JOIN events USING (integration_id)
  WHERE events.id = $1 AND sequence >= 0`

// The schedule starts anew, so that a replayed event that fails again is not dead at once.
const replayEvent = `
  UPDATE events SET state = 'waiting', due_at = $1, attempts = 0, first_at = NULL
  WHERE integration_id = $2 AND endpoint = $3 AND sequence = $4`

const replayEvents = `
  UPDATE events SET state = 'waiting', due_at = $1, attempts = 0, first_at = NULL
  WHERE integration_id = $2 AND endpoint = $3 AND sequence BETWEEN $4 AND $5 AND state = ANY($6::text[])`

const lastOf = 'SELECT last_sequence FROM endpoints WHERE integration_id = $1 AND endpoint = $2'

// Those not tried yet are due as of their creation: with the others due as of theirs, all come in their sequence.
const startAnew = `
  UPDATE events SET due_at = least(created_at, $1::bigint), attempts = 0, first_at = NULL
  WHERE integration_id = $2 AND endpoint = $3 AND sequence = ANY(ARRAY(
    SELECT sequence FROM events
    WHERE integration_id = $2 AND endpoint = $3 AND due_at IS NOT NULL AND attempts > 0 LIMIT $4))`

// Pausing is for one who only fails: an attempt that was under way and succeeded after all ends it.
const forgetFailing = `
  UPDATE endpoints SET failing_since = NULL, paused_at = NULL
  WHERE integration_id = $1 AND endpoint = $2 AND failing_since IS NOT NULL`

/** How far one bite of a replay reaches. */
const biteLength = 1000

interface Recording {
  lease: Lease
  results: CallbackAttempt[]
}

interface EndpointRow extends EndpointName {
  failing_since: number | null
  paused_at: number | null
}

export const recordCallbacks: Method<Recording, { paused: boolean }> = async (db, calls) => {
  const fences = await holdFences(
    db,
    calls.map(({ lease }) => lease.lane),
  )
  const endpoints = await endpointsOf(db, calls)
  const changed = new Set<EndpointRow>()
  const attempts: Told[] = []

  const answers = calls.map(({ lease, results }) => {
    try {
      fences.check(lease)
    } catch (error) {
      if (error instanceof Error) return error
      throw error
    }
    let paused = false
    const endpoint = endpoints.get(lease.lane)
    for (const result of results) {
      const standing = endpoint ? standingAfter(endpoint, result, changed) : 'well'
      // Of a paused endpoint everything waits, those whose time is up by this very attempt as well.
      const waits = standing === 'pausing' || standing === 'paused'
      attempts.push({
        ...result,
        lane: lease.lane,
        ...(waits ? { state: 'waiting', dueAt: result.at } : { dueAt: null, ...result.next }),
      })
      if (standing === 'pausing') paused = true
    }
    return { paused }
  })

  await writeAttempts(db, attempts)
  await writeEndpoints(db, [...changed])
  return answers
}

type Told = Omit<CallbackAttempt, 'next'> & { lane: string; state: Callback['state']; dueAt: number | null }

/** Nobody waits for an endpoint's row while nothing fails. */
async function endpointsOf(db: Db, calls: Recording[]): Promise<Map<string, EndpointRow>> {
  const lanes = [...new Set(calls.map(({ lease }) => lease.lane))]
  const rows = await db.all<EndpointRow>(selectEndpoints, ...endpointColumns(lanes))
  const failing = new Set(rows.filter((row) => row.failing_since !== null).map(laneOfEndpoint))
  for (const { lease, results } of calls)
    if (results.some(({ next }) => next.state !== 'delivered')) failing.add(lease.lane)
  const locked =
    failing.size > 0 ? await db.all<EndpointRow>(lockEndpoints, ...endpointColumns([...failing])) : []
  return new Map([...rows, ...locked].map((row) => [laneOfEndpoint(row), row]))
}

/** What the endpoint is with this attempt, the failure that pauses it being told apart. */
function standingAfter(endpoint: EndpointRow, { at, next }: CallbackAttempt, changed: Set<EndpointRow>) {
  if (next.state === 'delivered') {
    if (endpoint.failing_since === null) return 'well'
    Object.assign(endpoint, { failing_since: null, paused_at: null })
    changed.add(endpoint)
    return 'well'
  }
  if (endpoint.failing_since === null) {
    endpoint.failing_since = at
    changed.add(endpoint)
    return 'failing'
  }
  if (endpoint.paused_at !== null) return 'paused'
  if (endpoint.failing_since > at - pausedAfterMs) return 'failing'
  endpoint.paused_at = at
  changed.add(endpoint)
  return 'pausing'
}

async function writeAttempts(db: Db, attempts: Told[]) {
  if (attempts.length === 0) return
  const columns = columnsOf(
    attempts,
    ({ sequence }) => sequence,
    ({ state }) => state,
    ({ dueAt }) => dueAt,
    ({ at }) => at,
    ({ httpStatus }) => httpStatus ?? null,
    ({ error }) => error ?? null,
    ({ id }) => id,
  )
  await db.run(putAttempts, ...endpointColumns(attempts.map(({ lane }) => lane)), ...columns)
}

async function writeEndpoints(db: Db, endpoints: EndpointRow[]) {
  if (endpoints.length === 0) return
  const columns = columnsOf(
    endpoints,
    ({ integration_id }) => integration_id,
    ({ endpoint }) => endpoint,
    ({ failing_since }) => failing_since,
    ({ paused_at }) => paused_at,
  )
  await db.run(putEndpoints, ...columns)
}

interface Abandoning {
  lease: Lease
  sequences: number[]
  at: number
  why: string
}

export async function abandonCallbacks(db: Db, { lease, sequences, at, why }: Abandoning): Promise<void> {
  const fences = await holdFences(db, [lease.lane])
  fences.check(lease)
  await db.run(buryEvents, at, why, ...nameIn(lease.lane), sequences)
}

function nameIn(lane: string): [integrationId: string, endpoint: string] {
  const { integration_id, endpoint } = endpointName(lane)
  return [integration_id, endpoint]
}

async function isPaused(db: Db, lane: string): Promise<boolean> {
  const [row] = await db.all<EndpointRow>(selectEndpoints, ...endpointColumns([lane]))
  return row !== undefined && row.paused_at !== null
}

type Args<Name extends keyof Bites> = Parameters<Bites[Name]>

export async function replayOne(db: Db, [callbackId, at]: Args<'replayOne'>) {
  const [row] = isId(callbackId)
    ? await db.all<EndpointName & { sequence: number }>(findEvent, callbackId)
    : []
  if (!row) return { lane: undefined, paused: false }
  const lane = laneOfEndpoint(row)
  await db.run(replayEvent, at, ...nameIn(lane), row.sequence)
  return { lane, paused: await isPaused(db, lane) }
}

export async function replaySome(db: Db, [{ lane, from, to, states }, at]: Args<'replaySome'>) {
  const [row] = await db.all<{ last_sequence: number }>(lastOf, ...nameIn(lane))
  const end = Math.min(to, row?.last_sequence ?? 0)
  const first = Math.max(from, 1)
  const until = Math.min(end, first + biteLength - 1)
  const replayed = await db.run(replayEvents, at, ...nameIn(lane), first, until, states)
  return { replayed, next: until < end ? until + 1 : undefined, paused: await isPaused(db, lane) }
}

export async function resumeSome(db: Db, [lane, at]: Args<'resumeSome'>) {
  const more = (await db.run(startAnew, at, ...nameIn(lane), biteLength)) === biteLength
  if (more) return { more, resumed: false }
  const resumed = await isPaused(db, lane)
  await db.run(forgetFailing, ...nameIn(lane))
  return { more, resumed }
}
