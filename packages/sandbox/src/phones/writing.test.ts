import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, type TestContext, test } from 'node:test'
import {
  ask,
  businessNumber,
  changesOf,
  messagesOf,
  msisdn,
  open,
  openReceiver,
  phoneNumberId,
  type Receiver,
  register,
  type ShownMessage,
  sendText,
  until,
} from '../testing.ts'

const path = `/phones/${msisdn}`
const bytes = Buffer.from('what the file holds')
const data = bytes.toString('base64')
const sha256 = createHash('sha256').update(bytes).digest()

describe('a person', () => {
  const files = [
    { contentType: 'image/jpeg', kind: 'image', more: { caption: 'Look' }, said: { caption: 'Look' } },
    { contentType: 'video/mp4', kind: 'video' },
    { contentType: 'audio/mpeg', kind: 'audio', said: { voice: false } },
    { contentType: 'audio/ogg; codecs=opus', kind: 'audio', said: { voice: true } },
    { contentType: 'image/webp', kind: 'sticker', said: { animated: false } },
    {
      contentType: 'application/pdf',
      kind: 'document',
      more: { fileName: 'a b.pdf', caption: 'Read' },
      said: { filename: 'a b.pdf', caption: 'Read' },
    },
    { contentType: 'image/gif', kind: 'document' },
  ]
  for (const { contentType, kind, more = {}, said = {} } of files) {
    test(`sends ${contentType}, which reaches the business as ${kind} with its hash in base64`, async (t) => {
      const { sandbox, receiver } = await registered(t)
      const media = { contentType, data, ...more }
      const answer = await ask<ShownMessage>(
        sandbox,
        `POST ${path}/messages`,
        write({ type: 'media', media }),
      )
      assert.equal(answer.status, 201, JSON.stringify(answer.body))
      const message = await messageIn(receiver)
      assert.equal(message.type, kind)
      const { id, ...file } = (message as unknown as Record<string, { id: string }>)[kind] ?? assert.fail()
      assert.match(id, /^\d+$/)
      assert.deepEqual(file, {
        mime_type: contentType,
        sha256: sha256.toString('base64'),
        ...said,
      })
    })
  }

  test('sends a file that Graph hands to its number by id, and that shows on the phone', async (t) => {
    const { sandbox, receiver } = await registered(t)
    const media = { contentType: 'image/png', data }
    const { body } = await ask<ShownMessage>(
      sandbox,
      `POST ${path}/messages`,
      write({ type: 'media', media }),
    )
    const { id } = (await messageIn(receiver)).image

    const node = await ask<{ url: string }>(
      sandbox,
      `GET /graph/v23.0/${id}?phone_number_id=${phoneNumberId}`,
    )
    assert.partialDeepStrictEqual(node.body, { id, mime_type: 'image/png', sha256: sha256.toString('hex') })
    const fetched = await fetch(node.body.url, { headers: { authorization: 'Bearer any' } })
    assert.deepEqual(Buffer.from(await fetched.arrayBuffer()), bytes)
    assert.equal((await fetch(node.body.url)).status, 401)

    assert.partialDeepStrictEqual(body, { kind: 'image', media: { contentType: 'image/png', bytes: 19 } })
    const shown = await fetch(`${sandbox.url}${path}/messages/${body.id}/media`)
    assert.deepEqual(Buffer.from(await shown.arrayBuffer()), bytes)
  })

  test('sends a file whose id is good for seven days; the phone keeps it', async (t) => {
    let at = 1_795_000_000_000
    const { sandbox, receiver } = await registered(t, { now: () => at })
    const media = { contentType: 'image/png', data }
    const { body } = await ask<ShownMessage>(
      sandbox,
      `POST ${path}/messages`,
      write({ type: 'media', media }),
    )
    const { id } = (await messageIn(receiver)).image
    at += 7 * 86_400_000 - 1
    assert.equal((await ask(sandbox, `GET /graph/v23.0/${id}`)).status, 200)
    at += 1
    assert.equal((await ask(sandbox, `GET /graph/v23.0/${id}`)).status, 400)
    assert.equal((await fetch(`${sandbox.url}${path}/messages/${body.id}/media`)).status, 200)
  })

  test('sends a place', async (t) => {
    const { sandbox, receiver } = await registered(t)
    const location = { latitude: -33.9, longitude: 18.4, name: 'V&A', address: 'Cape Town' }
    await ask(sandbox, `POST ${path}/messages`, write({ type: 'location', location }))
    assert.partialDeepStrictEqual(await messageIn(receiver), { type: 'location', location })
    assert.partialDeepStrictEqual(await messagesOf(sandbox), [
      { kind: 'location', location, direction: 'out' },
    ])
  })

  test('sends contacts, whose members have the One API’s names here and Meta’s there', async (t) => {
    const { sandbox, receiver } = await registered(t)
    const contacts = [
      {
        name: { formattedName: 'John Smith', firstName: 'John' },
        addresses: [{ street: '1 Road', countryCode: 'ZA' }],
        phones: [{ phone: '+27 82', type: 'HOME', waId: '2782' }],
        birthday: '2000-01-31',
      },
    ]
    await ask(sandbox, `POST ${path}/messages`, write({ type: 'contacts', contacts }))
    assert.deepEqual((await messageIn(receiver)).contacts, [
      {
        name: { formatted_name: 'John Smith', first_name: 'John' },
        addresses: [{ street: '1 Road', country_code: 'ZA' }],
        phones: [{ phone: '+27 82', type: 'HOME', wa_id: '2782' }],
        birthday: '2000-01-31',
      },
    ])
    assert.partialDeepStrictEqual(await messagesOf(sandbox), [{ kind: 'contacts', contacts }])
  })

  for (const { emoji, said } of [
    { emoji: '👍🏽', said: { emoji: '👍🏽' } },
    { emoji: '', said: {} },
  ]) {
    test(`reacts with ${emoji || 'nothing, which takes the reaction back'}`, async (t) => {
      const { sandbox, receiver } = await registered(t)
      const messageId = await sendText(sandbox, 'Hello')
      await ask(sandbox, `POST ${path}/messages`, write({ type: 'reaction', reaction: { messageId, emoji } }))
      const message = await messageIn(receiver)
      assert.equal(message.type, 'reaction')
      assert.deepEqual(message.reaction, { message_id: messageId, ...said })
    })
  }

  test('quotes with whatever is sent', async (t) => {
    const { sandbox, receiver } = await registered(t)
    const replyTo = await sendText(sandbox, 'Where?')
    const location = { latitude: 0, longitude: 0 }
    await ask(sandbox, `POST ${path}/messages`, write({ type: 'location', location, replyTo }))
    assert.deepEqual((await messageIn(receiver)).context, { from: businessNumber, id: replyTo })
  })

  const refused = [
    { what: 'a type that is none', body: { type: 'poll' }, status: 400 },
    { what: 'a file that is not base64', body: file({ data: 'a*' }), status: 400 },
    { what: 'a file without bytes', body: file({ data: '' }), status: 400 },
    { what: 'a file of no content type', body: file({ contentType: 'picture' }), status: 400 },
    {
      what: 'a file that is larger than its kind may be',
      body: file({ contentType: 'image/webp', data: Buffer.alloc(501 * 1024).toString('base64') }),
      status: 413,
    },
    { what: 'a place beyond the globe', body: place({ latitude: 91, longitude: 0 }), status: 400 },
    { what: 'no contact', body: { type: 'contacts', contacts: [] }, status: 400 },
    { what: 'a contact without a name', body: { type: 'contacts', contacts: [{ name: {} }] }, status: 400 },
    { what: 'a word as a reaction', body: reaction('yes'), status: 400 },
    { what: 'a reaction to what is not there', body: reaction('👍'), status: 400 },
  ]
  for (const { what, body, status } of refused) {
    test(`is refused ${what} with ${status}`, async (t) => {
      const { sandbox } = await registered(t)
      const answer = await ask<{ error: string }>(sandbox, `POST ${path}/messages`, write(body))
      assert.equal(answer.status, status, JSON.stringify(answer.body))
      assert.deepEqual(await messagesOf(sandbox), [])
    })
  }
})

function file(more: object): object {
  return { type: 'media', media: { contentType: 'image/png', data, ...more } }
}

function place(location: object): object {
  return { type: 'location', location }
}

function reaction(emoji: string): object {
  return { type: 'reaction', reaction: { messageId: 'wamid.nothing', emoji } }
}

function write(what: object): object {
  return { to: businessNumber, ...what }
}

interface WebhookMessage {
  type: string
  image: { id: string }
  contacts: object[]
  reaction: object
  context: object
}

async function messageIn(receiver: Receiver): Promise<WebhookMessage> {
  await until('the message is there', () => receiver.messages().length === 1)
  const [message] = changesOf(receiver.posts).flatMap(({ value }) => value.messages ?? [])
  assert.ok(message)
  return message as unknown as WebhookMessage // its assertions find out
}

async function registered(t: TestContext, options: { now?(): number } = {}) {
  const sandbox = await open(t, options)
  const receiver = await openReceiver(t)
  await register(sandbox, receiver.url)
  return { sandbox, receiver }
}
