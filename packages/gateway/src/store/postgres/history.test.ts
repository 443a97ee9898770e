import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import postgres, { type Sql } from 'postgres'
import { nameOf } from '../../core/message.ts'
import type { Store } from '../../core/store.ts'
import { openStore } from '../index.ts'
import { hourMs, ids, scene } from '../suite/scene.ts'
import { openPool, targetOf } from './connect.ts'
import { suiteServer } from './suite-server.fake.ts'
import { makeWeeks } from './weeks.ts'

const weekMs = 7 * 24 * hourMs
/** As many as are read at once. */
const page = 200

// All done and told. Half of them this week.
const fill = `
  WITH messages AS MATERIALIZED (
    SELECT 'i' || n % 50 AS owner, n, (lpad(to_hex(at), 12, '0') || substr(md5(n::text), 1, 20))::uuid AS id
    FROM (SELECT n, $1::bigint - n % 2 * (n % $2::bigint) * ${weekMs} AS at FROM generate_series(1, 20000) AS n) AS times),
  mts AS (INSERT INTO mts (integration_id, id, lane, recipient, content, generation, priority, accepted_at, expires_at,
      status, status_at, on_uncertain, uncertain_wait_ms)
    SELECT owner, id, 'whatsapp:' || owner, '27', '{}', 'one', 1, 1, 1, 'sent', 1, 'resend', 1 FROM messages),
  attempts AS (INSERT INTO attempts (integration_id, mt_id, number, began_at) SELECT owner, id, 1, 1 FROM messages),
  supplier_ids AS (INSERT INTO supplier_ids SELECT owner, 'wamid.' || n, id, 1 FROM messages)
  INSERT INTO events (integration_id, endpoint, sequence, id, message_id, event, created_at, state)
  SELECT owner, 'status', n, id, id, '{}', 1, 'delivered' FROM messages`

const selectOthers = `
  SELECT 1 FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`

// By the names of the tables, without their weeks: rows that were read, and pages of them and of their indexes.
const selectReads = `
  SELECT regexp_replace(relname, '_([0-9]{8}|other)$', '') AS name,
    sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int AS rows,
    sum(heap_blks_read + heap_blks_hit + coalesce(idx_blks_read + idx_blks_hit, 0))::int AS pages
  FROM pg_stat_user_tables JOIN pg_statio_user_tables USING (relid, relname) GROUP BY 1`

interface Reads {
  rows: number
  pages: number
}

/** Of one table, for one message: four events that are taken and told, a few reads of the rest. */
const mostRows = 20

describe('what a message costs', () => {
  const server = suiteServer({ settings: { autovacuum: 'off' } })

  /** What was read of each table, for each message. */
  async function readsWith(weeks: number, statistics: string): Promise<Map<string, Reads>> {
    const url = await server().newDatabase()
    await (await openStore(url))[Symbol.asyncDispose]()
    const sql = postgres(url, { max: 1, onnotice: () => {}, fetch_types: false })
    try {
      await makeWeeksBefore(url, weeks)
      {
        await using store = await openStore(url)
        // Most statements get their plan by this, while the tables are empty or believed to be.
        if (statistics === 'stale') await sql.unsafe('VACUUM ANALYZE')
        await live(store, 1)
        await sql.unsafe(fill, [Date.now(), weeks])
        if (statistics === 'fresh') await sql.unsafe('VACUUM ANALYZE')
        await sql.unsafe('SELECT pg_stat_force_next_flush()')
        await sql.unsafe('SELECT pg_stat_reset()')
        await live(store, page)
      }
      return await readsIn(sql)
    } finally {
      await sql.end({ timeout: 5 })
    }
  }

  for (const statistics of ['fresh', 'no', 'stale'])
    test(`does not grow with the weeks that are kept, with ${statistics} statistics`, async () => {
      const few = await readsWith(2, statistics)
      const many = await readsWith(60, statistics)
      const reads = [...many].map(([name, { rows, pages }]) => ({
        name,
        rows: [few.get(name)?.rows ?? 0, rows],
        pages: [few.get(name)?.pages ?? 0, pages],
      }))
      assert.deepEqual(
        reads.filter(({ rows: [less = 0, more = 0] }) => less > mostRows || more > mostRows),
        [],
        'nothing but its own',
      )
      assert.deepEqual(
        reads.filter(({ pages: [less = 0, more = 0] }) => more > 1.5 * less + 1),
        [],
      )
    })
})

async function makeWeeksBefore(url: string, weeks: number) {
  await using pool = openPool(targetOf(url.slice('postgres:'.length)), {
    connections: 1,
    statementMs: 60_000,
  })
  for (let ago = 1; ago < weeks; ago++) await makeWeeks(pool, Date.now() - ago * weekMs)
}

/** A page of messages, from their acceptance to their last callback. */
async function live(store: Store, count: number) {
  const at = Date.now()
  const { endpoint, mt, mo, take, begin, report } = scene({ store, clock: { at } })
  const mts = Array.from({ length: count }, () => mt())
  await store.accept(mts)
  const lease = await take('node', hourMs)
  assert.equal((await store.dueMts(lease, at, count)).length, count)
  await begin(lease, ...mts)
  const idOf = (id: string) => `wamid.${id}`
  await store.recordOutcomes(
    mts.map((one) => ({
      ...nameOf(one),
      attempt: 1,
      at,
      settled: { type: 'sent', supplierIds: [idOf(one.id)], status: 'sent' },
    })),
  )
  const reports = (
    names: (id: string) => { supplierId: string; messageId?: string },
    type: 'delivered' | 'read',
  ) => store.recordDlrs(ids(mts).map((id) => report({ ...names(id), report: { type } })))
  await reports((messageId) => ({ messageId, supplierId: idOf(messageId) }), 'delivered')
  await reports((id) => ({ supplierId: idOf(id) }), 'read')
  await store.recordMos(ids(mts).map((id) => mo({ relatedSupplierId: idOf(id) })))
  for (const name of ['status', 'message'] as const) {
    const telling = await take('node', hourMs, endpoint(name))
    const due = await store.dueCallbacks(telling, at + hourMs, 3 * count)
    assert.equal(due.length, name === 'status' ? 3 * count : count)
    await store.recordCallbacks(
      telling,
      due.map(({ id, sequence }) => ({ id, sequence, at, next: { state: 'delivered' } })),
    )
  }
  assert.equal((await store.eventsAfter(endpoint('status'), 0, 3 * count)).length, 3 * count)
}

/** Once whoever read has gone: then it is counted. */
async function readsIn(sql: Sql): Promise<Map<string, Reads>> {
  while ((await sql.unsafe(selectOthers)).length > 0) await pause(10)
  const tables = await sql.unsafe<(Reads & { name: string })[]>(selectReads)
  return new Map(tables.map(({ name, rows, pages }) => [name, { rows: rows / page, pages: pages / page }]))
}
