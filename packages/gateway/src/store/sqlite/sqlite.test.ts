import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type Store, StoreUnavailable } from '../../core/store.ts'
import { openStore } from '../index.ts'
import { migrationsFor } from '../migrations.ts'
import { storeSuite } from '../store.suite.ts'
import { hourMs, scene } from '../suite/scene.ts'
import { openForWriting } from './connection.ts'

const run = promisify(execFile)
const lane = 'whatsapp:2799900101'

describe('sqlite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waypost-store-'))
  after(() => rmSync(folder, { recursive: true }))
  let files = 0
  const newFile = () => join(folder, `${++files}.db`)

  storeSuite((clock) => openStore(`sqlite:${newFile()}`, clock))

  test('what was acknowledged survives SIGKILL, and what was under way becomes uncertain', async (t) => {
    const path = newFile()
    const acknowledged: string[] = []
    const underWay: string[] = []
    for (const round of [1, 2, 3]) {
      const gateway = start(t, 'accept', path)
      const words = gateway.words
      for (let heard = 0; heard < 300; heard++) await words.next()
      await kill(gateway.process)
      for await (const _ of words) void _ // what was written before the end is still read
      acknowledged.push(...gateway.said('accepted'))
      underWay.push(...gateway.said('begun'))
      assert.ok(gateway.said('accepted').length > 0 && gateway.said('begun').length > 0)

      await using store = await openStore(`sqlite:${path}`)
      for (const id of acknowledged)
        assert.ok(await store.findMt('acme', id), `${id} was acknowledged and is gone`)
      assert.partialDeepStrictEqual(await store.lease([lane], 'another node', 60_000), [
        { lane, fence: 2 * round },
      ])
      for (const id of underWay)
        assert.partialDeepStrictEqual(await store.findMt('acme', id), { uncertain: true })
    }
    const db = new DatabaseSync(path)
    t.after(() => db.close())
    assert.deepEqual({ ...db.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' })
  })

  test('a second gateway on the same file is refused until the first is gone', async (t) => {
    const path = newFile()
    const gateway = start(t, 'accept', path)
    await gateway.words.next()
    await assert.rejects(openStore(`sqlite:${path}`), /Another gateway runs on .*\.db\./)
    await assert.rejects(openStore(`sqlite:${path}`), /Another gateway/)
    await kill(gateway.process)
    const store = await openStore(`sqlite:${path}`)
    await assert.rejects(openStore(`sqlite:${path}`), /Another gateway/)
    await store[Symbol.asyncDispose]()
    await using again = await openStore(`sqlite:${path}`)
    await again.probe()
  })

  test('a full disk refuses what it cannot keep, keeps what it acknowledged, and passes', async (t) => {
    if (!(await canLimitFiles())) return t.skip('there is no prlimit to limit the size of files with')
    const path = newFile()
    const gateway = start(t, 'fill', path, 'prlimit', '--fsize=1000000:')
    for (let word = await gateway.words.next(); word.value !== 'full'; word = await gateway.words.next())
      assert.ok(!word.done, 'it ended')
    await run('prlimit', ['--pid', String(gateway.process.pid), '--fsize=unlimited:'])
    for await (const _ of gateway.words) void _
    assert.equal(gateway.lines.at(-1), 'recovered')
    assert.ok(gateway.lines.includes('refused'))

    await using store = await openStore(`sqlite:${path}`)
    const acknowledged = gateway.said('accepted')
    assert.ok(acknowledged.length > 100)
    for (const id of acknowledged)
      assert.ok(await store.findMt('acme', id), `${id} was acknowledged and is gone`)
    const [counted] = await store.acceptedSince(0)
    assert.equal(counted?.count, acknowledged.length, 'what was refused was not kept')
  })

  test('more than may wait is refused at once; the rest is stored, and what is under way goes on', async (t) => {
    const { mt, due, store, underWay, outcome, find } = scene(await stageOf(t, newFile()))
    const { mt: sending } = await underWay()
    const calls = Array.from({ length: 60 }, () => store.accept(Array.from({ length: 500 }, () => mt())))
    const settled = Promise.allSettled(calls)
    await outcome(sending, 1, { type: 'sent', supplierIds: ['one'], status: 'sent' })
    assert.equal((await find(sending)).status, 'sent')
    const refused = (await settled).filter((one) => one.status === 'rejected')
    assert.ok(refused.length > 0 && refused.every(({ reason }) => reason instanceof StoreUnavailable))
    assert.equal((await due(undefined, 100_000)).length, 500 * (60 - refused.length))
    await store.accept([mt()])
  })

  test('closing waits for what was asked for, and then refuses', async (t) => {
    const path = newFile()
    const store = await openStore(`sqlite:${path}`)
    const { mt } = scene({ store, clock: { at: Date.now() } })
    const mts = Array.from({ length: 2000 }, () => mt())
    const calls = mts.map((one) => store.accept([one]))
    await store[Symbol.asyncDispose]()
    await Promise.all(calls)
    await assert.rejects(store.probe(), StoreUnavailable)
    await assert.rejects(store.dueLanes('mt', 0, 'node'), StoreUnavailable)

    const again = (await stageOf(t, path)).store
    for (const one of mts) assert.deepEqual(await again.findMt(undefined, one.id), one)
  })

  test('the log is copied back into the file while nothing is written', async (t) => {
    const path = newFile()
    const { mt, store } = scene(await stageOf(t, path))
    await store.accept(Array.from({ length: 2000 }, () => mt()))
    for (const deadline = Date.now() + 10_000; statSync(path).size < 500_000; await pause(20))
      assert.ok(Date.now() < deadline, 'nothing was copied back')
  })

  test('migrations that run twice at once are applied once', async (t) => {
    const path = newFile()
    const db = openForWriting(path) // turning the log on takes a lock that SQLite does not wait for
    t.after(() => db.close())
    const program = `
      import { openForWriting } from ${JSON.stringify(import.meta.resolve('./connection.ts'))}
      import { migrate } from ${JSON.stringify(import.meta.resolve('./migrate.ts'))}
      migrate(openForWriting(${JSON.stringify(path)}))`
    await Promise.all(
      Array.from({ length: 4 }, () => run(process.execPath, ['--input-type=module', '-e', program])),
    )
    const numbers = db
      .prepare('SELECT number FROM migrations')
      .all()
      .map(({ number }) => number)
    const files = migrationsFor('sqlite')
    assert.deepEqual(
      numbers,
      files.map(({ number }) => number),
    )
    assert.equal(db.prepare('SELECT count(*) AS mts FROM mts').get()?.mts, 0)
  })

  test('a database of a newer program is left alone', async (t) => {
    const path = newFile()
    await (await openStore(`sqlite:${path}`))[Symbol.asyncDispose]()
    const db = new DatabaseSync(path)
    t.after(() => db.close())
    db.exec("INSERT INTO migrations (number, name) VALUES (9000, 'from the future')")
    await assert.rejects(openStore(`sqlite:${path}`), /newer than this program/)
  })

  test('a report that nothing has claimed for 72 hours is forgotten', async (t) => {
    const clock = { at: Date.now() }
    const store = await openStore(`sqlite:${newFile()}`, { now: () => clock.at })
    t.after(() => store[Symbol.asyncDispose]())
    const { report, underWay, outcome, find } = scene({ store, clock })
    const [early, late] = ['early', 'late'].map((supplierId) =>
      report({ supplierId, report: { type: 'delivered' } }),
    )
    assert.ok(early && late)
    await store.recordDlrs([early])
    clock.at += hourMs
    await store.recordDlrs([late])
    clock.at += 71 * hourMs
    await store.recordDlrs([report({ report: { type: 'delivered' } })])
    for (const { supplierId, status } of [
      { ...early, status: 'sent' },
      { ...late, status: 'delivered' },
    ]) {
      const { mt } = await underWay()
      await outcome(mt, 1, { type: 'sent', supplierIds: [supplierId], status: 'sent' })
      assert.equal((await find(mt)).status, status)
    }
  })

  test('nobody else may read what it makes, whatever the umask', async (t) => {
    const made = join(folder, 'made')
    const umask = process.umask(0)
    const { store, clock } = await stageOf(t, join(made, 'ledger.db')).finally(() => process.umask(umask))
    await scene({ store, clock }).accept({})
    const modes = ['', ...readdirSync(made)].map((name) => [
      name,
      (statSync(join(made, name)).mode & 0o777).toString(8),
    ])
    assert.deepEqual(Object.fromEntries(modes), {
      '': '700',
      'ledger.db': '600',
      'ledger.db-shm': '600',
      'ledger.db-wal': '600',
      'ledger.db.lock': '600',
    })
  })

  for (const url of ['', 'sqlite:', 'mysql://localhost', 'gateway.db'])
    test(`${JSON.stringify(url)} names no store`, async () => {
      await assert.rejects(openStore(url), /No store is named/)
    })

  test('a file that is not a database is refused, not overwritten', async () => {
    const path = newFile()
    writeFileSync(path, 'something else')
    await assert.rejects(openStore(`sqlite:${path}`), /not a database/)
    assert.equal(readFileSync(path, 'utf8'), 'something else')
  })
})

async function stageOf(t: TestContext, path: string): Promise<{ store: Store; clock: { at: number } }> {
  const store = await openStore(`sqlite:${path}`)
  t.after(() => store[Symbol.asyncDispose]())
  return { store, clock: { at: Date.now() } }
}

/** Runs a gateway of `fixtures/gateway.ts`, and hears what it says. */
function start(t: TestContext, scenario: 'accept' | 'fill', path: string, ...through: string[]) {
  const gateway = join(import.meta.dirname, 'fixtures/gateway.ts')
  const line = [...through, process.execPath, gateway, scenario, `sqlite:${path}`]
  const child = spawn('env', line, { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => kill(child))
  const lines: string[] = []
  async function* hear() {
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line)
      yield line.split(' ')[0]
    }
  }
  const said = (word: string) =>
    lines.flatMap((line) => (line.startsWith(`${word} `) ? [line.split(' ')[1] ?? ''] : []))
  return { process: child, words: hear(), lines, said }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

const canLimitFiles = () =>
  run('prlimit', ['--version']).then(
    () => true,
    () => false,
  )
