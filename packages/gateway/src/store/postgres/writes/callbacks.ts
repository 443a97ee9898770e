import { pausedAfterMs } from '../../../core/endpoint.ts'
import type { Callback, CallbackAttempt, Lease } from '../../../core/store.ts'
import type { Bites } from '../../again.ts'
import type { Method } from '../batches.ts'
import { columnsOf, type Db } from '../query.ts'
import { holdFences } from './fences.ts'

const selectEndpoints = 'SELECT lane, failing_since, paused_at FROM endpoints WHERE lane = ANY($1::text[])'
const lockEndpoints = `${selectEndpoints} ORDER BY lane FOR NO KEY UPDATE`

const putEndpoints = `
  UPDATE endpoints SET failing_since = new.failing_since, paused_at = new.paused_at
  FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS new (lane, failing_since, paused_at)
  WHERE endpoints.lane = new.lane`

const putAttempts = `
  UPDATE events SET state = new.state, due_at = new.due_at, attempts = attempts + 1,
    first_at = coalesce(first_at, new.at), last_at = new.at, last_http_status = new.http_status, last_error = new.error
  FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::int[], $7::text[])
    AS new (lane, sequence, state, due_at, at, http_status, error)
  WHERE events.lane = new.lane AND events.sequence = new.sequence`

const buryEvents = `
  UPDATE events SET state = 'dead', due_at = NULL, last_at = $1, last_http_status = NULL, last_error = $2
  WHERE lane = $3 AND sequence = ANY($4::bigint[])`

// The schedule starts anew, so that a replayed event that fails again is not dead at once.
const replayEvent = `
  UPDATE events SET state = 'waiting', due_at = $1, attempts = 0, first_at = NULL WHERE id = $2 RETURNING lane`

const replayEvents = `
  UPDATE events SET state = 'waiting', due_at = $1, attempts = 0, first_at = NULL
  WHERE lane = $2 AND sequence BETWEEN $3 AND $4 AND state = ANY($5::text[])`

const lastOfLane = 'SELECT last_sequence FROM endpoints WHERE lane = $1'

// Those not tried yet are due as of their creation: with the others due as of theirs, all come in their sequence.
const startAnew = `
  UPDATE events SET due_at = least(created_at, $1::bigint), attempts = 0, first_at = NULL
  WHERE lane = $2 AND sequence = ANY(ARRAY(
    SELECT sequence FROM events WHERE lane = $2 AND due_at IS NOT NULL AND attempts > 0 LIMIT $3))`

// Pausing is for one who only fails: an attempt that was under way and succeeded after all ends it.
const forgetFailing = `
  UPDATE endpoints SET failing_since = NULL, paused_at = NULL WHERE lane = $1 AND failing_since IS NOT NULL`

/** How far one bite of a replay reaches. */
const biteLength = 1000

interface Recording {
  lease: Lease
  results: CallbackAttempt[]
}

interface EndpointRow {
  lane: string
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
  const rows = await db.all<EndpointRow>(selectEndpoints, lanes)
  const failing = new Set(rows.filter((row) => row.failing_since !== null).map(({ lane }) => lane))
  for (const { lease, results } of calls)
    if (results.some(({ next }) => next.state !== 'delivered')) failing.add(lease.lane)
  const locked = failing.size > 0 ? await db.all<EndpointRow>(lockEndpoints, [...failing]) : []
  return new Map([...rows, ...locked].map((row) => [row.lane, row]))
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
    ({ lane }) => lane,
    ({ sequence }) => sequence,
    ({ state }) => state,
    ({ dueAt }) => dueAt,
    ({ at }) => at,
    ({ httpStatus }) => httpStatus ?? null,
    ({ error }) => error ?? null,
  )
  await db.run(putAttempts, ...columns)
}

async function writeEndpoints(db: Db, endpoints: EndpointRow[]) {
  if (endpoints.length === 0) return
  const columns = columnsOf(
    endpoints,
    ({ lane }) => lane,
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
  await db.run(buryEvents, at, why, lease.lane, sequences)
}

async function isPaused(db: Db, lane: string): Promise<boolean> {
  const [row] = await db.all<EndpointRow>(selectEndpoints, [lane])
  return row !== undefined && row.paused_at !== null
}

type Args<Name extends keyof Bites> = Parameters<Bites[Name]>

export async function replayOne(db: Db, [callbackId, at]: Args<'replayOne'>) {
  const [row] = await db.all<{ lane: string }>(replayEvent, at, callbackId)
  return { lane: row?.lane, paused: row !== undefined && (await isPaused(db, row.lane)) }
}

export async function replaySome(db: Db, [{ lane, from, to, states }, at]: Args<'replaySome'>) {
  const [row] = await db.all<{ last_sequence: number }>(lastOfLane, lane)
  const end = Math.min(to, row?.last_sequence ?? 0)
  const first = Math.max(from, 1)
  const until = Math.min(end, first + biteLength - 1)
  const replayed = await db.run(replayEvents, at, lane, first, until, states)
  return { replayed, next: until < end ? until + 1 : undefined, paused: await isPaused(db, lane) }
}

export async function resumeSome(db: Db, [lane, at]: Args<'resumeSome'>) {
  const more = (await db.run(startAnew, at, lane, biteLength)) === biteLength
  if (more) return { more, resumed: false }
  const resumed = await isPaused(db, lane)
  await db.run(forgetFailing, lane)
  return { more, resumed }
}
