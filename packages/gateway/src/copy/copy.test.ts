import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import postgres from 'postgres'
import { CannotStart } from '../core/cannot-start.ts'
import type { Clock } from '../core/clock.ts'
import type { Mo } from '../core/message.ts'
import type { Store } from '../core/store.ts'
import { openStore } from '../store/index.ts'
import { type Server, startServer } from '../store/postgres/testing.ts'
import { migrate } from '../store/sqlite/migrate.ts'
import { storeSuite } from '../store/store.suite.ts'
import { scene } from '../store/suite/scene.ts'
import { type Copying, copy } from './index.ts'
import { notCopied, tables } from './tables.ts'
import { answersOf, knownIn, reads } from './testing.ts'

/** What the store's suite leaves behind is copied: every kind of row that there is, in every state. */
describe('a copy of a ledger', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waypost-'))
  const ledger = join(folder, 'waypost.db')
  let clock: Clock = { now: Date.now }
  let server: Server
  before(async () => {
    server = await startServer()
  })
  after(async () => {
    await server[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  storeSuite(async (own) => {
    clock = own
    return openStore(`sqlite:${ledger}`, own)
  })

  const newDatabase = async () => {
    const url = await server.newDatabase()
    return { url, database: url.slice('postgres:'.length) }
  }

  describe('of every kind of row', () => {
    const old = ['018cc251f400', '01942b00d400', '0199a00aa800'].map((time) => `${time}7000`.padEnd(32, '0'))
    const older = '0'.repeat(32)
    let url = ''
    let copied: unknown

    before(async () => {
      const store = await openStore(`sqlite:${ledger}`, clock)
      const one = scene({ store, clock: { at: clock.now() } })
      await one.accept(...[...old, older].map((id) => ({ id })))
      await store.putKey({ id: 'a', integrationId: 'x', generation: 'one', hash: 'h', createdAt: 1 })
      await store[Symbol.asyncDispose]()

      const to = await newDatabase()
      const before = filesIn(folder)
      const { tables } = await copy({ ledger, database: to.database })
      url = to.url
      copied = tables
      assert.deepEqual(filesIn(folder), before, 'what was copied is as it was')
      assert.deepEqual(
        tables.filter(({ rows, instead }) => rows === 0 || instead),
        [],
        'there was something in every table',
      )
    })

    test('forgets no table of either ledger', async () => {
      using sqlite = new DatabaseSync(ledger, { readOnly: true })
      const there = new Set(
        sqlite
          .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
          .all()
          .map(({ name }) => String(name)),
      )
      for (const { name } of await ask(
        url,
        `
        SELECT relname AS name FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition`,
      ))
        there.add(String(name))
      assert.deepEqual([...there].sort(), Object.keys({ ...tables, ...notCopied }).sort())
    })

    test('answers everything as the original does, with higher fences and the next sequence', async () => {
      const original = join(folder, 'original.db')
      cpSync(ledger, original)
      const known = knownIn(original, clock.now())
      // At which nothing is so old that it is forgotten when a ledger is opened.
      const beginning = { now: () => 0 }
      await using one = await openStore(`sqlite:${original}`, beginning)
      await using other = await openStore(url, beginning)
      const answers = await answersOf(one, known)
      for (const [index, [name, answer]] of (await answersOf(other, known)).entries())
        assert.deepEqual(answer, answers[index]?.[1], name)
      assert.deepEqual(await fencesOf(other, known.lanes), await fencesOf(one, known.lanes))
      for (const store of [one, other]) await store.recordMos(known.integrations.map(moTo))
      const { eventsAfter } = reads
      assert.deepEqual(withoutIds(await eventsAfter(other, known)), withoutIds(await eventsAfter(one, known)))
    })

    test('has its weeks, and in them whatever is not older than all weeks', async () => {
      assert.deepEqual(await ask(url, 'SELECT count(*)::int AS others FROM mts_other'), [{ others: 1 }])
    })

    test('has what a gateway that was killed had written last', async () => {
      const killed = join(folder, 'killed.db')
      cpSync(ledger, killed)
      await using store = await openStore(`sqlite:${killed}`, clock)
      await store.putClockOffset(4711)
      const left = join(folder, 'left.db')
      for (const end of ['', '-wal']) cpSync(`${killed}${end}`, `${left}${end}`)
      const to = await newDatabase()
      await copy({ ledger: left, database: to.database })
      await using other = await openStore(to.url)
      assert.equal(await other.clockOffset(), 4711)
    })

    test('is the same when it was killed at any point, as often as one likes', async () => {
      const { database } = await newDatabase()
      const limits = { rows: 100, characters: 100_000 }
      for (let kills = 0; kills < 20; kills++)
        await assert.rejects(
          copyUntil({ ledger, database, limits }, 1 + Math.floor(Math.random() * 40)),
          /killed/,
        )
      assert.deepEqual((await copy({ ledger, database })).tables, copied)
      const again = await copy({ ledger, database })
      assert.deepEqual(again.tables, copied)
      assert.notEqual(again.finishedBefore, undefined, 'and the next time there is nothing to do')
    })

    test('is the same when the database was killed meanwhile, which kept only some of it', async () => {
      await using durable = await startServer({ durable: true })
      const database = (await durable.newDatabase()).slice('postgres:'.length)
      let isKilled: Promise<void> | undefined
      const killed = copy({ ledger, database }, (what, count) => {
        if (what === 'messages' && count > 5000) isKilled ??= durable.kill()
      })
      await assert.rejects(killed)
      await isKilled
      await durable.start()
      assert.deepEqual((await copy({ ledger, database })).tables, copied)
    })

    test('is the same when two were made into one database at once', async () => {
      const { database } = await newDatabase()
      const other = join(folder, 'other.db')
      cpSync(ledger, other)
      await copyUntil({ ledger, database }, 1).catch(() => {})
      await Promise.allSettled([copy({ ledger, database }), copy({ ledger: other, database })])
      assert.deepEqual((await copy({ ledger, database })).tables, copied)
    })
  })

  describe('is refused', () => {
    const refused = (copying: Partial<Copying>, message: RegExp) =>
      assert.rejects(copy({ ledger, ...copying }), (error: Error) => {
        assert.ok(error instanceof CannotStart, error)
        assert.match(error.message, message)
        return true
      })

    test('into a database with something in it, which stays as it was', async () => {
      const { url, database } = await newDatabase()
      await (await openStore(url))[Symbol.asyncDispose]()
      await copy({ ledger: emptyLedger(), database }) // a gateway that was only started left nothing there
      const filled = await newDatabase()
      await using store = await openStore(filled.url)
      await store.putSealingKey('', 'wrapped')
      await refused(
        { database: filled.database },
        /^--to-database: the database is not empty: it has wrapped keys\./,
      )
      assert.equal(await store.sealingKey(''), 'wrapped')
    })

    test('into a copy of another ledger, or of this one as it was', async () => {
      const { database } = await newDatabase()
      const other = emptyLedger()
      await copy({ ledger: other, database })
      await refused({ database }, /copy of another ledger, or of this one as it was/)
      await using store = await openStore(`sqlite:${other}`)
      await store.putClockOffset(1)
      await store[Symbol.asyncDispose]()
      await refused({ ledger: other, database }, /copy of another ledger, or of this one as it was/)
    })

    test('while a gateway runs on the ledger', async () => {
      await using _ = await openStore(`sqlite:${ledger}`)
      await refused({ database: '//nowhere/at-all' }, /^WAYPOST_DATABASE_URL: Another gateway runs on /)
    })

    test('of a ledger that is not there, and none is made', async () => {
      const path = join(folder, 'nothing.db')
      await refused({ ledger: path, database: '//nowhere/at-all' }, /there is no ledger at /)
      assert.deepEqual(globSync(`${path}*`), [])
    })

    test('of a ledger that an older program left', async () => {
      const path = emptyLedger()
      using db = new DatabaseSync(path)
      db.exec('DELETE FROM migrations WHERE number = (SELECT max(number) FROM migrations)')
      db.close()
      await refused(
        { ledger: path, database: '//nowhere/at-all' },
        /is at migration \d+, and this program copies/,
      )
    })

    test('with files in one run and without in the next', async () => {
      const { database } = await newDatabase()
      const ledger = await smallLedger()
      const media = { from: `file:${join(folder, 'media')}`, to: `file:${join(folder, 'copied')}` }
      await assert.rejects(copyUntil({ ledger, database, media }, 1), /killed/)
      await refused({ ledger, database }, /was begun with --to-media=file:/)
    })
  })

  test('that is not finished lets no gateway start', async () => {
    const { url, database } = await newDatabase()
    const ledger = await smallLedger()
    await assert.rejects(copyUntil({ ledger, database }, 2), /killed/)
    await assert.rejects(openStore(url), (error: Error) => {
      return error instanceof CannotStart && /is not finished/.test(error.message)
    })
    await copy({ ledger, database })
    await (await openStore(url))[Symbol.asyncDispose]()
  })

  test('that differs from the original says where, and stays unfinished', async () => {
    const { url, database } = await newDatabase()
    const ledger = await smallLedger()
    const killed = copy({ ledger, database, limits: { rows: 50, characters: 100_000 } }, (what, count) => {
      if (what === 'messages' && count > 100) throw new Error('killed')
    })
    await assert.rejects(killed, /killed/)
    await ask(url, 'DELETE FROM mts WHERE id = (SELECT id FROM mts ORDER BY id LIMIT 1)')
    await ask(url, "UPDATE mts SET recipient = '27' WHERE id = (SELECT id FROM mts ORDER BY id LIMIT 1)")
    const { tables } = await copy({ ledger, database })
    const wrong = tables.filter(({ instead }) => instead)
    assert.deepEqual(
      wrong.map(({ what, rows, instead }) => [what, rows, instead?.rows]),
      [['messages', 300, 299]],
    )
    const named = wrong[0]?.instead?.wrong.map((row) => row.replace(/^\[.*[0-9a-f]{32}"\] /, ''))
    assert.deepEqual(named, ['is missing', 'is not the same'])
    await assert.rejects(openStore(url), /is not finished/)
  })

  /** One that messages wait in. */
  async function smallLedger(): Promise<string> {
    const path = emptyLedger()
    await using store = await openStore(`sqlite:${path}`)
    await scene({ store, clock: { at: Date.now() } }).accept(...Array.from({ length: 300 }, () => ({})))
    return path
  }

  /** One that a gateway was started on. */
  function emptyLedger(): string {
    const path = join(folder, `${Math.random()}.db`)
    using db = new DatabaseSync(path)
    migrate(db)
    return path
  }
})

async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const connection = postgres(url, { max: 1 })
  const rows = await connection.unsafe(sql)
  await connection.end()
  return [...rows]
}

/** As a process that is killed once it has written so many batches. */
function copyUntil(copying: Copying, batches: number): Promise<unknown> {
  let left = batches
  return copy(copying, () => {
    if (--left === 0) throw new Error('killed')
  })
}

const moTo = (integrationId: string, index: number): Mo => ({
  id: `f${String(index).padStart(31, '0')}`,
  integrationId,
  channel: 'whatsapp',
  supplierId: `wamid.${integrationId}`,
  from: '27821234567',
  to: '2799',
  content: { type: 'text', text: { body: 'Hi' } },
  at: 0,
})

/** An event's own id is made when it is written. */
const withoutIds = (events: unknown) =>
  JSON.parse(JSON.stringify(events), (name, value) => (name === 'id' ? undefined : value))

/** By name, the hash of what is in them. */
const filesIn = (folder: string) =>
  Object.fromEntries(
    globSync('**', { cwd: folder })
      .filter((path) => statSync(join(folder, path)).isFile())
      .map((path) => [path, hash('sha256', readFileSync(join(folder, path)))]),
  )

async function fencesOf(store: Store, lanes: string[]): Promise<Map<string, number>> {
  const leases = await store.lease(lanes, 'another', 60_000)
  return new Map(leases.map(({ lane, fence }) => [lane, fence]))
}
