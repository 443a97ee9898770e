import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openStore } from '../store/index.ts'
import { scene } from '../store/suite/scene.ts'
import type { Integration } from './integration.ts'
import { type Reporting, report } from './report.ts'

test('an event whose answer is stored while the store is being read is not told twice', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'waypost-report-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const clock = { at: Date.now() }
  await using store = await openStore(`sqlite:${folder}/ledger.db`, { now: () => clock.at })
  const { refused, endpoint, take } = scene({ store, clock })
  await store.accept([refused('volume_limit'), refused('volume_limit')])

  const told: number[] = []
  const readAgain = Promise.withResolvers<void>()
  const bothStored = Promise.withResolvers<void>()
  let reads = 0
  let answers = 0
  const slow: Reporting['store'] = {
    async dueCallbacks(lease, now, limit) {
      const due = await store.dueCallbacks(lease, now, limit)
      if (++reads === 2) {
        assert.equal(due.length, 2, 'both are still under way')
        readAgain.resolve()
        await bothStored.promise
      }
      return due
    },
    async recordCallbacks(lease, results) {
      const recorded = await store.recordCallbacks(lease, results)
      if (++answers === 2) setImmediate(bothStored.resolve)
      return recorded
    },
    abandonCallbacks: store.abandonCallbacks,
  }
  const integration = { callbacks: { statusUrl: 'http://127.0.0.1/' } } as Integration // all that is read of it
  const work = report({
    store: slow,
    directory: { integration: () => integration },
    async tell(_integration, _url, { sequence }) {
      told.push(sequence)
      await readAgain.promise
      return { sequence, at: clock.at, httpStatus: 204, next: { state: 'delivered' } }
    },
    events: { callbackAttempted() {}, endpointPaused() {}, storeFailed() {}, storeWrote() {}, bug() {} },
    now: () => clock.at,
  })

  await work.serve(await take('node', 60_000, endpoint('status')), new AbortController().signal)
  await work.drained()
  assert.deepEqual(told, [1, 2])
})
