import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Callback } from './callbacks.ts'
import { ask, open, openEvents, until } from './testing.ts'

test('a receiver takes everything and keeps it, oldest first', async (t) => {
  const at = 1_795_000_000_000
  const sandbox = await open(t, { now: () => at })
  const bodies = [{ status: 'SENT' }, 'not JSON', '', '{"half":']
  for (const body of bodies) {
    const answer = await ask(sandbox, 'POST /callbacks/demo', body, { 'waypost-sequence': '7' })
    assert.deepEqual([answer.status, answer.body], [204, ''])
  }
  const { body: callbacks } = await ask<Callback[]>(sandbox, 'GET /callbacks/demo')
  assert.deepEqual(
    callbacks.map(({ body }) => body),
    [{ status: 'SENT' }, 'not JSON', null, '{"half":'],
  )
  assert.partialDeepStrictEqual(callbacks[0], { at, method: 'POST', headers: { 'waypost-sequence': '7' } })
  assert.deepEqual((await ask<Callback[]>(sandbox, 'GET /callbacks/other')).body, [])
})

test('a receiver keeps the newest 200, until it is emptied', async (t) => {
  const sandbox = await open(t)
  for (let n = 1; n <= 203; n++) await ask(sandbox, 'POST /callbacks/demo', { n })
  const { body: callbacks } = await ask<Callback[]>(sandbox, 'GET /callbacks/demo')
  assert.equal(callbacks.length, 200)
  assert.deepEqual([callbacks[0]?.body, callbacks[199]?.body], [{ n: 4 }, { n: 203 }])

  assert.equal((await ask(sandbox, 'DELETE /callbacks/demo')).status, 204)
  assert.deepEqual((await ask<Callback[]>(sandbox, 'GET /callbacks/demo')).body, [])
})

test('a receiver takes any content type', async (t) => {
  const sandbox = await open(t)
  const answer = await ask(sandbox, 'POST /callbacks/demo', 'a=1', {
    'content-type': 'application/x-www-form-urlencoded',
  })
  assert.equal(answer.status, 204)
  assert.equal((await ask<Callback[]>(sandbox, 'GET /callbacks/demo')).body[0]?.body, 'a=1')
})

test('what a receiver got can be watched', async (t) => {
  const sandbox = await open(t)
  const { events } = await openEvents(t, `${sandbox.url}/callbacks/demo/events`)
  await ask(sandbox, 'POST /callbacks/other', { n: 1 })
  await ask(sandbox, 'POST /callbacks/demo', { n: 2 })
  await until('it is told', () => events.some(({ event }) => event === 'callback'))
  const told = events.filter(({ event }) => event)
  assert.equal(told.length, 1)
  assert.partialDeepStrictEqual(told[0]?.data, { method: 'POST', body: { n: 2 } })
})
