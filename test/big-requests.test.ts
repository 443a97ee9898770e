import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { legacyError, oneError, type ReasonName } from '@waypost/protocol'
import type { BigBody } from './support/big-bodies.ts'
import type { BigHeard, BigSend } from './support/big-sender.ts'
import { type Installation, install, keys } from './support/installation.ts'
import { type Generation, generations, refusedWith } from './support/refusals.ts'
import { shared } from './support/shared.ts'

/**
 * What is in a request is the business's own affair as long as it is alone; here it shares an event loop. Each of these
 * bodies gets its one documented answer, and nobody else waits for it.
 */
const paths = { one: '/v1/message', legacy: '/wa/messages' }

/** The gateway runs in this process, and the sender in another thread. */
async function send(
  { url }: Installation,
  sending: Partial<BigSend> & { body: BigBody; generation: Generation },
) {
  const { generation } = sending
  const workerData: BigSend = {
    url,
    path: paths[generation],
    key: keys[generation],
    chunked: false,
    headers: {},
    ...sending,
  }
  const worker = new Worker(new URL('./support/big-sender.ts', import.meta.url), { workerData })
  const turns = watchTurns()
  const [heard] = (await once(worker, 'message')) as [BigHeard]
  return { ...heard, json: JSON.parse(heard.text) as unknown, longestTurnMs: turns.stop() }
}

/** The longest turn of the event loop, in CPU time of its thread: what else the machine does is left out. */
function watchTurns() {
  const cpuMs = () => {
    const { user, system } = process.threadCpuUsage()
    return (user + system) / 1000
  }
  let last = cpuMs()
  let longest = 0
  let immediate = setImmediate(turn)
  function turn() {
    const now = cpuMs()
    longest = Math.max(longest, now - last)
    last = now
    immediate = setImmediate(turn)
  }
  return {
    stop() {
      clearImmediate(immediate)
      return longest
    },
  }
}

function holdsNobodyUp({ longestTurnMs, healthAnswers, pieces }: Awaited<ReturnType<typeof send>>) {
  assert.equal(healthAnswers, pieces, 'others are answered while it arrives')
  // Parsed as they are, they take seconds.
  assert.ok(longestTurnMs < 400, `the longest turn of the event loop took ${longestTurnMs} ms`)
}

describe('a big request that cannot be sent', () => {
  const installation = shared()
  const rows: { body: BigBody; reason: ReasonName; subject?: string; only?: Generation; isGlobal?: true }[] =
    [
      { body: 'lists in lists', reason: 'payload_malformed', isGlobal: true },
      { body: 'far too many entries', reason: 'too_many_messages', isGlobal: true },
      { body: 'far too many members', reason: 'payload_malformed', isGlobal: true },
      { body: 'a recipient of 29 MB', reason: 'recipient_too_long', subject: '2'.repeat(256) },
      { body: 'a content of 29 MB', reason: 'content_too_long' },
      { body: 'a content of 29 MB, all escapes', reason: 'content_too_long' },
      {
        body: 'a member of 1 MB where a line would do',
        reason: 'parameter_invalid',
        subject: 'location.name',
        only: 'one',
      },
      { body: 'a long string that is not UTF-8', reason: 'payload_malformed', isGlobal: true },
    ]
  for (const { body, reason, subject, only, isGlobal } of rows)
    for (const generation of generations)
      if (!only || only === generation)
        test(`${generation}: ${body} is ${reason}`, async () => {
          const heard = await send(installation(), { body, generation, chunked: generation === 'legacy' })
          const { httpStatus, json } = heard
          if (isGlobal) assert.deepEqual({ httpStatus, json }, refusedWith(generation, reason))
          else assert.deepEqual({ httpStatus, json }, rejectedWith(generation, reason, subject))
          holdsNobodyUp(heard)
        })

  test('nothing of it was stored', async () => {
    const { json } = await installation().admin('GET', '/admin/messages')
    assert.deepEqual(json, { items: [], nextCursor: null })
  })
})

/** One message rejected, in a request of its own. What the answer repeats is short, however long it was. */
function rejectedWith(generation: Generation, reason: ReasonName, subject?: string) {
  const to = reason === 'recipient_too_long' ? '2'.repeat(256) : '27999000001'
  if (generation === 'one') {
    const { httpStatus, code, description } = oneError(reason, subject)
    return {
      httpStatus,
      json: { messages: [{ error: { code, description }, accepted: false, to }], error: null },
    }
  }
  const { httpStatus, errorCode, error } = legacyError(reason, subject)
  const message = { messageId: null, accepted: false, to, error: { errorCode, error }, clientMessageId: null }
  return { httpStatus, json: { messages: [message], error: null } }
}

describe('a big request', () => {
  for (const chunked of [false, true])
    test(`is refused beyond 30 MB, ${chunked ? 'as it arrives' : 'before it is read'}`, async (t) => {
      const installation = await install(t)
      const { httpStatus, json } = await send(installation, {
        body: 'more than 30 MB',
        generation: 'one',
        chunked,
      })
      assert.deepEqual({ httpStatus, json }, refusedWith('one', 'payload_too_big'))
    })

  test('is sent when all that is big about it is a member nobody knows', async (t) => {
    const installation = await install(t)
    const heard = await send(installation, { body: 'an unknown member of 29 MB', generation: 'one' })
    assert.equal(heard.httpStatus, 202)
    holdsNobodyUp(heard)
  })

  test('is the same under its Idempotency-Key only when all of its bytes are', async (t) => {
    const installation = await install(t)
    const again = {
      body: 'an unknown member of 29 MB',
      generation: 'one',
      headers: { 'idempotency-key': 'once' },
    } as const
    const first = await send(installation, again)
    const second = await send(installation, { ...again, chunked: true })
    assert.equal(second.text, first.text)
    const other = await send(installation, { ...again, body: 'a content of 29 MB' })
    assert.deepEqual(
      { httpStatus: other.httpStatus, json: other.json },
      refusedWith('one', 'idempotency_conflict'),
    )
    const { json } = await installation.admin('GET', '/admin/messages')
    assert.equal((json as { items: unknown[] }).items.length, 1)
  })

  test('may be as deep as it likes where it is short, and no member is followed all the way down', async (t) => {
    const installation = await install(t)
    const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`
    const ask = (member: string) =>
      installation.ask('POST', paths.one, {
        key: keys.one,
        body: `{"messages":[{"to":"27999000001",${member}}]}`,
      })
    assert.equal((await ask(`"content":"Hi","shoeSize":${deep}`)).httpStatus, 202)
    assert.equal(
      (await ask(`"location":{"latitude":"1","longitude":"1","shoeSize":${deep}}`)).httpStatus,
      400,
    )
    assert.equal((await ask(`"contacts":${deep}`)).httpStatus, 400)
  })
})
