import { AlreadyAnswered, type KeptAnswer } from '../../../core/store.ts'
import { answerKeptMs } from '../../answer.ts'
import { minuteMs } from '../../minute.ts'
import type { NewMt } from '../../mt-row.ts'
import { isReported } from '../../status-event.ts'
import type { Method } from '../batches.ts'
import { columnsOf, type Db } from '../query.ts'
import { type Balances, lockedBalances } from './balances.ts'
import { type Events, openEvents } from './events.ts'

const insertMts = `
  INSERT INTO mts (id, integration_id, lane, recipient, content, client_message_id, generation, priority,
    accepted_at, due_at, expires_at, conversation, status, status_at, on_uncertain, uncertain_wait_ms,
    encryption_key, price, charge)
  SELECT *, CASE WHEN price IS NOT NULL THEN 'reserved' END
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::smallint[],
    $9::bigint[], $10::bigint[], $11::bigint[], $12::text[], $13::text[], $14::bigint[], $15::text[], $16::bigint[],
    $17::text[], $18::bigint[])
    AS new (id, integration_id, lane, recipient, content, client_message_id, generation, priority, accepted_at, due_at,
      expires_at, conversation, status, status_at, on_uncertain, uncertain_wait_ms, encryption_key, price)`

const putSenders = `
  INSERT INTO senders (integration_id, lane) SELECT * FROM unnest($1::text[], $2::text[]) ORDER BY 1, 2
  ON CONFLICT DO NOTHING`

const countAccepted = `
  INSERT INTO accepted (integration_id, minute, process, messages)
  SELECT integration_id, minute, $3, messages
  FROM unnest($1::text[], $2::bigint[], $4::bigint[]) AS new (integration_id, minute, messages) ORDER BY 1, 2
  ON CONFLICT (integration_id, minute, process) DO UPDATE SET messages = accepted.messages + excluded.messages`

// Of two that come at once with one key, the second waits for the first and then finds it answered.
const putAnswers = `
  INSERT INTO answers (integration_id, key, request_hash, status, body, at)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::bigint[]) ORDER BY 1, 2
  ON CONFLICT (integration_id, key) DO UPDATE
  SET request_hash = excluded.request_hash, status = excluded.status, body = excluded.body, at = excluded.at
  WHERE answers.at <= excluded.at - ${answerKeptMs}
  RETURNING integration_id, key`

const takeAnswerBack = 'DELETE FROM answers WHERE integration_id = $1 AND key = $2'

const forgetAnswers = `
  DELETE FROM answers WHERE (integration_id, key) IN (
    SELECT old.integration_id, key FROM unnest($1::text[]) AS owner CROSS JOIN LATERAL (
      SELECT integration_id, key FROM answers WHERE integration_id = owner AND at <= $2
      ORDER BY at LIMIT $3 FOR UPDATE SKIP LOCKED) AS old)`

export interface Acceptance {
  mts: NewMt[]
  answer: KeptAnswer | undefined
}

/** Answers the lanes of the events that each call wrote. */
export const accepting = (process: string): Method<Acceptance, string[]> =>
  async function accept(db, calls, now) {
    const keys = new Set<string>()
    const once: Acceptance[] = []
    const again: Acceptance[] = []
    for (const call of calls) {
      const key = call.answer && keyOf(call.answer)
      if (key !== undefined && keys.has(key)) again.push(call)
      else once.push(call)
      if (key !== undefined) keys.add(key)
    }
    const answers = new Map<Acceptance, string[] | Error>()
    await acceptOnce(db, once, now, { process, answers })
    for (const call of again) await acceptOnce(db, [call], now, { process, answers })
    return calls.map((call) => answers.get(call) ?? [])
  }

const keyOf = ({ integrationId, key }: Pick<KeptAnswer, 'integrationId' | 'key'>) => `${integrationId}:${key}`

interface Way {
  process: string
  answers: Map<Acceptance, string[] | Error>
}

/** No key comes twice in it. */
async function acceptOnce(db: Db, calls: Acceptance[], now: number, { process, answers }: Way) {
  const kept = await keepAnswers(db, calls)
  const prices = calls.filter((call) => priceOf(call) > 0).map(integrationOf)
  const [balances, events] = await Promise.all([
    lockedBalances(db, prices),
    openEvents(
      db,
      calls.filter(({ mts }) => mts.some(({ 12: status }) => isReported(status))).map(integrationOf),
    ),
  ])

  const accepted: NewMt[] = []
  const takenBack: KeptAnswer[] = []
  for (const call of calls) {
    const { mts, answer } = call
    if (answer && !kept.has(keyOf(answer))) {
      answers.set(call, new AlreadyAnswered(`The key ${answer.key} was answered before`))
      continue
    }
    const refusal = reserve(balances, call)
    if (refusal) {
      answers.set(call, refusal)
      if (answer) takenBack.push(answer)
      continue
    }
    accepted.push(...mts)
    answers.set(call, report(events, mts))
  }

  await Promise.all([
    ...takenBack.map(({ integrationId, key }) => db.run(takeAnswerBack, integrationId, key)),
    accepted.length > 0 && db.run(insertMts, ...columnsOf(accepted, ...mtColumns)),
    accepted.length > 0 && db.run(putSenders, ...sendersOf(accepted)),
    count(db, process, accepted),
    balances.write(db),
    events.write(db, now),
  ])
}

async function keepAnswers(db: Db, calls: Acceptance[]): Promise<Set<string>> {
  const answers = calls.flatMap(({ answer }) => answer ?? [])
  const [newest] = answers
  if (!newest) return new Set()
  const columns = columnsOf(
    answers,
    ({ integrationId }) => integrationId,
    ({ key }) => key,
    ({ requestHash }) => requestHash,
    ({ status }) => status,
    ({ body }) => body,
    ({ at }) => at,
  )
  const owners = [...new Set(answers.map(({ integrationId }) => integrationId))]
  const [kept] = await Promise.all([
    db.all<{ integration_id: string; key: string }>(putAnswers, ...columns),
    db.run(forgetAnswers, owners, newest.at - answerKeptMs, 10 * answers.length),
  ])
  return new Set(kept.map(({ integration_id: integrationId, key }) => keyOf({ integrationId, key })))
}

const priceOf = ({ mts }: Acceptance) => mts.reduce((total, { 17: price }) => total + (price ?? 0), 0)

/** The messages of one call are of one integration. */
const integrationOf = ({ mts }: Acceptance) => mts[0]?.[1] ?? ''

function reserve(balances: Balances, call: Acceptance): Error | undefined {
  const total = priceOf(call)
  if (total === 0) return undefined
  try {
    balances.reserve(integrationOf(call), total)
    return undefined
  } catch (error) {
    if (error instanceof Error) return error
    throw error
  }
}

function report(events: Events, mts: NewMt[]): string[] {
  const told = new Set<string>()
  for (const [id, integration_id, lane, , , client_message_id, , , , , , , status, statusAt] of mts)
    for (const touched of events.status({ id, integration_id, lane, client_message_id }, status, statusAt))
      told.add(touched)
  return [...told]
}

const mtColumns = Array.from({ length: 18 }, (_, column) => (mt: NewMt) => mt[column] ?? null)

function sendersOf(mts: NewMt[]) {
  const senders = new Map(mts.map(([, owner, lane]) => [`${owner} ${lane}`, { owner, lane }]))
  return columnsOf(
    [...senders.values()],
    ({ owner }) => owner,
    ({ lane }) => lane,
  )
}

/** Those that wait for something, by integration and minute. */
async function count(db: Db, process: string, mts: NewMt[]) {
  const counts = new Map<string, { integrationId: string; minute: number; messages: number }>()
  for (const [, integrationId, , , , , , , acceptedAt, dueAt] of mts) {
    if (dueAt === null) continue
    const minute = Math.floor(acceptedAt / minuteMs)
    const known = counts.get(`${integrationId}:${minute}`)
    if (known) known.messages++
    else counts.set(`${integrationId}:${minute}`, { integrationId, minute, messages: 1 })
  }
  const rows = [...counts.values()]
  if (rows.length === 0) return
  const [integrations = [], minutes = [], messages = []] = columnsOf(
    rows,
    ({ integrationId }) => integrationId,
    ({ minute }) => minute,
    ({ messages }) => messages,
  )
  await db.run(countAccepted, integrations, minutes, process, messages)
}
