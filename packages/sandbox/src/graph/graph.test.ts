import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  ask,
  businessNumber,
  messagesOf,
  msisdn,
  open,
  openReceiver,
  phoneNumberId,
  type Refused,
  register,
  type Sent,
  sendText,
  ticksOf,
  userIdOf,
  write,
} from '../testing.ts'

const text = { messaging_product: 'whatsapp', to: msisdn, type: 'text', text: { body: 'Hello' } }

describe('POST /graph/{phone number id}/messages', () => {
  const accepted = [
    { when: 'it is a plain text', body: text, contact: { input: msisdn, wa_id: msisdn } },
    {
      when: 'the number is punctuated',
      body: { ...text, to: '+27 82 000-0001' },
      contact: { input: '+27 82 000-0001', wa_id: msisdn },
    },
    {
      when: 'everything optional is there',
      body: {
        ...text,
        recipient_type: 'individual',
        text: { body: 'x'.repeat(4096), preview_url: true },
        context: { message_id: 'wamid.unknown' },
        biz_opaque_callback_data: 'x'.repeat(512),
      },
      contact: { input: msisdn, wa_id: msisdn },
    },
    {
      when: 'there are 4096 emoji, each two units of UTF-16',
      body: { ...text, text: { body: '😀'.repeat(4096) } },
      contact: { input: msisdn, wa_id: msisdn },
    },
  ]
  for (const { when, body, contact } of accepted) {
    for (const version of ['', '/v23.0']) {
      test(`accepts when ${when}${version && ', with a version in the path'}`, async (t) => {
        const sandbox = await open(t)
        const answer = await ask<Sent>(sandbox, `POST /graph${version}/${phoneNumberId}/messages`, body)
        assert.equal(answer.status, 200)
        const { messages, ...rest } = answer.body
        assert.deepEqual(rest, { messaging_product: 'whatsapp', contacts: [contact] })
        assert.equal(messages.length, 1)
        assert.match(messages[0]?.id ?? '', /^wamid\.[A-Za-z0-9+/]+={0,2}$/)
      })
    }
  }

  test('accepts a user id instead of a number, and delivers to the same phone', async (t) => {
    const sandbox = await open(t)
    const { to, ...rest } = text
    const recipient = await userIdOf(sandbox)
    const answer = await ask<Sent>(sandbox, `POST /graph/${phoneNumberId}/messages`, { ...rest, recipient })
    assert.deepEqual(answer.body.contacts, [{ input: recipient, user_id: recipient }])
    assert.equal((await messagesOf(sandbox, to)).length, 1)
  })

  const refusals: { when: string; body: unknown; code: number; details: RegExp }[] = [
    { when: 'the body is not JSON', body: '{', code: 100, details: /JSON/ },
    { when: 'the body is a list', body: [], code: 100, details: /type is required/ },
    {
      when: 'messaging_product is missing',
      body: without('messaging_product'),
      code: 100,
      details: /^The parameter messaging_product is required\.$/,
    },
    {
      when: 'messaging_product is another',
      body: { ...text, messaging_product: 'sms' },
      code: 100,
      details: /messaging_product must be "whatsapp"/,
    },
    { when: 'to is missing', body: without('to'), code: 100, details: /^The parameter to is required\.$/ },
    {
      when: 'to is a number of JSON',
      body: { ...text, to: 27820000001 },
      code: 100,
      details: /to must be of type string/,
    },
    { when: 'to has no digits', body: { ...text, to: 'somebody' }, code: 131009, details: /to "somebody"/ },
    {
      when: 'the user id is nobody',
      body: { ...without('to'), recipient: 'US.1' },
      code: 131009,
      details: /recipient/,
    },
    {
      when: 'type is missing',
      body: without('type'),
      code: 100,
      details: /^The parameter type is required\.$/,
    },
    {
      when: 'the type is of a later issue',
      body: { ...text, type: 'interactive' },
      code: 131051,
      details: /"interactive"/,
    },
    {
      when: 'the type is a member of all objects',
      body: { ...text, type: 'toString' },
      code: 131051,
      details: /toString/,
    },
    {
      when: 'the content is missing',
      body: without('text'),
      code: 100,
      details: /^The parameter text is required\.$/,
    },
    {
      when: 'the text is missing',
      body: { ...text, text: {} },
      code: 131008,
      details: /text\['body'\] is required/,
    },
    {
      when: 'the text is empty',
      body: { ...text, text: { body: '' } },
      code: 131008,
      details: /text\['body'\] is required/,
    },
    {
      when: 'the text is too long',
      body: { ...text, text: { body: 'x'.repeat(4097) } },
      code: 100,
      details: /text\['body'\] must be at most 4096 characters long/,
    },
    {
      when: 'a key is unknown',
      body: { ...text, colour: 'red' },
      code: 100,
      details: /^Unexpected key "colour"\.$/,
    },
    {
      when: 'a key inside is unknown',
      body: { ...text, text: { body: 'x', colour: 'red' } },
      code: 100,
      details: /^Unexpected key "colour" on param "text"\.$/,
    },
    {
      when: 'the callback data is too long',
      body: { ...text, biz_opaque_callback_data: 'x'.repeat(513) },
      code: 100,
      details: /at most 512/,
    },
    {
      when: 'a business writes to itself',
      body: { ...text, to: businessNumber },
      code: 131021,
      details: /sender/,
    },
  ]
  for (const { when, body, code, details } of refusals) {
    test(`refuses with ${code} when ${when}`, async (t) => {
      const sandbox = await open(t)
      const answer = await ask<Refused>(sandbox, `POST /graph/v23.0/${phoneNumberId}/messages`, body)
      assert.equal(answer.status, 400)
      const { error } = answer.body
      assert.deepEqual(Object.keys(error), ['message', 'type', 'code', 'error_data', 'fbtrace_id'])
      assert.equal(error.code, code)
      assert.ok(error.message.startsWith(`(#${code}) `), error.message)
      assert.equal(error.type, 'OAuthException')
      assert.equal(error.error_data.messaging_product, 'whatsapp')
      assert.match(error.error_data.details, details)
      assert.match(error.fbtrace_id, /^A[\w-]{22}$/)
      assert.deepEqual((await ask(sandbox, 'GET /phones')).body, [], 'nothing was sent')
    })
  }

  for (const authorization of ['', 'Bearer ', 'Basic abc']) {
    test(`refuses with 190 when the authorization is "${authorization}"`, async (t) => {
      const sandbox = await open(t)
      const answer = await ask<Refused>(sandbox, `POST /graph/${phoneNumberId}/messages`, text, {
        authorization,
      })
      assert.equal(answer.status, 401)
      assert.equal(answer.body.error.code, 190)
    })
  }
})

describe('marking as read', () => {
  test('turns the ticks of what the person wrote', async (t) => {
    const sandbox = await open(t)
    const receiver = await openReceiver(t)
    await register(sandbox, receiver.url)
    const written = await write(sandbox, 'Hi')
    const read = { messaging_product: 'whatsapp', status: 'read', message_id: written.body.id }
    const answer = await ask(sandbox, `POST /graph/${phoneNumberId}/messages`, {
      ...read,
      typing_indicator: { type: 'text' },
    })
    assert.deepEqual([answer.status, answer.body], [200, { success: true }])
    assert.equal(await ticksOf(sandbox), 'read')

    const byAnother = await ask<Refused>(sandbox, 'POST /graph/id-2799900102/messages', read)
    assert.equal(byAnother.body.error.code, 131009)
  })

  test('is refused for a message the business sent itself', async (t) => {
    const sandbox = await open(t)
    const message_id = await sendText(sandbox, 'Hello')
    const read = { messaging_product: 'whatsapp', status: 'read', message_id }
    const answer = await ask<Refused>(sandbox, `POST /graph/${phoneNumberId}/messages`, read)
    assert.equal(answer.body.error.code, 131009)
  })
})

describe('a phone number', () => {
  test('is described, with the webhook once one is registered', async (t) => {
    const sandbox = await open(t)
    const receiver = await openReceiver(t)
    const path = `/graph/v23.0/${phoneNumberId}`
    const described = { id: phoneNumberId, display_phone_number: businessNumber }
    assert.deepEqual((await ask(sandbox, `GET ${path}`)).body, { ...described, webhook_configuration: {} })
    assert.deepEqual((await ask(sandbox, 'GET /businesses')).body, [])

    const configuration = { override_callback_uri: receiver.url, verify_token: 'verify-me' }
    const answer = await ask(sandbox, `POST ${path}`, { webhook_configuration: configuration })
    assert.deepEqual(answer.body, { success: true })
    const webhook_configuration = { phone_number: receiver.url }
    assert.deepEqual((await ask(sandbox, `GET ${path}`)).body, { ...described, webhook_configuration })
    const registered = { number: businessNumber, phoneNumberId, webhook: receiver.url }
    assert.deepEqual((await ask(sandbox, 'GET /businesses')).body, [registered])

    await ask(sandbox, `POST ${path}`, { webhook_configuration: { override_callback_uri: '' } })
    assert.deepEqual((await ask(sandbox, 'GET /businesses')).body, [{ ...registered, webhook: null }])
  })

  const failures = [
    { when: 'the receiver refuses the token', token: 'wrong', code: 2200, details: /HTTP Status Code = 403/ },
    { when: 'nobody listens', url: 'http://127.0.0.1:1/', code: 2200, details: /ECONNREFUSED/ },
    { when: 'the URL is none', url: 'somewhere', code: 100, details: /must be a URL/ },
    { when: 'the scheme is another', url: 'file:///etc/passwd', code: 100, details: /must be a URL/ },
  ]
  for (const { when, url, token = 'verify-me', code, details } of failures) {
    test(`keeps its webhook when ${when}`, async (t) => {
      const sandbox = await open(t)
      const receiver = await openReceiver(t)
      const answer = await ask<Refused>(sandbox, `POST /graph/${phoneNumberId}`, {
        webhook_configuration: { override_callback_uri: url ?? receiver.url, verify_token: token },
      })
      assert.equal(answer.status, 400)
      assert.equal(answer.body.error.code, code)
      assert.match(answer.body.error.error_data.details, details)
      assert.deepEqual((await ask(sandbox, 'GET /businesses')).body, [])
    })
  }

  test('without digits is unknown', async (t) => {
    const answer = await ask<Refused>(await open(t), 'GET /graph/v23.0/nobody')
    assert.deepEqual([answer.status, answer.body.error.code], [400, 100])
  })
})

test('a path Graph does not have is answered with its envelope', async (t) => {
  const answer = await ask<Refused>(await open(t), `GET /graph/v23.0/${phoneNumberId}/nothing/here`)
  assert.deepEqual([answer.status, answer.body.error.code], [400, 2500])
})

function without(key: keyof typeof text): Partial<typeof text> {
  const { [key]: _, ...rest } = text
  return rest
}
