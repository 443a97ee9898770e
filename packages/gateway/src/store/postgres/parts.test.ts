import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import postgres, { type Sql } from 'postgres'
import type { Store } from '../../core/store.ts'
import { openStore } from '../index.ts'
import { hourMs, type Scene, scene } from '../suite/scene.ts'
import { suiteServer } from './suite-server.fake.ts'

/** What grows with the messages. */
const messages = ['mts', 'attempts', 'supplier_ids', 'events', 'mos', 'fetches', 'parked_dlrs', 'windows']
const grows = [...messages, 'answers', 'accepted', 'endpoints', 'balances', 'opt_outs', 'opt_ins']

const selectFirstColumns = `
  SELECT indexrelid::regclass::text AS index, attname AS first
  FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
  WHERE indrelid = ANY($1::text[]::regclass[])`

const selectOthers = `
  SELECT 1 FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`

// By the names of the tables, without their weeks.
const selectReads = `
  SELECT regexp_replace(relname, '_([0-9]{8}|other)$', '') AS name, sum(seq_tup_read)::int AS seq,
    sum(coalesce(own.read, 0))::int AS index
  FROM pg_stat_user_tables
    LEFT JOIN (SELECT relid, sum(idx_tup_read) AS read FROM pg_stat_user_indexes GROUP BY 1) AS own USING (relid)
  GROUP BY 1`

describe('an integration’s part of the ledger', () => {
  const server = suiteServer()

  async function database() {
    const url = await server().newDatabase()
    const sql = postgres(url, { max: 1, onnotice: () => {}, fetch_types: false })
    return { url, sql, [Symbol.asyncDispose]: () => sql.end({ timeout: 5 }) }
  }

  test('every index of what grows with the messages begins with the integration', async () => {
    await using db = await database()
    await (await openStore(db.url))[Symbol.asyncDispose]()
    const indexes = await db.sql.unsafe(selectFirstColumns, [`{${grows.join(',')}}`])
    assert.ok(indexes.length >= grows.length)
    assert.deepEqual(
      indexes.filter(({ first }) => first !== 'integration_id'),
      [],
    )
  })

  for (const statistics of ['fresh', 'no'])
    test(`what one integration does reads nothing of another one’s, with ${statistics} statistics`, async () => {
      await using db = await database()
      {
        await using store = await openStore(db.url)
        await fill(store)
      }
      if (statistics === 'fresh') await db.sql.unsafe('ANALYZE')
      const filled = await readsIn(db.sql)
      {
        await using store = await openStore(db.url)
        await live(scene({ store, clock: { at: Date.now() } }))
      }
      const lived = await readsIn(db.sql)
      const reads = grows.map((name) => ({
        name,
        seq: (lived.get(name)?.seq ?? 0) - (filled.get(name)?.seq ?? 0),
        index: (lived.get(name)?.index ?? 0) - (filled.get(name)?.index ?? 0),
      }))
      assert.deepEqual(
        reads.filter(({ seq, index }) => seq > 0 || index > 200),
        [],
      )
    })
})

const many = 20_000

/** Another integration: much of it waits. */
async function fill(store: Store) {
  const clock = { at: Date.now() }
  const { mt, refused, mo, accept, take, begin, report, integrationId } = scene({ store, clock })
  for (let done = 0; done < many; done += 2000)
    await store.accept(Array.from({ length: 2000 }, () => mt({ to: '27839999999', conversation: 'one' })))
  await store.accept(Array.from({ length: many / 10 }, () => refused('volume_limit')))
  await store.recordMos(Array.from({ length: many / 10 }, (_, i) => mo({ from: `2782${i}` })))
  const unknown = { report: { type: 'delivered' } } as const
  await store.recordDlrs(Array.from({ length: many / 10 }, () => report(unknown)))
  const begun = await accept(...Array.from({ length: many / 10 }, () => ({})))
  await begin(await take('another', hourMs), ...begun)
  for (let key = 0; key < 1000; key++) {
    const answer = { integrationId, key: `${key}`, requestHash: '', status: 202, body: '', at: clock.at }
    await store.accept([], answer)
  }
}

/** One message of each kind, from its acceptance to its last callback, with everything that a node asks meanwhile. */
async function live(one: Scene) {
  const { store, clock, integrationId, lane, endpoint, mt, mo, report } = one
  const answer = { integrationId, key: 'k', requestHash: '', status: 202, body: '', at: clock.at }
  const [priced, plain] = [mt({ conversation: 'one' }), mt({ dueAt: clock.at + hourMs })]
  await store.answerOf(integrationId, 'k')
  await store.accept([priced, plain], answer)
  for (const kind of ['mt', 'callback', 'fetch'] as const) {
    await store.attend(kind, 'node', hourMs)
    await store.dueLanes(kind, clock.at, 'node')
  }
  const lease = await one.take('node', hourMs)
  const due = await store.dueMts(lease, clock.at, 200)
  assert.equal(due.length, 1)
  await store.expiredMts(lease, clock.at, 200)
  await one.begin(lease, ...due)
  await one.outcome(priced, 1, { type: 'sent', supplierIds: ['wamid.own'], status: 'sent' })
  await store.postpone(lease, [{ integrationId, mtId: plain.id, dueAt: clock.at + 2 * hourMs }])
  await store.recordDlrs([report({ supplierId: 'wamid.own', report: { type: 'delivered' } })])
  await store.recordDlrs([report({ report: { type: 'delivered' } })])
  await store.recordMos([mo({ relatedSupplierId: 'wamid.own' })])
  const telling = await one.take('node', hourMs, endpoint('status'))
  for (const { id, sequence } of await store.dueCallbacks(telling, clock.at + hourMs, 200))
    await store.recordCallbacks(telling, [{ id, sequence, at: clock.at, next: { state: 'delivered' } }])
  await store.lease([lane], 'node', hourMs)
  await store.openMts(integrationId, undefined)
  await store.lastWrote(integrationId, ['27821234567'])
  await store.findMt(integrationId, priced.id)
  await store.searchMts({ integrationId, limit: 50 })
  await store.searchCallbacks({ integrationId, limit: 50 })
  await store.eventsAfter(endpoint('status'), 0, 100)
  assert.equal((await store.life(priced.id))?.callbacks.length, 2)
  await store.replayCallbacks(
    { integrationId, endpoint: 'status', fromSequence: 1, toSequence: 9, states: ['delivered'] },
    clock.at,
  )
}

/** What was read, once whoever read it has gone: then it is counted. */
async function readsIn(sql: Sql): Promise<Map<string, { seq: number; index: number }>> {
  while ((await sql.unsafe(selectOthers)).length > 0) await pause(10)
  const rows = await sql.unsafe<{ name: string; seq: number; index: number }[]>(selectReads)
  return new Map(rows.map(({ name, ...reads }) => [name, reads]))
}
