import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endpointLane } from '../../packages/gateway/src/core/endpoint.ts'
import { openStore } from '../../packages/gateway/src/store/index.ts'
import { suiteServer } from '../../packages/gateway/src/store/postgres/suite-server.fake.ts'
import { fill, graphileWorker, pgBoss, waypost } from './kinds.ts'
import { lanes } from './queue.ts'

const server = suiteServer()

const jobs = { done: 3 * lanes, waiting: lanes }

test('a history of ours is one that our store reads as its own, and goes on with', async () => {
  const url = await server().newDatabase()
  await using filled = await fill(waypost, url, jobs)
  await using store = await openStore(url)

  const { items } = await store.searchMts({ status: ['delivered'], limit: 500 })
  assert.equal(new Set(items.map(({ id }) => id)).size, jobs.done)
  for (const { id, acceptedAt, integrationId } of items) {
    assert.equal(Number.parseInt(id.slice(0, 12), 16), acceptedAt)
    const life = await store.life(id)
    assert.deepEqual(
      life?.attempts.map(({ number, outcome }) => ({ number, outcome })),
      [{ number: 1, outcome: 'sent' }],
    )
    assert.equal(life.supplierIds.length, 1)
    const told = { lane: endpointLane(integrationId, 'status'), state: 'delivered', messageId: id }
    assert.deepEqual(
      life.callbacks.map(({ lane, state, messageId }) => ({ lane, state, messageId })),
      [told, told],
    )
  }
  const [strays] = await filled.database.sql`SELECT count(*)::int AS messages FROM mts_other`
  assert.equal(strays?.messages, 0, 'each is in its week')

  const { jobs: finished } = await filled.worker.ask({ finish: lanes, page: 1 })
  assert.equal(finished, lanes)
  const [sent] = (await store.searchMts({ status: ['sent'], limit: 1 })).items
  assert.ok(sent)
  const events = await store.eventsAfter(endpointLane(sent.integrationId, 'status'), 0, 100)
  assert.deepEqual(
    events.map(({ sequence }) => sequence),
    [1, 2, 3, 4, 5, 6, 7],
  )
  assert.equal(events.at(-1)?.messageId, sent.id)
})

test('pg-boss has a history of what is done, and finishes what waits', async () => {
  await using filled = await fill(pgBoss, await server().newDatabase(), jobs)
  assert.equal((await filled.worker.ask({ finish: lanes, page: 50 })).jobs, lanes)
  const rows = await filled.database.sql`SELECT state, count(*)::int AS jobs FROM pgboss.job GROUP BY state`
  assert.deepEqual([...rows], [{ state: 'completed', jobs: jobs.done + lanes }])
})

test('graphile-worker finishes what waits, and has nothing left', async () => {
  await using filled = await fill(graphileWorker, await server().newDatabase(), jobs)
  assert.equal((await filled.worker.ask({ finish: lanes, page: 50 })).jobs, lanes)
  const rows = await filled.database.sql`SELECT id FROM graphile_worker.jobs`
  assert.deepEqual([...rows], [])
})
