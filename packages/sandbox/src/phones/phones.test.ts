import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import {
  ask,
  businessNumber,
  messagesOf,
  msisdn,
  open,
  openEvents,
  openReceiver,
  phoneNumberId,
  register,
  type ShownMessage,
  sendText,
  ticksOf,
  until,
  write,
} from '../testing.ts'
import { defaultPhone, msisdnOf, type Phone } from './phone.ts'

const path = `/phones/${msisdn}`
const note = { to: businessNumber, type: 'text', text: 'Hi' }

describe('a phone', () => {
  test('nobody spoke of has the defaults, and is not listed', async (t) => {
    const sandbox = await open(t)
    assert.deepEqual((await ask(sandbox, `GET ${path}`)).body, defaultPhone(msisdn))
    assert.deepEqual(await messagesOf(sandbox), [])
    assert.deepEqual((await ask(sandbox, 'GET /phones')).body, [])
  })

  test('takes the settings it is given and keeps the others', async (t) => {
    const sandbox = await open(t)
    await ask(sandbox, `PUT ${path}`, { profileName: 'Zoë', autoRead: true })
    const changed = await ask(sandbox, `PUT ${path}`, { autoRead: false, blocked: [businessNumber] })
    const expected = { ...defaultPhone(msisdn), profileName: 'Zoë', blocked: [businessNumber] }
    assert.deepEqual([changed.status, changed.body], [200, expected])
    assert.deepEqual((await ask(sandbox, 'GET /phones')).body, [expected])
  })

  test('takes what it was read as', async (t) => {
    const sandbox = await open(t)
    const { body: phone } = await ask<Phone>(sandbox, `GET ${path}`)
    const changed = await ask(sandbox, `PUT ${path}`, { ...phone, autoRead: true })
    assert.deepEqual([changed.status, changed.body], [200, { ...phone, autoRead: true }])
  })

  const refused = [
    { body: { msisdn: '27820000002', autoRead: true }, error: /msisdn .* cannot be changed/ },
    { body: { userId: 'US.1', autoRead: true }, error: /userId .* cannot be changed/ },
    { body: { colour: 'red' }, error: /colour/ },
    { body: { online: 'no' }, error: /online must be boolean/ },
    { body: { deliverAfterMs: -1 }, error: /deliverAfterMs/ },
    { body: { blocked: ['me'] }, error: /blocked\.0/ },
    { body: [], error: /body must be object/ },
    { body: undefined, error: /body must be object/ },
    { body: '{', error: /not valid JSON/ },
  ]
  for (const { body, error } of refused) {
    test(`refuses the settings ${JSON.stringify(body)}`, async (t) => {
      const answer = await ask<{ error: string; detail: string }>(await open(t), `PUT ${path}`, body)
      assert.equal(answer.status, 400)
      assert.match(answer.type, /^application\/problem\+json/)
      assert.match(answer.body.error, error)
      assert.equal(answer.body.detail, answer.body.error)
    })
  }

  test('has a number, or there is none', async (t) => {
    const sandbox = await open(t)
    for (const odd of ['somebody', '0123456', '12']) {
      assert.equal((await ask(sandbox, `GET /phones/${odd}`)).status, 404)
    }
  })

  test('can be found by its user id', () => {
    for (const number of [msisdn, '278', '99999999999999999999']) {
      assert.equal(msisdnOf(defaultPhone(number).userId), number)
    }
    assert.equal(msisdnOf('US.27820000001'), undefined)
    assert.equal(msisdnOf('27820000001'), undefined)
  })
})

describe('a message from a business', () => {
  test('shows on the phone, complete', async (t) => {
    const at = 1_795_000_000_000
    const sandbox = await open(t, { now: () => at })
    const first = await sendText(sandbox, 'Hello 😀')
    const text = { body: 'https://example.com', preview_url: true }
    const second = await sendText(sandbox, '', { text, context: { message_id: first } })
    await until('both have arrived', async () => (await ticksOf(sandbox)) === 'delivered,delivered')

    const common = { from: businessNumber, to: msisdn, kind: 'text', ticks: 'delivered', direction: 'in', at }
    assert.deepEqual(await messagesOf(sandbox), [
      { id: first, ...common, text: 'Hello 😀', preview: false },
      { id: second, ...common, text: 'https://example.com', preview: true, replyTo: first },
    ])
  })

  test('stays at one tick while the phone is off, and arrives when it is on', async (t) => {
    const { sandbox, receiver } = await registered(t)
    await ask(sandbox, `PUT ${path}`, { online: false })
    const id = await sendText(sandbox, 'Hello')
    await until('it was sent', () => receiver.statuses().length === 1)
    assert.equal(await ticksOf(sandbox), 'sent')
    assert.equal((await ask(sandbox, `POST ${path}/messages/${id}/read`)).status, 409)

    await ask(sandbox, `PUT ${path}`, { online: true })
    await until('it was delivered', () => receiver.statuses().length === 2)
    assert.equal(await ticksOf(sandbox), 'delivered')
  })

  test('arrives after the delay of the phone', async (t) => {
    const { sandbox, receiver } = await registered(t)
    await ask(sandbox, `PUT ${path}`, { deliverAfterMs: 40 })
    const begun = performance.now()
    await sendText(sandbox, 'Hello')
    await until('it was sent', () => receiver.statuses().length === 1)
    await until('it was delivered', () => receiver.statuses().length === 2)
    assert.ok(performance.now() - begun >= 39)
  })

  test('that waits for its delay waits on when the phone goes off', async (t) => {
    const { sandbox } = await registered(t)
    await ask(sandbox, `PUT ${path}`, { deliverAfterMs: 30 })
    await sendText(sandbox, 'Hello')
    await ask(sandbox, `PUT ${path}`, { online: false })
    const other = '27820000002'
    await ask(sandbox, `PUT /phones/${other}`, { deliverAfterMs: 60 })
    await sendText(sandbox, 'Hello', { to: other })
    await until('the later one was delivered', async () => (await ticksOf(sandbox, other)) === 'delivered')
    assert.equal(await ticksOf(sandbox), 'sent')
  })

  test('is read once, by hand', async (t) => {
    const { sandbox, receiver } = await registered(t)
    const id = await sendText(sandbox, 'Hello')
    for (let times = 0; times < 2; times++) {
      const answer = await ask<ShownMessage>(sandbox, `POST ${path}/messages/${id}/read`)
      assert.deepEqual([answer.status, answer.body.ticks], [200, 'read'])
    }
    await sendText(sandbox, 'Bye')
    await until('the next one was delivered', () => receiver.statuses().length === 5)
    const ofFirst = receiver.statuses().filter((status) => status.id === id)
    assert.deepEqual(ofFirst.map(({ status }) => status).toSorted(), ['delivered', 'read', 'sent'])
  })

  test('is read as it arrives where the phone is so set', async (t) => {
    const { sandbox, receiver } = await registered(t)
    await ask(sandbox, `PUT ${path}`, { autoRead: true })
    await sendText(sandbox, 'Hello')
    await until('all statuses are there', () => receiver.statuses().length === 3)
    assert.equal(await ticksOf(sandbox), 'read')
  })

  test('cannot be read on another phone', async (t) => {
    const sandbox = await open(t)
    const id = await sendText(sandbox, 'Hello')
    assert.equal((await ask(sandbox, `POST /phones/27820000002/messages/${id}/read`)).status, 404)
  })
})

describe('a message from the person', () => {
  test('is stored with one tick, and gets the second when the business has it', async (t) => {
    const { sandbox, receiver } = await registered(t)
    const question = await sendText(sandbox, 'Coming?')
    const answer = await write(sandbox, 'Hi', { replyTo: question })
    assert.equal(answer.status, 201)
    const { id, at, ...rest } = answer.body
    assert.match(id, /^wamid\./)
    assert.equal(typeof at, 'number')
    assert.deepEqual(rest, {
      from: msisdn,
      to: businessNumber,
      kind: 'text',
      text: 'Hi',
      preview: false,
      ticks: 'sent',
      direction: 'out',
      replyTo: question,
    })
    await until('the business has it', () => receiver.messages().length === 1)
    await until('it has two ticks', async () => (await ticksOf(sandbox)) === 'delivered,delivered')
  })

  const refused = [
    { when: 'nobody registered the number', body: { ...note, to: '2799900999' }, status: 404 },
    { when: 'the text is missing', body: { to: businessNumber, type: 'text' }, status: 400 },
    { when: 'it quotes what is not there', body: { ...note, replyTo: 'wamid.nothing' }, status: 400 },
    { when: 'the phone is off', settings: { online: false }, body: note, status: 409 },
    { when: 'the phone is not on WhatsApp', settings: { onWhatsApp: false }, body: note, status: 409 },
  ]
  for (const { when, settings = {}, body, status } of refused) {
    test(`is refused with ${status} when ${when}`, async (t) => {
      const { sandbox } = await registered(t)
      await ask(sandbox, `PUT ${path}`, settings)
      const answer = await ask<{ error: string }>(sandbox, `POST ${path}/messages`, body)
      assert.equal(answer.status, status)
      assert.equal(typeof answer.body.error, 'string')
      assert.deepEqual(await messagesOf(sandbox), [])
    })
  }

  test('is refused with 404 when the business sends but has registered nothing', async (t) => {
    const sandbox = await open(t)
    await sendText(sandbox, 'Hello')
    assert.deepEqual((await ask(sandbox, 'GET /businesses')).body, [
      { number: businessNumber, phoneNumberId, webhook: null },
    ])
    assert.equal((await ask(sandbox, `POST ${path}/messages`, note)).status, 404)
  })
})

describe('the events of a phone', () => {
  test('tell of messages, ticks and settings as they come', async (t) => {
    const { sandbox } = await registered(t)
    const { answer, events } = await openEvents(t, `${sandbox.url}${path}/events`)
    assert.match(answer.headers.get('content-type') ?? '', /^text\/event-stream/)
    const id = await sendText(sandbox, 'Hello')
    await until('it was delivered', () => events.some(({ event }) => event === 'tick'))
    await ask(sandbox, `PUT ${path}`, { profileName: 'Zoë' })
    await sendText(sandbox, 'Not here', { to: '27820000002' })
    const written = await write(sandbox, 'Hi')
    await until('all is told', () => events.filter(({ event }) => event).length === 5)

    const told = events.filter(({ event }) => event).map(({ event, data }) => ({ event, data }))
    assert.partialDeepStrictEqual(told, [
      { event: 'message', data: { id, text: 'Hello', ticks: 'sent' } },
      { event: 'tick', data: { id, ticks: 'delivered' } },
      { event: 'phone', data: { msisdn, profileName: 'Zoë' } },
      { event: 'message', data: { id: written.body.id, direction: 'out', ticks: 'sent' } },
      { event: 'tick', data: { id: written.body.id, ticks: 'delivered' } },
    ])
  })

  test('begin with a reset for whoever comes back', async (t) => {
    const sandbox = await open(t)
    const first = await openEvents(t, `${sandbox.url}${path}/events`)
    await until('the stream has an id', () => first.events.some(({ id }) => id !== undefined))
    assert.ok(first.events.every(({ event }) => event !== 'reset'))

    const again = await openEvents(t, `${sandbox.url}${path}/events`, {
      'last-event-id': first.events[0]?.id ?? '',
    })
    await until('the reset is there', () => again.events.some(({ event }) => event === 'reset'))
  })

  test('end when the sandbox stops', async (t) => {
    const sandbox = await open(t)
    const { ended } = await openEvents(t, `${sandbox.url}${path}/events`)
    await sandbox[Symbol.asyncDispose]()
    await ended
  })
})

async function registered(t: TestContext) {
  const sandbox = await open(t)
  const receiver = await openReceiver(t)
  await register(sandbox, receiver.url)
  return { sandbox, receiver }
}
