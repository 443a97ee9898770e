import { answerKeptMs } from '../answer.ts'
import { minuteMs } from '../minute.ts'
import { parkedForMs } from '../standing.ts'
import type { Pool } from './connect.ts'
import { type Owned, ownersIn } from './reads/each-once.ts'

const dayMs = 24 * 60 * 60_000
/** Volume limits count a month. */
const countedMs = 40 * dayMs
/** A supplier tells again of a message that it told of, for days. Meta does so for a week. */
const mosKeptDays = 30
/** Of each integration at a time. */
const bite = 1000

interface Forgetting {
  table: Owned
  /** With the integration, what a row is found by. */
  key: string
  /** Rows below this in its column go. */
  before(now: number, historyDays: number | undefined): number
  column?: 'minute'
}

// Answers and parked reports of an integration that is in use go when others come; these are the rest.
const old: Forgetting[] = [
  { table: 'answers', key: 'key', before: (now) => now - 2 * answerKeptMs },
  { table: 'parked_dlrs', key: 'supplier_id, status', before: (now) => now - 2 * parkedForMs },
  {
    table: 'accepted',
    key: 'minute, process',
    column: 'minute',
    before: (now) => Math.floor((now - countedMs) / minuteMs),
  },
  {
    table: 'mos',
    key: 'supplier_id',
    before: (now, historyDays = Infinity) => now - Math.max(historyDays, mosKeptDays) * dayMs,
  },
]

const deleteSome = ({ table, key, column }: Forgetting) => `
  DELETE FROM ${table} WHERE (integration_id, ${key}) IN (
    ${ownersIn(table)}
    SELECT gone.* FROM owners CROSS JOIN LATERAL (
      SELECT integration_id, ${key} FROM ${table}
      WHERE integration_id = owners.integration_id AND ${column ?? 'at'} < $1
      ORDER BY ${column ?? 'at'} LIMIT ${bite} FOR UPDATE SKIP LOCKED) AS gone)`

/** Forgets what is in no week and is of no use any more, a bite after the other. */
export async function forgetOld(
  pool: Pick<Pool, 'transaction'>,
  { now, historyDays }: { now: number; historyDays: number | undefined },
): Promise<void> {
  for (const one of old) {
    const before = one.before(now, historyDays)
    if (before === -Infinity) continue
    const sql = deleteSome(one)
    while ((await pool.transaction((db) => db.run(sql, before))) >= bite);
  }
}
