import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Worker } from 'node:worker_threads'
import { type Store, StoreUnavailable } from '../../core/store.ts'
import { openStore } from '../index.ts'
import { scene } from '../suite/scene.ts'

const run = promisify(execFile)
/** In the order in which they are started. */
const parts = ['writer', 'reader', 'looker'] as const

describe('sqlite, when its surroundings fail', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waypost-faults-'))
  after(() => rmSync(folder, { recursive: true }))
  let files = 0
  const newFile = () => join(folder, `${++files}.db`)

  for (const part of parts)
    test(`a ${part} that ends is told of and started again`, async (t) => {
      const { store, workers, failures } = await open(t, newFile())
      const { accept, find } = scene({ store, clock: { at: Date.now() } })
      const [before] = await accept({})
      assert.ok(before)
      await workers[part].terminate()
      await recovered(store)
      assert.match(String(failures[0]), /A worker of the store has ended/)
      const [later] = await accept({})
      assert.ok(later)
      assert.deepEqual(await Promise.all([find(before), find(later)]), [before, later])
      assert.equal((await store.life(later.id))?.mt.id, later.id)
    })

  test('what the writer had when it ended is refused and not stored, or stored and not refused', async (t) => {
    const path = newFile()
    for (const after of [0, 1, 2, 3, 5, 8]) {
      const { store, workers } = await open(t, path)
      const { mt } = scene({ store, clock: { at: Date.now() } })
      const asked = Array.from({ length: 20 }, () => Array.from({ length: 50 }, () => mt()))
      const answers = Promise.allSettled(asked.map((mts) => store.accept(mts)))
      await pause(after)
      await workers.writer.terminate()
      const settled = await answers
      for (const [index, mts] of asked.entries()) {
        const answer = settled[index]
        if (answer?.status === 'rejected') assert.ok(answer.reason instanceof StoreUnavailable)
        const found = await Promise.all(mts.map(({ id }) => store.findMt(undefined, id)))
        assert.equal(found.every(Boolean), answer?.status === 'fulfilled')
        assert.equal(found.some(Boolean), answer?.status === 'fulfilled')
      }
      await store[Symbol.asyncDispose]()
    }
  })

  test('what was under way when the writer ended becomes uncertain', async (t) => {
    const { store, workers } = await open(t, newFile())
    const { underWay, take, find, outcome } = scene({ store, clock: { at: Date.now() } })
    const { mt, lease } = await underWay()
    await workers.writer.terminate()
    await recovered(store)
    assert.equal((await take()).fence, lease.fence + 1)
    assert.equal((await find(mt)).uncertain, true)
    await outcome(mt, 1, { type: 'sent', supplierIds: ['late'], status: 'sent' })
    assert.partialDeepStrictEqual(await find(mt), { status: 'sent', uncertain: false })
  })

  test('closing does not wait for a worker that is gone', async (t) => {
    const { store, workers } = await open(t, newFile())
    const refused = assert.rejects(store.probe(), StoreUnavailable)
    const closed = store[Symbol.asyncDispose]()
    await Promise.all(Object.values(workers).map((worker) => worker.terminate()))
    await Promise.all([refused, closed])
  })

  test('garbage in the file makes it unavailable, until the file is well again', async (t) => {
    const path = newFile()
    const whole = `${path}.whole`
    const garbage = `${path}.garbage`
    const first = await open(t, path)
    const [mt] = await scene({ store: first.store, clock: { at: Date.now() } }).accept({})
    assert.ok(mt)
    await first.store[Symbol.asyncDispose]()
    await run('cp', [path, whole])
    writeFileSync(garbage, randomBytes(statSync(path).size))

    const { store, workers } = await open(t, path)
    await run('cp', [garbage, path]) // by another process: closing the file in this one would end SQLite's locks
    for (const read of [
      () => store.findMt(undefined, mt.id),
      () => store.searchMts({ limit: 10 }),
      () => store.probe(),
    ])
      await assert.rejects(read, StoreUnavailable)
    await workers.writer.terminate()
    await pause(1000) // it is started in vain meanwhile
    await assert.rejects(store.probe(), StoreUnavailable)

    await run('cp', [whole, path])
    await recovered(store)
    assert.deepEqual(await store.findMt(undefined, mt.id), mt)
  })
})

async function open(t: TestContext, path: string) {
  const started: Worker[] = []
  const failures: unknown[] = []
  const listen = (worker: Worker) => started.push(worker)
  process.on('worker', listen)
  const store = await openStore(`sqlite:${path}`, { failed: (error) => failures.push(error) })
  process.off('worker', listen)
  t.after(() => store[Symbol.asyncDispose]())
  const [writer, reader, looker] = started
  assert.ok(writer && reader && looker)
  return { store, failures, workers: { writer, reader, looker } }
}

/** Waits until all parts of it answer. */
async function recovered(store: Store): Promise<void> {
  for (const deadline = Date.now() + 10_000; ; await pause(20))
    try {
      await Promise.all([store.probe(), store.lanes()])
      return
    } catch (error) {
      assert.ok(error instanceof StoreUnavailable)
      assert.ok(Date.now() < deadline, 'it did not recover')
    }
}
