import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { legacyError, oneError } from '@waypost/protocol'
import { type Heard, type Installation, ids, install, keys, numbers } from './support/installation.ts'

/**
 * The published examples of text, its answers, its callbacks and its errors, against a whole installation: the same
 * members, the same types, and the same values as far as they are neither ids nor times. `fixtures/README.md` says
 * what our copy of them has kept.
 */
interface Example {
  id: number
  kind: 'request' | 'response' | 'callback'
  generation: 'one' | 'legacy'
  context: string
  body: Record<string, unknown>
}

const file = new URL('./fixtures/published.json', import.meta.url)
const published: Example[] = JSON.parse(readFileSync(file, 'utf8'))

function example(id: number): Example {
  return published.find((one) => one.id === id) ?? assert.fail(`there is no example ${id}`)
}

/** Members whose values are ours or the clock's, and which the examples fill with placeholders. */
const own = new Set([
  'messageId',
  'apiMessageId',
  'timestamp',
  'integrationId',
  'integrationName',
  'profileName',
  'relatedMessageId',
  'relatedClientMessageId',
])

/** Members as published, but that an answer echoes its own request's recipient and client id, which the test gave. */
function sameShape(actual: unknown, expected: unknown, path = ''): void {
  if (Array.isArray(expected)) {
    assert.ok(Array.isArray(actual), `${path} is a list`)
    assert.equal(actual.length, expected.length, `${path} has as many entries`)
    for (const [i, entry] of expected.entries()) sameShape(actual[i], entry, `${path}[${i}]`)
  } else if (typeof expected === 'object' && expected !== null) {
    assert.ok(typeof actual === 'object' && actual !== null, `${path} is an object`)
    const members = (value: object) => Object.keys(value).sort()
    assert.deepEqual(members(actual), members(expected), `${path} has the published members`)
    for (const [name, value] of Object.entries(expected))
      sameShape((actual as Record<string, unknown>)[name], value, `${path}.${name}`)
  } else if (own.has(path.split('.').at(-1) ?? '')) {
    const type = (value: unknown) => (value === null ? 'null' : typeof value)
    assert.equal(type(actual), type(expected), `${path} has the published type`)
  } else assert.deepEqual(actual, expected, path)
}

/** The example with the words of an error in it, which our table has, where the fixture has a placeholder. */
function worded(body: Example['body'], words: string): Example['body'] {
  return JSON.parse(JSON.stringify(body).replaceAll('"…"', JSON.stringify(words)))
}

/** The legacy examples leave the top-level `error` out; we send null, as the older pages of the same API show it. */
function withLegacyError(generation: Example['generation'], body: Example['body']): Example['body'] {
  return generation === 'legacy' ? { error: null, ...body } : body
}

describe('published requests and their answers', () => {
  const rows = [
    { request: 1, answer: 77 },
    { request: 2, answer: 4 },
    { request: 6, answer: 77 },
    { request: 7, answer: 9 },
  ]
  for (const { request, answer } of rows)
    test(`example ${request} is answered as example ${answer}, and the text is on the phone`, async (t) => {
      const installation = await install(t)
      const { generation, context, body } = example(request)
      const path = context.replace('POST ', '')
      const heard = await installation.ask('POST', path, { key: keys[generation], body })
      assert.equal(`HTTP ${heard.httpStatus}`, example(answer).context)
      const expected = structuredClone(example(answer).body)
      const [sent] = body.messages as { to: string; clientMessageId: string; content: string }[]
      assert.ok(sent)
      for (const entry of expected.messages as Record<string, unknown>[])
        Object.assign(entry, { to: sent.to, clientMessageId: sent.clientMessageId })
      sameShape(heard.json, withLegacyError(generation, expected))

      const status = generation === 'legacy' ? 'RECEIVED_BY_RECIPIENT' : 'DEVICE_ACK'
      await installation.received[generation].call(({ raw }) => raw.includes(status))
      const texts = (await installation.phone(sent.to)).map(({ text }) => text)
      assert.deepEqual(texts, [sent.content])
    })
})

describe('published answers', () => {
  const send = (to: string[], generation: 'one' | 'legacy') => (installation: Installation) =>
    installation.send(
      generation,
      to.map((recipient) => ({ to: recipient, content: 'Hello' })),
    )
  const [here, notHere] = ['27999000003', '2784']

  const rows: {
    answer: number
    when: string
    ask: (installation: Installation) => Promise<Heard>
    words?: string
  }[] = [
    { answer: 77, when: 'one message is accepted', ask: send([here], 'legacy') },
    {
      answer: 78,
      when: 'one of two is not on WhatsApp',
      ask: send([here, notHere], 'legacy'),
      words: legacyError('not_on_channel').error,
    },
    { answer: 79, when: 'both messages are accepted', ask: send([here, here], 'one') },
    {
      answer: 80,
      when: 'one of two is not on the channel',
      ask: send([here, notHere], 'one'),
      words: oneError('not_on_channel').description,
    },
    {
      answer: 96,
      when: 'the key is unknown',
      ask: ({ ask }) => ask('POST', '/wa/messages', { key: 'unknown', body: { messages: [] } }),
      words: legacyError('api_key_invalid').error,
    },
    {
      answer: 97,
      when: 'the body cannot be read',
      ask: ({ ask }) => ask('POST', '/v1/message', { key: keys.one, body: 'not JSON' }),
      words: oneError('payload_malformed').description,
    },
    {
      answer: 98,
      when: 'the recipient is no number',
      ask: send(['27123'], 'legacy'),
      words: legacyError('recipient_invalid').error,
    },
    {
      answer: 99,
      when: 'the recipient is wrong',
      ask: send(['278'], 'one'),
      words: oneError('recipient_invalid').description,
    },
  ]
  for (const { answer, when, ask, words = 'no error' } of rows)
    test(`example ${answer} when ${when}`, async (t) => {
      const installation = await install(t)
      const heard = await ask(installation)
      const { body, context, generation } = example(answer)
      assert.equal(`HTTP ${heard.httpStatus}`, context)
      sameShape(heard.json, withLegacyError(generation, worded(body, words)))
    })
})

describe('published callbacks', () => {
  for (const { id, generation } of [
    { id: 81, generation: 'legacy' },
    { id: 82, generation: 'one' },
  ] as const)
    test(`example ${id}: a person answers, and the business is told`, async (t) => {
      const installation = await install(t)
      const expected = example(id).body
      const { from, content } = (
        generation === 'legacy' ? expected : (expected.event as { moText: unknown[] }).moText[0]
      ) as { from: string; content: string }
      await installation.send(generation, [{ to: from, content: 'Hello', clientMessageId: 'mine' }])
      await installation.received[generation].call(({ raw }) => raw.includes('mine'))
      const [first] = await installation.phone(from)
      assert.ok(first)
      const replyTo = generation === 'one' ? { replyTo: first.id } : {}
      await installation.askSandbox('POST', `/phones/${from}/messages`, {
        to: numbers[generation],
        type: 'text',
        text: content,
        ...replyTo,
      })
      const call = await installation.received[generation].call(({ raw }) =>
        raw.includes(JSON.stringify(content)),
      )
      sameShape(call.body, expected)
      assert.equal(call.body.integrationId, ids[generation])
    })

  for (const { id, generation } of [
    { id: 94, generation: 'legacy' },
    { id: 95, generation: 'one' },
  ] as const)
    test(`example ${id}: the text reaches the handset, and the business is told`, async (t) => {
      const installation = await install(t)
      await installation.send(generation, [
        { to: '27999000001', content: 'Hello', clientMessageId: 'order-4711' },
      ])
      const status = generation === 'legacy' ? 'RECEIVED_BY_RECIPIENT' : 'DEVICE_ACK'
      const call = await installation.received[generation].call(({ raw }) => raw.includes(status))
      sameShape(call.body, example(id).body)
    })
})
