import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { legacyError, oneError, type ReasonName } from '@waypost/protocol'
import { ids, install, keys, numbers, type Overrides } from './support/installation.ts'
import { type Generation, generations, refusedWith } from './support/refusals.ts'
import { shared } from './support/shared.ts'

/**
 * What bad messages gets: the documented code in the documented shape, in both generations; never a stack trace, never a
 * 5xx, and nothing stored.
 */
const text = { to: '27999000001', content: 'Hello' }

describe('a message that cannot be sent', () => {
  const installation = shared({
    legacy: { mode: 'sandbox', recipients: { 27999000001: null } },
  })
  const rows: { what: string; message: unknown; reason: ReasonName; subject?: string; only?: Generation }[] =
    [
      { what: 'no recipient', message: { content: 'Hi' }, reason: 'recipient_missing' },
      { what: 'an empty recipient', message: { to: '', content: 'Hi' }, reason: 'recipient_missing' },
      { what: 'a recipient that is null', message: { to: null, content: 'Hi' }, reason: 'recipient_missing' },
      {
        what: 'a recipient that is a number',
        message: { to: 27999000001, content: 'Hi' },
        reason: 'recipient_invalid',
      },
      {
        what: 'letters in the recipient',
        message: { to: '27999x', content: 'Hi' },
        reason: 'recipient_invalid',
        subject: '27999x',
      },
      {
        what: 'a recipient that is too short',
        message: { to: '27999', content: 'Hi' },
        reason: 'recipient_too_short',
        subject: '27999',
      },
      {
        what: 'a recipient that is too long',
        message: { to: '2799900000111', content: 'Hi' },
        reason: 'recipient_too_long',
        subject: '2799900000111',
      },
      {
        what: 'an unknown country',
        message: { to: '99999000001', content: 'Hi' },
        reason: 'country_code_invalid',
        subject: '99999000001',
      },
      {
        what: '4097 emoji',
        message: { ...text, content: '🙂'.repeat(4097) },
        reason: 'content_too_long',
      },
      {
        what: 'emoji without end',
        message: { ...text, content: '🙂'.repeat(100_000) },
        reason: 'content_too_long',
      },
      {
        what: 'a client id that is no text',
        message: { ...text, clientMessageId: 7 },
        reason: 'parameter_invalid',
        subject: 'clientMessageId',
      },
      {
        what: 'a client id of 129 characters',
        message: { ...text, clientMessageId: 'x'.repeat(129) },
        reason: 'client_message_id_too_long',
      },
      {
        what: 'an entry that is no object',
        message: 'Hello',
        reason: 'parameter_invalid',
        subject: 'messages',
      },
      {
        what: 'an unknown channel',
        message: { ...text, channel: 'fax' },
        reason: 'parameter_invalid',
        subject: 'channel',
        only: 'one',
      },
      {
        what: 'a channel that is not linked',
        message: { ...text, channel: 'sms' },
        reason: 'channel_not_linked',
        only: 'one',
      },
      {
        what: 'the sender of somebody else',
        message: { ...text, from: '2799900102' },
        reason: 'sender_foreign',
        only: 'one',
      },
      {
        what: 'another character set',
        message: { ...text, charset: 'ISO-8859-1' },
        reason: 'charset_not_supported',
        subject: 'ISO-8859-1',
        only: 'one',
      },
      {
        what: 'a recipient that is not on the list of a sandbox integration',
        message: { ...text, to: '27999000002' },
        reason: 'not_on_sandbox',
        subject: '27999000002',
        only: 'legacy',
      },
    ]
  for (const { what, message, reason, subject, only } of rows)
    for (const generation of generations)
      if (!only || only === generation)
        test(`${generation}: ${what} is ${reason}, and its neighbour goes out`, async () => {
          const alone = await installation().send(generation, [message])
          const { json, httpStatus } = await installation().send(generation, [message, text])
          const [rejected, accepted] = (json as { messages: Record<string, unknown>[] }).messages
          assert.equal(accepted?.accepted, true)
          assert.equal(rejected?.accepted, false)
          if (generation === 'one') {
            const { code, description, httpStatus: own } = oneError(reason, subject)
            assert.deepEqual(rejected?.error, { code, description })
            assert.ok(!('apiMessageId' in rejected))
            assert.deepEqual([alone.httpStatus, httpStatus], [own, 207])
          } else {
            const { errorCode, error } = legacyError(reason, subject)
            assert.deepEqual(rejected?.error, { errorCode, error })
            assert.equal(rejected?.messageId, null)
            assert.deepEqual([alone.httpStatus, httpStatus], [202, 202])
          }
        })

  test('members that are not known are ignored, null counts as left out, and of a doubled key the last one counts', async () => {
    const body =
      '{"messages":[{"to":"278","to":"27999000001","content":"Hi","clientMessageId":null,"channel":null,"shoeSize":46}],"more":{}}'
    const { httpStatus } = await installation().ask('POST', '/v1/message', { key: keys.one, body })
    assert.equal(httpStatus, 202)
  })

  for (const generation of generations)
    test(`${generation}: 4096 emoji and a client id of 128 are fine, and arrive`, async () => {
      const message = { ...text, content: '🙂'.repeat(4096), clientMessageId: '🙂'.repeat(128) }
      await installation().send(generation, [message])
      await installation().received[generation].call(({ raw }) => raw.includes(message.clientMessageId))
      const arrived = await installation().phone(text.to)
      assert.ok(arrived.some((each) => each.from === numbers[generation] && each.text === message.content))
    })

  test('a prototype in the body is data like any other', async () => {
    const body = '{"messages":[{"__proto__":{"content":"Hi"},"to":"27999000001"}]}'
    const { json } = await installation().ask('POST', '/v1/message', { key: keys.one, body })
    assert.equal((json as { messages: { error: { code: number } }[] }).messages[0]?.error.code, 23)
  })
})

describe('too many messages', () => {
  const installation = shared({ env: { WAYPOST_MAX_MESSAGES: '3' } })
  const four = Array.from({ length: 4 }, () => text)

  test('One API: the request is refused with 22', async () => {
    const { httpStatus, json } = await installation().send('one', four)
    assert.deepEqual({ httpStatus, json }, refusedWith('one', 'too_many_messages'))
  })
  test('legacy: each entry is refused with 153', async () => {
    const { httpStatus, json } = await installation().send('legacy', four)
    const { messages } = json as { messages: { error: { errorCode: number } }[] }
    assert.equal(httpStatus, 202)
    assert.deepEqual(
      messages.map(({ error }) => error.errorCode),
      [153, 153, 153, 153],
    )
  })
  test('legacy: far too many get one error, so that the answer stays small', async () => {
    const { httpStatus, json } = await installation().send(
      'legacy',
      Array.from({ length: 1001 }, () => text),
    )
    assert.deepEqual({ httpStatus, json }, refusedWith('legacy', 'too_many_messages'))
  })
  test('nothing was stored', async () => {
    const { json } = await installation().admin('GET', '/admin/messages')
    assert.deepEqual(json, { items: [], nextCursor: null })
  })
})

describe('settings that keep messages back', () => {
  const rows: { what: string; overrides: Overrides; one: ReasonName; legacy: ReasonName }[] = [
    {
      what: 'a suspended sender',
      overrides: sender({ suspended: true }),
      one: 'sender_suspended',
      legacy: 'sender_suspended',
    },
    {
      what: 'a channel that is switched off',
      overrides: sender({ active: false }),
      one: 'channel_inactive',
      legacy: 'channel_inactive',
    },
    {
      what: 'no channel',
      overrides: { one: { whatsapp: null }, legacy: { whatsapp: null } },
      one: 'channel_not_linked',
      legacy: 'channel_not_linked',
    },
    {
      what: 'an expired demo',
      overrides: each({ demoExpiresAt: '2020-01-01T00:00:00Z' }),
      one: 'demo_expired',
      legacy: 'demo_expired',
    },
    {
      what: 'more test numbers than the account may have',
      overrides: {
        ...each({ mode: 'sandbox', recipients: { 27999000001: null, 27999000002: null } }),
        account: { testNumbersMax: 1 },
      },
      one: 'test_numbers_exceeded',
      legacy: 'test_numbers_exceeded',
    },
  ]
  function each(members: Record<string, unknown>): Overrides {
    return { one: members, legacy: members }
  }
  function sender(members: Record<string, unknown>): Overrides {
    const whatsapp = (from: string) => ({
      from,
      supplier: 'whatsapp-cloud',
      baseUrl: 'http://127.0.0.1:1/graph',
      phoneNumberId: `id-${from}`,
      accessToken: 'sandbox',
      appSecret: 'sandbox-app-secret',
      ...members,
    })
    return { one: { whatsapp: whatsapp('2799900101') }, legacy: { whatsapp: whatsapp('2799900102') } }
  }

  for (const { what, overrides, ...reasons } of rows)
    test(`${what}: ${reasons.one}`, async (t) => {
      const installation = await install(t, overrides)
      const one = await installation.send('one', [text])
      const { code, description } = oneError(reasons.one, text.to)
      assert.deepEqual((one.json as { messages: { error: object }[] }).messages[0]?.error, {
        code,
        description,
      })
      const legacy = await installation.send('legacy', [text])
      const { errorCode, error } = legacyError(reasons.legacy, text.to)
      assert.deepEqual((legacy.json as { messages: { error: object }[] }).messages[0]?.error, {
        errorCode,
        error,
      })
    })

  test('a person who has opted out: opted_out, after what is wrong with the number and before the list of a sandbox', async (t) => {
    const installation = await install(
      t,
      each({ mode: 'sandbox', recipients: { 27999000001: null, 27999000003: 'not_on_channel' } }),
    )
    for (const id of [ids.one, ids.legacy])
      for (const msisdn of ['27999000001', '27999000002', '27999000003'])
        await installation.admin('PUT', `/admin/integrations/${id}/opt-outs/${msisdn}`)
    const rows: { to: string; reason: ReasonName }[] = [
      { to: '27999000001', reason: 'opted_out' },
      { to: '27999000002', reason: 'opted_out' },
      { to: '27999000003', reason: 'not_on_channel' },
      { to: '+27999000001', reason: 'recipient_invalid' },
      { to: '27999000004', reason: 'not_on_sandbox' },
    ]
    const messages = rows.map(({ to }) => ({ to, content: 'Hello' }))
    const one = await installation.send('one', messages)
    const legacy = await installation.send('legacy', messages)
    assert.deepEqual(
      (one.json as { messages: { error: object }[] }).messages.map(({ error }) => error),
      rows.map(({ to, reason }) => {
        const { code, description } = oneError(reason, to)
        return { code, description }
      }),
    )
    assert.deepEqual(
      (legacy.json as { messages: { error: object }[] }).messages.map(({ error }) => error),
      rows.map(({ to, reason }) => {
        const { errorCode, error } = legacyError(reason, to)
        return { errorCode, error }
      }),
    )
    const { json } = await installation.admin('GET', '/admin/messages')
    assert.deepEqual(json, { items: [], nextCursor: null }, 'nothing was stored')
  })

  test('the account’s daily quota: legacy error 110, One API status 27', async (t) => {
    const installation = await install(t, { account: { perDay: 1 } })
    await installation.send('one', [text])
    const legacy = await installation.send('legacy', [text])
    assert.equal(
      (legacy.json as { messages: { error: { errorCode: number } }[] }).messages[0]?.error.errorCode,
      110,
    )
    const one = await installation.send('one', [{ ...text, clientMessageId: 'over' }])
    assert.equal(one.httpStatus, 202)
    const { body } = await installation.received.one.call(
      ({ raw }) => raw.includes('over') && raw.includes('VOLUME_LIMIT_DAILY'),
    )
    assert.match(JSON.stringify(body), /"statusCode":27/)
    await installation.restart()
    const again = await installation.send('legacy', [text])
    assert.equal(
      (again.json as { messages: { error: { errorCode: number } }[] }).messages[0]?.error.errorCode,
      110,
      'a restart forgets nothing',
    )
  })
})
