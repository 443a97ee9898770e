import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { eventually } from './support/eventually.ts'
import { type Installation, ids, install, numbers } from './support/installation.ts'
import { receiver } from './support/receiver.ts'

/** What the business is told, and how it can rely on it. */
const send = (installation: Installation, content = 'Hello') =>
  installation.send('one', [{ to: '27999000001', content, clientMessageId: content }])

async function callbacks({ admin }: Installation, state: string) {
  const { json } = await admin('GET', `/admin/callbacks?integrationId=${ids.one}&state=${state}`)
  return (json as { items: { id: string; sequence: number; attempts: number; lastAttempt: object }[] }).items
}

describe('a callback', () => {
  test('is signed beside its fixed body, and carries HTTP Basic as configured', async (t) => {
    const own = await receiver(t)
    const signingSecret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`
    const installation = await install(t, {
      one: {
        signingSecret,
        callbacks: {
          messageUrl: own.url,
          statusUrl: own.url,
          basicAuth: { username: 'acme', password: 'open sesame' },
        },
      },
    })
    await send(installation)
    const { headers, raw, body } = await own.call(({ raw }) => raw.includes('DEVICE_ACK'))
    assert.deepEqual(new Webhook(signingSecret).verify(raw, headers as Record<string, string>), body)
    assert.equal(headers.authorization, `Basic ${Buffer.from('acme:open sesame').toString('base64')}`)
    assert.match(String(headers['waypost-sequence']), /^\d+$/)
  })

  test('that failed is tried again under the same id', async (t) => {
    const installation = await install(t)
    const { one } = installation.received
    one.answerWith(() => (one.calls.length < 3 ? 500 : 204))
    await send(installation)
    const first = await one.call(({ raw }) => raw.includes('SENT_TO_SUPPLIER'))
    const again = await one.call(
      (call) => call !== first && call.headers['webhook-id'] === first.headers['webhook-id'],
      15_000,
    )
    assert.equal(again.raw, first.raw)
    assert.equal(again.headers['waypost-sequence'], first.headers['waypost-sequence'])
  })

  test('that is redirected is a dead letter at once, and can be replayed', async (t) => {
    const installation = await install(t)
    const { one } = installation.received
    one.answerWith(() => 302)
    await send(installation)
    const dead = await eventually(async () => {
      const found = await callbacks(installation, 'dead')
      return found.length === 2 && found
    }, 'both events are dead letters')
    assert.equal(one.calls.length, 2, 'none was tried twice')

    one.answerWith(() => 204)
    const { httpStatus } = await installation.admin('POST', `/admin/callbacks/${dead[0]?.id}/replay`)
    assert.ok(httpStatus >= 200 && httpStatus < 300)
    await one.call((call) => call.headers['webhook-id'] === dead[0]?.id && one.calls.indexOf(call) >= 2)
    await installation.admin('POST', `/admin/integrations/${ids.one}/callbacks/replay`, {
      endpoint: 'status',
      fromSequence: 1,
      toSequence: 2,
    })
    await eventually(
      async () => (await callbacks(installation, 'dead')).length === 0,
      'the other one as well',
    )
  })

  test('to a private address is refused when the operator does not allow it, and no connection is made', async (t) => {
    const installation = await install(t, {
      env: { WAYPOST_CALLBACKS_ALLOW_PRIVATE: 'false' },
      one: { callbacks: {} },
      legacy: { callbacks: {} },
    })
    const { httpStatus } = await installation.admin('PATCH', `/admin/integrations/${ids.one}`, {
      callbacks: { messageUrl: installation.received.one.url },
    })
    assert.equal(httpStatus, 400)
    // A name is not judged until it is connected to.
    await installation.admin('PATCH', `/admin/integrations/${ids.one}`, {
      callbacks: { statusUrl: installation.received.one.url.replace('127.0.0.1', 'localhost') },
    })
    await send(installation)
    await eventually(async () => {
      const [failed] = await callbacks(installation, 'waiting')
      return JSON.stringify(failed?.lastAttempt ?? {}).includes('forbidden address')
    }, 'the attempt is refused')
    assert.equal(installation.received.one.calls.length, 0)
  })

  test('waits without a URL, and is told as soon as there is one', async (t) => {
    const installation = await install(t, { one: { callbacks: {} } })
    await send(installation)
    await eventually(
      async () => (await callbacks(installation, 'waiting')).length === 2,
      'the events are kept',
    )
    await installation.admin('PATCH', `/admin/integrations/${ids.one}`, {
      callbacks: { statusUrl: installation.received.one.url },
    })
    await installation.received.one.call(({ raw }) => raw.includes('DEVICE_ACK'))
  })
})

describe('endpoints', () => {
  test('one that hangs delays no other', async (t) => {
    const hung = Promise.withResolvers<void>()
    t.after(async () => hung.resolve()) // before the gateway stops, which waits for the callback under way
    const silent = await receiver(t, () => hung.promise)
    const installation = await install(t)
    await installation.admin('PATCH', `/admin/integrations/${ids.one}`, {
      callbacks: { messageUrl: silent.url, statusUrl: silent.url },
    })
    for (let i = 0; i < 5; i++) await send(installation, `slow-${i}`)
    await eventually(async () => silent.calls.length > 0, 'the slow one was asked')
    await installation.send('legacy', [{ to: '27999000002', content: 'Hello', clientMessageId: 'quick' }])
    await installation.received.legacy.call(({ raw }) => raw.includes('RECEIVED_BY_RECIPIENT'), 3000)
  })

  test('are two: messages and statuses, each with a sequence of its own', async (t) => {
    const [messages, statuses] = [await receiver(t), await receiver(t)]
    const installation = await install(t, {
      one: { callbacks: { messageUrl: messages.url, statusUrl: statuses.url } },
    })
    await send(installation)
    await statuses.call(({ raw }) => raw.includes('DEVICE_ACK'))
    await installation.askSandbox('POST', '/phones/27999000001/messages', {
      to: numbers.one,
      type: 'text',
      text: 'Hi',
    })
    const reply = await messages.call(({ raw }) => raw.includes('moText'))
    assert.equal(reply.headers['waypost-sequence'], '1')
    assert.deepEqual(statuses.calls.map(({ headers }) => headers['waypost-sequence']).sort(), ['1', '2'])
    assert.ok(statuses.calls.every(({ raw }) => !raw.includes('moText')))
  })

  test('a business can be called back in the generation it does not send in', async (t) => {
    const own = await receiver(t)
    const installation = await install(t, {
      one: { callbacks: { messageUrl: own.url, statusUrl: own.url, generation: 'legacy' } },
    })
    await send(installation)
    const { body } = await own.call(({ raw }) => raw.includes('RECEIVED_BY_RECIPIENT'))
    assert.equal(body.statusCode, 4)
  })

  test('what was told can be asked for again, from any sequence number', async (t) => {
    const installation = await install(t)
    await send(installation)
    await installation.received.one.call(({ raw }) => raw.includes('DEVICE_ACK'))
    const { json } = await installation.admin(
      'GET',
      `/admin/integrations/${ids.one}/events?endpoint=status&after=1`,
    )
    const { items } = json as { items: { sequence: number }[] }
    assert.deepEqual(
      items.map(({ sequence }) => sequence),
      [2],
    )
  })
})

describe('an idempotency key', () => {
  const key = { 'idempotency-key': 'order-4711' }
  const message = [{ to: '27999000001', content: 'Once' }]

  test('gets the first answer again, across a restart, and the phone one text', async (t) => {
    const installation = await install(t)
    const first = await installation.send('one', message, key)
    const second = await installation.send('one', message, key)
    await installation.restart()
    const third = await installation.send('one', message, key)
    assert.deepEqual([second.text, third.text], [first.text, first.text])
    assert.deepEqual([first.httpStatus, second.httpStatus, third.httpStatus], [202, 202, 202])
    await installation.received.one.call(({ raw }) => raw.includes('DEVICE_ACK'))
    assert.equal((await installation.phone('27999000001')).length, 1)
  })

  test('asked twenty times at once still makes one message', async (t) => {
    const installation = await install(t)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => installation.send('one', message, key)),
    )
    assert.equal(new Set(answers.map(({ text }) => text)).size, 1)
    const { json } = await installation.admin('GET', '/admin/messages')
    assert.equal((json as { items: unknown[] }).items.length, 1)
  })

  test('with another body is a conflict in the generation’s shape, and nothing is sent', async (t) => {
    const installation = await install(t)
    for (const generation of ['one', 'legacy'] as const) {
      await installation.send(generation, message, key)
      const other = await installation.send(generation, [{ to: '27999000001', content: 'Twice' }], key)
      assert.equal(other.httpStatus, 409)
      assert.match(other.text, /Idempotency-Key/)
    }
    const { json } = await installation.admin('GET', '/admin/messages')
    assert.equal((json as { items: unknown[] }).items.length, 2)
  })

  test('also keeps a refusal', async (t) => {
    const installation = await install(t)
    const first = await installation.send('one', [{ to: '278', content: 'Hi' }], key)
    const second = await installation.send('one', [{ to: '278', content: 'Hi' }], key)
    assert.deepEqual([first.httpStatus, second.httpStatus, second.text], [400, 400, first.text])
  })

  test('that is no key is named', async (t) => {
    const installation = await install(t)
    const { httpStatus, text } = await installation.send('one', message, {
      'idempotency-key': 'x'.repeat(256),
    })
    assert.equal(httpStatus, 400)
    assert.match(text, /Idempotency-Key/)
  })
})
