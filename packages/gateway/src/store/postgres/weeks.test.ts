import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import postgres from 'postgres'
import { idMaker } from '../../core/ids.ts'
import { openStore } from '../index.ts'
import { scene } from '../suite/scene.ts'
import { applyMissed } from './chores.ts'
import { openPool, targetOf } from './connect.ts'
import { forgetOld } from './forget.ts'
import { suiteServer } from './suite-server.fake.ts'
import { dropWeeks, makeWeeks } from './weeks.ts'

const dayMs = 24 * 60 * 60 * 1000

describe('the chores of postgres', () => {
  const server = suiteServer()

  async function open(t: TestContext) {
    const url = await server().newDatabase()
    const store = await openStore(url)
    t.after(() => store[Symbol.asyncDispose]())
    const pool = openPool(targetOf(url.slice('postgres:'.length)), { connections: 1, statementMs: 5000 })
    t.after(() => pool[Symbol.asyncDispose]())
    const sql = postgres(url, { max: 1, onnotice: () => {} })
    t.after(() => sql.end({ timeout: 5 }))
    return { store, pool, sql, url }
  }

  test('a week that is over is dropped with what is in it, once nothing in it waits', async (t) => {
    const { store, pool, sql } = await open(t)
    const long = Date.now() - 60 * dayMs
    await makeWeeks(pool, long)
    const oldId = idMaker(() => long)
    const { mt, refused, take, begin, outcome, endpoint } = scene({ store, clock: { at: Date.now() } })
    const [done, waits, recent] = [mt({ id: oldId() }), mt({ id: oldId() }), mt()]
    await store.accept([done, waits, recent])
    const lease = await take('node', dayMs)
    await begin(lease, done)
    await outcome(done, 1, { type: 'sent', supplierIds: ['done'], status: 'sent' })
    const tables = async () =>
      (await sql.unsafe("SELECT tablename FROM pg_tables WHERE tablename ~ '_[0-9]{8}$'")).length
    const all = await tables()

    assert.deepEqual(await dropWeeks(pool, Date.now() - 90 * dayMs), [], 'not old enough')
    const others = await dropWeeks(pool, Date.now() - 30 * dayMs)
    assert.equal(await tables(), all - 4 * others.length)
    assert.ok(await store.findMt(undefined, done.id), 'something in its week waits')

    await begin(lease, waits)
    await outcome(waits, 1, { type: 'failed', status: 'refused_by_supplier' })
    assert.equal((await dropWeeks(pool, Date.now() - 30 * dayMs)).length, 1)
    assert.equal(await store.findMt(undefined, done.id), undefined)
    assert.equal((await store.life(recent.id))?.mt.id, recent.id)
    await store.accept([refused('volume_limit')])
    assert.ok((await store.eventsAfter(endpoint('status'), 0, 10)).length > 1)
  })

  test('what is accepted goes into the week of its id, and the plan for what is due never reads a table', async (t) => {
    const { store, sql } = await open(t)
    const { accept, lane } = scene({ store, clock: { at: Date.now() } })
    await accept({}, {}, {})
    const [row] = await sql.unsafe('SELECT count(*)::int AS others FROM mts_other')
    assert.equal(row?.others, 0)
    await sql.unsafe('SET enable_seqscan = off')
    const plan = await sql.unsafe(
      `EXPLAIN SELECT * FROM mts WHERE lane = '${lane}' AND priority = 1 AND due_at <= 1 AND due_at IS NOT NULL
       ORDER BY due_at, id LIMIT 10`,
    )
    assert.doesNotMatch(JSON.stringify(plan), /Seq Scan|Sort Method|"Sort /)
  })

  test('what only served a while is forgotten, however much it is, and the rest is kept', async (t) => {
    const { store, pool, sql } = await open(t)
    const now = Date.now()
    const { mo, mt, report, accept, integrationId } = scene({ store, clock: { at: now } })
    const ago = (days: number) => Array.from({ length: 1500 }, () => mo({ at: now - days * dayMs }))
    const [old, recent] = [ago(100), ago(20)]
    await store.recordMos([...old, ...recent])
    await store.recordDlrs([report({ report: { type: 'read' } })])
    const keep = { integrationId, key: 'k', requestHash: '', status: 202, body: '', at: now }
    await store.accept([mt({ acceptedAt: now - 50 * dayMs })], keep)
    await accept({})
    const rows = async (table: string) => (await sql.unsafe(`SELECT 1 FROM ${table}`)).length

    await forgetOld(pool, { now, historyDays: undefined })
    assert.equal(await rows('mos'), 3000, 'without an end of the history all of it')
    assert.equal(await rows('accepted'), 1, 'no limit counts so far back')
    await forgetOld(pool, { now, historyDays: 10 })
    assert.deepEqual([await rows('mos'), await rows('parked_dlrs'), await rows('answers')], [1500, 1, 1])
    const again = [...old, ...recent].map(({ supplierId }) => mo({ supplierId }))
    assert.equal(
      (await store.recordMos(again)).stored.length,
      1500,
      'a supplier may tell again of a recent one',
    )
    await forgetOld(pool, { now: now + 20 * dayMs, historyDays: 90 })
    assert.deepEqual([await rows('parked_dlrs'), await rows('answers')], [0, 0])
  })

  test('a report and an outcome that two nodes wrote at one moment find each other', async (t) => {
    const { store, pool, sql } = await open(t)
    const { sent, report, find, integrationId } = scene({ store, clock: { at: Date.now() } })
    const { mt, supplierId } = await sent()
    const dlr = report({ supplierId, report: { type: 'delivered' } })
    // As the other node left it, which did not see the outcome.
    await sql.unsafe('INSERT INTO parked_dlrs VALUES ($1, $2, $3, $4, $5)', [
      integrationId,
      supplierId,
      'delivered',
      JSON.stringify(dlr),
      Date.now(),
    ])
    await applyMissed({ pool, recordDlrs: store.recordDlrs }, 0)
    assert.equal((await find(mt)).status, 'delivered')
    assert.equal((await sql.unsafe('SELECT 1 FROM parked_dlrs')).length, 0)
  })

  test('who has not written for a week is forgotten, and may write again', async (t) => {
    const { store, sql, url } = await open(t)
    await store.probe()
    await sql.unsafe('UPDATE commits SET at = 0')
    const other = await openStore(url)
    t.after(() => other[Symbol.asyncDispose]())
    const old = 'SELECT 1 FROM commits WHERE at = 0'
    while ((await sql.unsafe(old)).length > 0) await pause(20)
    await store.probe()
  })

  test('a number of days that is none is refused', async (t) => {
    const { url } = await open(t)
    await assert.rejects(openStore(`${url}?historyDays=soon`), /whole number of days/)
  })
})
