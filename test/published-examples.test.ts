import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Heard, type Installation, ids, install, keys, numbers } from './support/installation.ts'
import { type Example, example, sameShape, withLegacyError } from './support/published.ts'

/** The published answers, callbacks and errors of text, against a whole installation. */

/** The example with the words of its error in it, where the fixture has a placeholder. */
function worded(body: Example['body'], words: string): Example['body'] {
  return JSON.parse(JSON.stringify(body).replaceAll('"…"', JSON.stringify(words)))
}

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
      words: 'Not approved WhatsApp number.',
    },
    { answer: 79, when: 'both messages are accepted', ask: send([here, here], 'one') },
    {
      answer: 80,
      when: 'one of two is not on the channel',
      ask: send([here, notHere], 'one'),
      words: 'Recipient not available on channel.',
    },
    {
      answer: 96,
      when: 'the key is unknown',
      ask: ({ ask }) => ask('POST', '/wa/messages', { key: 'unknown', body: { messages: [] } }),
      words: 'Invalid or missing Integration API Key.',
    },
    {
      answer: 97,
      when: 'the body cannot be read',
      ask: ({ ask }) => ask('POST', '/v1/message', { key: keys.one, body: 'not JSON' }),
      words: 'Payload data is malformed.',
    },
    {
      answer: 98,
      when: 'the recipient is no number',
      ask: send(['27123'], 'legacy'),
      words: 'Invalid destination address.',
    },
    {
      answer: 99,
      when: 'the recipient is wrong',
      ask: send(['278'], 'one'),
      words: 'Invalid or missing parameter: to .',
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
