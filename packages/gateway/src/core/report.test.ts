import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openStore } from '../store/index.ts'
import { delivered, waiting } from '../store/suite/callbacks.ts'
import { type Scene, scene } from '../store/suite/scene.ts'
import type { Integration } from './integration.ts'
import { type Reporting, report } from './report.ts'

test('an event whose answer is stored while the store is being read is not told twice', async (t) => {
  const { store, clock, reporting } = await open(t)
  const { refused, endpoint, take } = scene({ store, clock })
  await store.accept([refused('volume_limit'), refused('volume_limit')])

  const told: number[] = []
  const readAgain = Promise.withResolvers<void>()
  const bothStored = Promise.withResolvers<void>()
  let reads = 0
  let answers = 0
  const slow: Reporting['store'] = {
    ...reporting.store,
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
  }
  const work = report({
    ...reporting,
    store: slow,
    async tell(_integration, _url, { id, sequence }) {
      told.push(sequence)
      await readAgain.promise
      return { id, ...delivered(sequence, clock.at) }
    },
  })

  await work.serve(await take('node', 60_000, endpoint('status')), never)
  await work.drained()
  assert.deepEqual(told, [1, 2])
})

test('endpoints that fail share a few connections, and those that answer do not wait for them', async (t) => {
  const { store, clock, reporting } = await open(t)
  const [dead, gone, well] = [scene({ store, clock }), scene({ store, clock }), scene({ store, clock })]
  const leaseOf = ({ take, endpoint }: Scene) => take('node', 60_000, endpoint('status'))
  const happen = ({ refused }: Scene, count: number) =>
    store.accept(Array.from({ length: count }, () => refused('volume_limit')))

  const hang = Promise.withResolvers<void>()
  const told: string[] = []
  let hanging = 0
  const work = report({
    ...reporting,
    most: { atOne: 2, answering: 2, failing: 1 },
    async tell(_integration, _url, { id, integrationId, sequence }) {
      if (integrationId !== well.integrationId && sequence > 1) {
        hanging++
        await hang.promise
      }
      told.push(`${integrationId} ${sequence}`)
      const result =
        integrationId === well.integrationId
          ? delivered(sequence, clock.at)
          : waiting(sequence, clock.at + 5000)
      return { id, ...result }
    },
  })
  const leases = [await leaseOf(dead), await leaseOf(gone)]
  await Promise.all([happen(dead, 1), happen(gone, 1)])
  for (const lease of leases) await work.serve(lease, never)
  await work.drained()

  await Promise.all([happen(dead, 2), happen(gone, 2), happen(well, 10)])
  const served = leases.map((lease) => work.serve(lease, never))
  await work.serve(await leaseOf(well), never)
  assert.equal(told.filter((one) => one.startsWith(well.integrationId)).length, 10)
  assert.equal(hanging, 1, 'of the two that fail one is asked')
  hang.resolve()
  await Promise.all(served)
  await work.drained()
  assert.equal(told.length, 16)
})

test('a URL that is mended counts for what was read already', async (t) => {
  const { store, clock, reporting } = await open(t)
  const { refused, endpoint, take } = scene({ store, clock })
  await store.accept(Array.from({ length: 3 }, () => refused('volume_limit')))
  let integration = calledBackAt('http://127.0.0.1/old')
  const urls: string[] = []
  const work = report({
    ...reporting,
    directory: { integration: () => integration },
    async tell(_integration, url, { id, sequence }) {
      urls.push(url)
      integration = calledBackAt('http://127.0.0.1/new')
      return { id, ...delivered(sequence, clock.at) }
    },
  })
  await work.serve(await take('node', 60_000, endpoint('status')), never)
  await work.drained()
  assert.deepEqual(
    urls,
    ['old', 'new', 'new'].map((path) => `http://127.0.0.1/${path}`),
  )
})

const never = new AbortController().signal

// All that is read of an integration.
const calledBackAt = (statusUrl: string) => ({ callbacks: { statusUrl } }) as Integration

/** A store, and what reporting needs besides somebody to tell. */
async function open(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'waypost-report-'))
  const clock = { at: Date.now() }
  const store = await openStore(`sqlite:${folder}/ledger.db`, { now: () => clock.at })
  t.after(async () => {
    await store[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })
  const integration = calledBackAt('http://127.0.0.1/')
  const reporting = {
    store,
    directory: { integration: () => integration },
    events: { callbackAttempted() {}, endpointPaused() {}, storeFailed() {}, storeWrote() {}, bug() {} },
    now: () => clock.at,
  }
  return { store, clock, reporting }
}
