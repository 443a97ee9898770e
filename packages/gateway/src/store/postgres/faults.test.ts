import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import postgres from 'postgres'
import { CannotStart } from '../../core/cannot-start.ts'
import { nameOf } from '../../core/message.ts'
import { LeaseLost, type Store, StoreUnavailable } from '../../core/store.ts'
import { wire } from '../../core/wire.fake.ts'
import { openStore } from '../index.ts'
import { hourMs, scene } from '../suite/scene.ts'
import { openPool, targetOf } from './connect.ts'
import { suiteServer } from './suite-server.fake.ts'
import { startServer } from './testing.ts'

describe('postgres, when its surroundings fail', () => {
  const server = suiteServer({ durable: true })

  async function open(t: TestContext, url: string): Promise<Store> {
    const store = await openStore(url)
    t.after(() => store[Symbol.asyncDispose]())
    return store
  }

  async function client(t: TestContext, url: string) {
    const sql = postgres(url, { max: 1, onnotice: () => {} })
    t.after(() => sql.end({ timeout: 1 }))
    return sql
  }

  test('what was acknowledged when the server was killed is there, and what was refused is not', async (t) => {
    const url = await server().newDatabase()
    const store = await open(t, url)
    const { mt, find } = scene({ store, clock: { at: Date.now() } })
    for (const afterMs of [0, 5, 20, 60]) {
      const asked = Array.from({ length: 60 }, () => Array.from({ length: 20 }, () => mt()))
      const answers = Promise.allSettled(asked.map((mts) => store.accept(mts)))
      await pause(afterMs)
      await server().kill()
      const refused = await store.probe().then(
        () => undefined,
        (error) => error,
      )
      assert.ok(refused instanceof StoreUnavailable, String(refused))
      await server().start()
      const settled = await answers
      await recovered(store)
      for (const [index, mts] of asked.entries()) {
        const answer = settled[index]
        if (answer?.status === 'rejected')
          assert.ok(answer.reason instanceof StoreUnavailable, String(answer.reason))
        const found = await Promise.all(mts.map(({ id }) => store.findMt(undefined, id)))
        assert.equal(found.every(Boolean), answer?.status === 'fulfilled')
        assert.equal(found.some(Boolean), answer?.status === 'fulfilled')
      }
    }
    const later = mt()
    await store.accept([later])
    assert.deepEqual(await find(later), later)
  })

  test('a lease is renewed, and given back, while something is written under it, and not taken over', async (t) => {
    const url = await server().newDatabase()
    const store = await open(t, url)
    const sql = await client(t, url)
    const { lane, take } = scene({ store, clock: { at: Date.now() } })
    const lease = await take('one', 0)
    await sql.unsafe('BEGIN')
    await sql.unsafe('SELECT fence FROM lanes WHERE lane = $1 FOR KEY SHARE', [lane]) // as whoever writes does
    assert.equal((await store.lease([lane], 'one', 0))[0]?.fence, lease.fence)
    await assert.rejects(store.lease([lane], 'two', 60_000), StoreUnavailable)
    await store.release([lease])
    await sql.unsafe('COMMIT')
    assert.equal((await store.lease([lane], 'two', 60_000))[0]?.fence, lease.fence + 1)
  })

  test('a connection that is cut costs the calls that were on it, and nothing else', async (t) => {
    const url = await server().newDatabase()
    const store = await open(t, url)
    const sql = await client(t, url)
    const { mt } = scene({ store, clock: { at: Date.now() } })
    const kept: string[] = []
    let refusals = 0
    for (let round = 0; round < 40; round++) {
      const one = mt()
      const accepting = store.accept([one]).then(
        () => kept.push(one.id),
        (error) => {
          assert.ok(error instanceof StoreUnavailable, String(error))
          refusals++
        },
      )
      await sql.unsafe(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'waypost' AND datname = current_database()",
      )
      await accepting
    }
    await recovered(store)
    const rows = await sql.unsafe<{ id: string }[]>(
      "SELECT replace(id::text, '-', '') AS id FROM mts ORDER BY id",
    )
    assert.deepEqual(
      rows.map(({ id }) => id),
      kept,
    )
    assert.equal(kept.length + refusals, 40)
  })

  test('a commit whose answer got lost is asked for until it is known', async (t) => {
    const url = await server().newDatabase()
    const store = await open(t, url)
    const sql = await client(t, url)
    const { mt, take, begin, find } = scene({ store, clock: { at: Date.now() } })
    const one = mt()
    await store.accept([one])
    const lease = await take('node', hourMs)
    // A commit that finds no standby waits, and is done all the same: its answer is cut off while it does.
    await sql.unsafe("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    await sql.unsafe('SELECT pg_reload_conf()')
    await eventually(async () => {
      const [row] = await sql.unsafe("SELECT current_setting('synchronous_standby_names') AS names")
      return row?.names === 'nobody'
    })
    const beginning = begin(lease, one)
    await eventually(async () => {
      const rows = await sql.unsafe("SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
      return rows.length > 0
    })
    await sql.unsafe('ALTER SYSTEM RESET synchronous_standby_names')
    await sql.unsafe("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
    await sql.unsafe('SELECT pg_reload_conf()')
    assert.deepEqual(await beginning, new Map([[one.id, 1]]))
    assert.equal((await find(one)).attempts, 1)
  })

  test('another one’s commit is not taken for ours, though a crash gave it the number of ours', async (t) => {
    // What was begun is on no disk before its commit is.
    await using fragile = await startServer({ durable: true, settings: { wal_writer_delay: '10s' } })
    const url = await fragile.newDatabase()
    const way = await wire(url)
    t.after(() => way[Symbol.asyncDispose]())
    const store = await open(t, way.endpoint)
    const { mt } = scene({ store, clock: { at: Date.now() } })
    await store.accept([mt()])
    const crashed = Promise.withResolvers<void>()
    way.cutBefore('COMMIT', () => {
      way.close()
      fragile.kill().then(crashed.resolve, crashed.reject)
    })
    const one = mt()
    const accepting = store.accept([one]).catch((error) => error)
    await crashed.promise
    await fragile.start()
    const sql = await client(t, url)
    for (let others = 0; others < 10; others++) await sql.unsafe('SELECT pg_current_xact_id()')
    await way.mend()
    assert.ok((await accepting) instanceof StoreUnavailable)
    assert.equal(await store.findMt(undefined, one.id), undefined)
  })

  test('a node that stops in the middle of a transaction holds nobody up for long', async (t) => {
    const url = await server().newDatabase()
    const store = await open(t, url)
    const sql = await client(t, url)
    const { accept, take, begin, find } = scene({ store, clock: { at: Date.now() } })
    const [mt] = await accept({})
    assert.ok(mt)
    const lease = await take('node', hourMs)
    await sql.unsafe("SET idle_in_transaction_session_timeout = '3s'")
    await sql.unsafe('BEGIN')
    await sql.unsafe('SELECT * FROM mts FOR UPDATE')
    await assert.rejects(begin(lease, mt), StoreUnavailable)
    await eventually(async () => (await begin(lease, mt).catch(() => undefined))?.get(mt.id) === 1)
    assert.equal((await find(mt)).attempts, 1)
  })

  test('a transaction of a node that is frozen, or cut off, is ended by the server', async (t) => {
    const url = await server().newDatabase()
    const store = await open(t, url)
    const sql = await client(t, url)
    const [mt] = await scene({ store, clock: { at: Date.now() } }).accept({})
    assert.ok(mt)
    const way = await wire(url)
    t.after(() => way[Symbol.asyncDispose]())
    const target = targetOf(way.endpoint.slice('postgres:'.length))
    const pool = openPool(target, { connections: 1, statementMs: 1000 })
    t.after(() => pool[Symbol.asyncDispose]())
    const frozen = pool.transaction(async (db) => {
      await db.run('SELECT 1 FROM mts FOR UPDATE')
      way.hush()
      await new Promise(() => {})
    })
    await assert.rejects(frozen, StoreUnavailable)
    await sql.unsafe('SELECT 1 FROM mts FOR UPDATE NOWAIT')
  })

  test('when nothing comes of what is asked for, only so much waits', async (t) => {
    const way = await wire(await server().newDatabase())
    t.after(() => way[Symbol.asyncDispose]())
    const store = await open(t, way.endpoint)
    const { mt } = scene({ store, clock: { at: Date.now() } })
    await store.accept([mt()])
    way.hush()
    const asked = Array.from({ length: 300 }, () => Array.from({ length: 100 }, () => mt()))
    const answers = asked.map((mts) => store.accept(mts).catch(({ message }) => message))
    assert.match(await Promise.race(answers), /^Too much waits/)
    await way.mend()
    await Promise.all(answers)
    await recovered(store)
  })

  test('deadlocks are resolved by doing it again', async (t) => {
    const url = await server().newDatabase()
    const [one, other] = [await open(t, url), await open(t, url)]
    const { mt, take, begin, find } = scene({ store: one, clock: { at: Date.now() } })
    const [a, b] = [mt(), mt()]
    await one.accept([a, b])
    await begin(await take(), a, b)
    const sql = await client(t, url)
    await sql.unsafe("SET deadlock_timeout = '60s'")
    await sql.unsafe('BEGIN')
    await sql.unsafe(`SELECT 1 FROM mts WHERE id = '${b.id}' FOR UPDATE`)
    const settling = other.recordOutcomes(
      [a, b].map((one) => ({
        ...nameOf(one),
        attempt: 1,
        at: Date.now(),
        settled: { type: 'sent', supplierIds: [one.id], status: 'sent' },
      })),
    )
    await eventually(async () => (await waiting(url)) > 0)
    await sql.unsafe(`SELECT 1 FROM mts WHERE id = '${a.id}' FOR UPDATE`) // answered once the store has given way
    await sql.unsafe('ROLLBACK')
    await settling
    assert.equal((await find(a)).status, 'sent')
    assert.equal((await find(b)).status, 'sent')
  })

  test('two writers number the events of an endpoint without a gap', async (t) => {
    const url = await server().newDatabase()
    const [one, other] = [await open(t, url), await open(t, url)]
    const { refused, events } = scene({ store: one, clock: { at: Date.now() } })
    await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        (index % 2 === 0 ? one : other).accept([refused('volume_limit'), refused('volume_limit')]),
      ),
    )
    assert.deepEqual(
      (await events('status')).map(({ sequence }) => sequence),
      Array.from({ length: 400 }, (_, index) => index + 1),
    )
  })

  test('a node that lost its lease cannot write', async (t) => {
    const url = await server().newDatabase()
    const [one, other] = [await open(t, url), await open(t, url)]
    const { accept, lane, find } = scene({ store: one, clock: { at: Date.now() } })
    const [mt] = await accept({})
    assert.ok(mt)
    const [lost] = await one.lease([lane], 'one', 1)
    assert.ok(lost)
    await eventually(async () => (await other.lease([lane], 'other', hourMs)).length === 1)
    await assert.rejects(one.beginAttempts(lost, [nameOf(mt)], Date.now()), LeaseLost)
    await assert.rejects(one.postpone(lost, [{ ...nameOf(mt), dueAt: 0 }]), LeaseLost)
    assert.deepEqual(await find(mt), mt)
    assert.deepEqual(await one.lease([lane], 'one', hourMs), [])
  })

  test('one idempotency key is answered once, however many nodes are asked', async (t) => {
    const url = await server().newDatabase()
    const stores = await Promise.all([open(t, url), open(t, url), open(t, url)])
    const [first] = stores
    assert.ok(first)
    const { mt, integrationId } = scene({ store: first, clock: { at: Date.now() } })
    const answer = { integrationId, key: 'one', requestHash: '', status: 202, body: '', at: Date.now() }
    const settled = await Promise.allSettled(stores.map((store) => store.accept([mt()], answer)))
    assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 1)
    assert.deepEqual(await first.acceptedSince(0), [{ integrationId, count: 1 }])
  })

  test('a database that is not there is a reason not to start, in words', async () => {
    const url = await server().newDatabase()
    for (const [wrong, why] of [
      [`${url}-missing`, /does not exist/],
      ['postgres://waypost@127.0.0.1:1/none', /ECONNREFUSED/],
    ] as const)
      await assert.rejects(
        openStore(wrong),
        (error) => error instanceof CannotStart && why.test(error.message),
      )
  })

  test('of several hosts the one that takes writes is found', async (t) => {
    const url = await server().newDatabase()
    const store = await open(t, `${url.replace('@', '@127.0.0.1:1,')}?target_session_attrs=read-write`)
    await store.probe()
  })

  test('nodes that start at once bring the tables up to date once', async (t) => {
    const url = await server().newDatabase()
    const stores = await Promise.all(Array.from({ length: 4 }, () => open(t, url)))
    for (const store of stores) await store.probe()
  })

  test('a node hears what another one made due, and that settings changed', async (t) => {
    const url = await server().newDatabase()
    const heard = new Set<string>()
    let changes = 0
    const one = await open(t, url)
    const other = await openStore(url, {
      touched: (lanes) => lanes.forEach((lane) => void heard.add(lane)),
      settingsChanged: () => void changes++,
    })
    t.after(() => other[Symbol.asyncDispose]())
    const { accept, lane, integrationId } = scene({ store: one, clock: { at: Date.now() } })
    await eventually(async () => {
      await accept({})
      return heard.has(lane)
    })
    await one.putPin({ integrationId, number: '27820000000', outcome: null })
    await eventually(async () => changes > 0)
  })

  test('behind a transaction pooler nothing is prepared and nobody listens', async (t) => {
    const url = await server().newDatabase()
    const store = await open(t, `${url}?pgbouncer=true`)
    const sql = await client(t, url)
    const { sent, find } = scene({ store, clock: { at: Date.now() } })
    const { mt } = await sent()
    assert.equal((await find(mt)).status, 'sent')
    const rows = await sql.unsafe(
      "SELECT 1 FROM pg_stat_activity WHERE application_name = 'waypost listener' AND datname = current_database()",
    )
    assert.equal(rows.length, 0)
  })
})

async function waiting(url: string): Promise<number> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  const rows = await sql.unsafe(
    "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
  )
  await sql.end({ timeout: 5 })
  return rows.length
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 20_000; !(await holds()); await pause(20))
    assert.ok(Date.now() < deadline, 'it never came about')
}

/** Waits until all parts of it answer. */
async function recovered(store: Store): Promise<void> {
  await eventually(() =>
    Promise.all([store.probe(), store.lanes(), store.accept([])]).then(
      () => true,
      (error) => {
        assert.ok(error instanceof StoreUnavailable, String(error))
        return false
      },
    ),
  )
}
