import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ReasonName } from '@waypost/protocol'
import { keys } from './support/installation.ts'
import { raw } from './support/raw.ts'
import { type Generation, generations, refusedWith } from './support/refusals.ts'
import { shared } from './support/shared.ts'

/** What is no request, or none that ends: 21 in the generation's shape, and nobody else's answer is lost for it. */
const paths = { one: '/v1/message', legacy: '/wa/messages' }
const text = { to: '27999000001', content: 'Hello' }
const valid = { messages: [text] }

const httpStatuses = (answer: string) =>
  [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, httpStatus]) => Number(httpStatus))

/** The head of a send, up to its last header. */
const head = (generation: Generation) =>
  `POST ${paths[generation]} HTTP/1.1\r\nhost: a\r\nauthorization: ${keys[generation]}\r\ncontent-type: application/json\r\n`

describe('what is hardly HTTP', () => {
  const installation = shared()

  const post = (generation: Generation, { last = false } = {}) => {
    const body = JSON.stringify({ messages: [{ ...text, to: `2799900${++posted + 1000}` }] })
    return `${head(generation)}${last ? 'connection: close\r\n' : ''}content-length: ${body.length}\r\n\r\n${body}`
  }
  let posted = 0

  async function stored(): Promise<number> {
    const { json } = await installation().admin('GET', '/admin/messages')
    return (json as { items: unknown[] }).items.length // the admin API's page
  }

  test('garbage gets 21 and the connection is closed', async () => {
    const answer = await raw(installation().url, 'hello there\r\n\r\n')
    assert.match(answer, /^HTTP\/1\.1 400 /)
    assert.match(answer, /connection: close/i)
    assert.match(answer, /\{"error":\{"code":21,/)
  })

  test('a header without end gets 21', async () => {
    const answer = await raw(installation().url, `GET / HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(100_000)}`)
    assert.match(answer, /"code":21,/)
  })

  test('half a body is nobody’s message', async () => {
    const body = JSON.stringify(valid)
    await raw(installation().url, `${head('one')}content-length: ${body.length + 10}\r\n\r\n${body}`)
    const { json } = await installation().admin('GET', '/admin/messages')
    assert.deepEqual(json, { items: [], nextCursor: null })
  })

  test('garbage before a message gets 21, and the message is not read', async () => {
    const before = await stored()
    const answer = await raw(installation().url, `GARBAGE\r\n\r\n${post('legacy')}`, { goesOn: true })
    assert.deepEqual(httpStatuses(answer), [400])
    assert.equal(await stored(), before)
  })

  for (const generation of generations) {
    const refused = refusedWith(generation, 'payload_malformed')
    const slow = `${head(generation)}transfer-encoding: chunked\r\n\r\n`
    const rows: { what: string; bytes: () => string; gets: number[]; stores: number }[] = [
      {
        what: 'garbage after a message leaves the message its own answer',
        bytes: () => `${post(generation)}GARBAGE\r\n\r\n`,
        gets: [202],
        stores: 1,
      },
      {
        what: 'garbage after two messages leaves both their answers',
        bytes: () => `${post(generation)}${post(generation)}GARBAGE\r\n\r\n`,
        gets: [202, 202],
        stores: 2,
      },
      {
        what: 'a broken body after a message leaves the message its answer',
        bytes: () => `${post(generation)}${slow}not a length\r\n`,
        gets: [202],
        stores: 1,
      },
      {
        what: 'a broken body by itself gets 21',
        bytes: () => `${slow}not a length\r\n`,
        gets: [refused.httpStatus],
        stores: 0,
      },
      {
        what: 'a header without end gets 21',
        bytes: () => `${head(generation)}x: ${'x'.repeat(100_000)}`,
        gets: [refused.httpStatus],
        stores: 0,
      },
      {
        what: 'two messages at once are both answered',
        bytes: () => `${post(generation)}${post(generation, { last: true })}`,
        gets: [202, 202],
        stores: 2,
      },
    ]
    for (const { what, bytes, gets, stores } of rows)
      test(`${generation}: ${what}`, async () => {
        const before = await stored()
        const answer = await raw(installation().url, bytes(), { goesOn: true })
        assert.deepEqual(httpStatuses(answer), gets)
        const isRefused = stores === 0
        assert.equal(answer.endsWith(JSON.stringify(refused.json)), isRefused)
        assert.match(answer, /connection: close/i)
        assert.equal((await stored()) - before, stores)
      })

    const headerLess = head(generation).replace('host: a\r\n', '')
    const odd: { what: string; bytes: string; reason: ReasonName }[] = [
      { what: 'no host', bytes: `${headerLess}content-length: 0\r\n\r\n`, reason: 'payload_malformed' },
      {
        what: 'an expectation that HTTP does not have',
        bytes: `${head(generation)}expect: a miracle\r\ncontent-length: 1\r\n\r\n{`,
        reason: 'payload_malformed',
      },
      {
        what: 'a path without end',
        bytes: `GET ${paths[generation]}?${'x'.repeat(100_000)}`,
        reason: 'payload_malformed',
      },
      {
        what: 'a method that HTTP does not have',
        bytes: head(generation).replace('POST', 'DANCE'),
        reason: 'payload_malformed',
      },
      {
        what: 'CONNECT',
        bytes: `CONNECT ${paths[generation]} HTTP/1.1\r\nhost: a\r\n\r\n`,
        reason: 'method_not_supported',
      },
      {
        what: 'OPTIONS',
        bytes: `OPTIONS ${paths[generation]} HTTP/1.0\r\n\r\n`,
        reason: 'method_not_supported',
      },
    ]
    for (const { what, bytes, reason } of odd)
      test(`${generation}: ${what} is ${reason}`, async () => {
        const answer = await raw(installation().url, bytes)
        const { httpStatus, json } = refusedWith(generation, reason)
        assert.deepEqual(httpStatuses(answer), [httpStatus])
        assert.ok(answer.endsWith(JSON.stringify(json)), answer)
      })

    test(`${generation}: a body that breaks after its request was refused gets no second answer`, async () => {
      const unauthorized = slow.replace(keys[generation], 'unknown')
      const answer = await raw(installation().url, [unauthorized, 'not a length\r\n'], { goesOn: true })
      assert.deepEqual(httpStatuses(answer), [refusedWith(generation, 'api_key_invalid').httpStatus])
    })
  }
})

describe('a client that is slower than it may be', () => {
  const installation = shared({ env: { WAYPOST_REQUEST_TIMEOUT_MS: '500' } })
  const rows: { sends: string; bytes: string; generation: Generation }[] = [
    { sends: 'nothing', bytes: '', generation: 'one' },
    { sends: 'half a head', bytes: head('one'), generation: 'one' },
    ...generations.flatMap((generation) => [
      {
        sends: `half a body to ${paths[generation]}`,
        bytes: `${head(generation)}content-length: 100\r\n\r\n{"messages":[`,
        generation,
      },
      {
        sends: `half a long body to ${paths[generation]}`,
        bytes: `${head(generation)}content-length: 100000\r\n\r\n{"messages":[`,
        generation,
      },
    ]),
  ]
  for (const { sends, bytes, generation } of rows)
    test(`and sends ${sends} gets 21 and the connection is closed`, async () => {
      const answer = await raw(installation().url, bytes, { goesOn: true })
      const { httpStatus, json } = refusedWith(generation, 'payload_malformed')
      assert.deepEqual(httpStatuses(answer), [httpStatus])
      assert.ok(answer.endsWith(JSON.stringify(json)), answer)
      assert.match(answer, /connection: close/i)
    })

  test('is nobody’s message', async () => {
    const { json } = await installation().admin('GET', '/admin/messages')
    assert.deepEqual(json, { items: [], nextCursor: null })
  })
})
