import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import type { Phone } from '../phones/phone.ts'
import {
  ask,
  businessNumber,
  changesOf,
  messagesOf,
  msisdn,
  open,
  openReceiver,
  phoneNumberId,
  register,
  sendText,
  ticksOf,
  until,
  userIdOf,
  write,
} from '../testing.ts'

describe('a webhook', () => {
  test('is signed over its raw bytes, which are ASCII whatever the text', async (t) => {
    const { sandbox, receiver } = await registered(t)
    const text = 'Grüße 😀 \u2028 "quoted" \\ \ud800'
    await write(sandbox, text)
    await until('the message is there', () => receiver.messages().length === 1)

    const [post] = receiver.posts
    assert.ok(post)
    const expected = createHmac('sha256', 'sandbox-app-secret').update(post.raw).digest('hex')
    assert.equal(post.headers['x-hub-signature-256'], `sha256=${expected}`)
    assert.ok(
      post.raw.every((byte) => byte < 0x80),
      'escapes everything beyond ASCII',
    )
    assert.match(post.raw.toString(), /Gr\\u00fc\\u00dfe \\ud83d\\ude00/)
    assert.equal(post.changes[0]?.value.messages?.[0]?.text?.body, text)
  })

  test('reports sent and delivered as Meta does', async (t) => {
    const at = 1_795_000_000_000
    const { sandbox, receiver } = await registered(t, { now: () => at })
    const id = await sendText(sandbox, 'Hello', { biz_opaque_callback_data: 'order 7' })
    await until('both statuses are there', () => receiver.statuses().length === 2)

    const userId = await userIdOf(sandbox)
    assert.match(userId, /^US\.\d+$/)
    const common = {
      id,
      timestamp: '1795000000',
      recipient_id: msisdn,
      recipient_user_id: userId,
      biz_opaque_callback_data: 'order 7',
    }
    const [sent, delivered] = receiver.statuses()
    assert.deepEqual(sent, {
      ...common,
      status: 'sent',
      conversation: {
        id: sent?.conversation?.id,
        origin: { type: 'service' },
        expiration_timestamp: '1795046400',
      },
      pricing: { billable: false, pricing_model: 'PMP', category: 'service', type: 'free_customer_service' },
    })
    assert.deepEqual(delivered, { ...common, status: 'delivered' })

    assert.equal(receiver.posts[0]?.body.object, 'whatsapp_business_account')
    const [{ field, value } = assert.fail()] = changesOf(receiver.posts)
    assert.equal(field, 'messages')
    assert.equal(value.messaging_product, 'whatsapp')
    assert.deepEqual(value.metadata, { display_phone_number: businessNumber, phone_number_id: phoneNumberId })
    assert.deepEqual(value.contacts, [{ wa_id: msisdn, user_id: userId }])
  })

  const undeliverable = [
    { when: 'is not on WhatsApp', settings: { onWhatsApp: false } },
    { when: 'has blocked the business', settings: { blocked: [businessNumber] } },
  ]
  for (const { when, settings } of undeliverable) {
    test(`reports 131026 when the phone ${when}, and the phone shows nothing`, async (t) => {
      const { sandbox, receiver } = await registered(t)
      await ask(sandbox, `PUT /phones/${msisdn}`, settings)
      const id = await sendText(sandbox, 'Hello', { biz_opaque_callback_data: 'order 7' })
      await until('the status is there', () => receiver.statuses().length === 1)

      const [failed] = receiver.statuses()
      assert.partialDeepStrictEqual(failed, {
        id,
        status: 'failed',
        biz_opaque_callback_data: 'order 7',
        errors: [{ code: 131026, title: 'Message undeliverable', message: 'Message undeliverable' }],
      })
      assert.deepEqual(await messagesOf(sandbox), [])
    })
  }

  test('brings what the person wrote, with what it answers', async (t) => {
    const { sandbox, receiver } = await registered(t)
    await ask(sandbox, `PUT /phones/${msisdn}`, { profileName: 'Zoë' })
    const question = await sendText(sandbox, 'Coming?')
    const answer = await write(sandbox, 'Yes', { replyTo: question })
    await until('the message is there', () => receiver.messages().length === 1)

    const change = changesOf(receiver.posts).find(({ value }) => value.messages)
    const userId = await userIdOf(sandbox)
    assert.deepEqual(change?.value.contacts, [{ profile: { name: 'Zoë' }, wa_id: msisdn, user_id: userId }])
    assert.deepEqual(change?.value.messages, [
      {
        from: msisdn,
        from_user_id: userId,
        id: answer.body.id,
        timestamp: String(Math.floor(answer.body.at / 1000)),
        type: 'text',
        text: { body: 'Yes' },
        context: { from: businessNumber, id: question },
      },
    ])
  })

  test('names a person without a number by the user id only', async (t) => {
    const { sandbox, receiver } = await registered(t)
    await ask(sandbox, `PUT /phones/${msisdn}`, { hasNumber: false })
    const userId = await userIdOf(sandbox)
    await sendText(sandbox, 'Hello')
    await write(sandbox, 'Hi')
    await until('all is there', () => receiver.statuses().length === 2 && receiver.messages().length === 1)

    for (const { raw } of receiver.posts) {
      const people = raw.toString().replaceAll(/"id":"wamid[^"]*"/g, '')
      assert.ok(!people.includes(msisdn), people)
    }
    assert.partialDeepStrictEqual(receiver.statuses()[0], { recipient_user_id: userId })
    assert.partialDeepStrictEqual(receiver.messages()[0], { from_user_id: userId })
  })
})

describe('webhooks of one number', () => {
  test('that wait while posts are under way go out together, at most 100 at a time', async (t) => {
    const { sandbox, receiver } = await registered(t)
    await ask(sandbox, `PUT /phones/${msisdn}`, { online: false })
    const opened = Promise.withResolvers<void>()
    receiver.answer = () => opened.promise.then(() => 200)

    const ids: string[] = []
    while (receiver.posts.length < 4) ids.push(await sendText(sandbox, `No. ${ids.length}`))
    const alone = receiver.posts.length
    for (let more = 0; more < 150; more++) ids.push(await sendText(sandbox, `No. ${ids.length}`))
    assert.equal(receiver.posts.length, alone, 'no more than four posts at once')

    opened.resolve()
    await until('all statuses are there', () => receiver.statuses().length === ids.length)
    assert.deepEqual(
      receiver.posts.slice(0, 4).map(({ changes }) => changes[0]?.value.statuses?.length ?? 0),
      [1, 1, 1, 1],
    )
    const together = receiver.posts.slice(4).map(({ changes }) => changes[0]?.value.statuses?.length ?? 0)
    assert.equal(together.length, 2)
    assert.equal(Math.max(...together), 100)
    const told = receiver.statuses()
    assert.deepEqual(told.map(({ id }) => id).toSorted(), ids.toSorted())
  })

  test('are posted again when refused, and hold up no others', async (t) => {
    const { sandbox, receiver } = await registered(t)
    let refusals = 0
    receiver.answer = ({ raw }) => (raw.includes('poison') && refusals++ < 2 ? 500 : 200)

    const poison = await write(sandbox, 'poison')
    await until('it was refused twice', () => refusals === 2)
    assert.equal(await ticksOf(sandbox), 'sent')
    const fine = await write(sandbox, 'fine')
    await until('both are there', () => receiver.messages().length === 2)

    assert.deepEqual(
      receiver.messages().map(({ id }) => id),
      [fine.body.id, poison.body.id],
    )
    await until('both are delivered', async () => (await ticksOf(sandbox)) === 'delivered,delivered')
  })

  test('are kept until somebody registers, and go out in their order', async (t) => {
    const sandbox = await open(t)
    const receiver = await openReceiver(t)
    const ids = []
    for (const text of ['one', 'two', 'three']) ids.push(await sendText(sandbox, text))
    await register(sandbox, receiver.url)
    await until('all statuses are there', () => receiver.statuses().length === 6)
    const sent = receiver.statuses().filter(({ status }) => status === 'sent')
    assert.deepEqual(
      sent.map(({ id }) => id),
      ids,
    )
  })

  test('wait for a receiver that is gone, and go out when it registers anew', async (t) => {
    const sandbox = await open(t)
    const gone = await openReceiver(t)
    await register(sandbox, gone.url)
    gone.close()
    const ids = new Set<string>()
    for (let n = 0; n < 20; n++) ids.add(await sendText(sandbox, `No. ${n}`))

    const receiver = await openReceiver(t)
    await register(sandbox, receiver.url)
    await until('all statuses are there', () => receiver.statuses().length === 40)
    assert.deepEqual(new Set(receiver.statuses().map(({ id }) => id)), ids)
  })

  test('wait for a receiver that is gone, and find it when it is back, still in their order', async (t) => {
    const { sandbox, receiver: gone } = await registered(t)
    gone.close()
    await ask(sandbox, `PUT /phones/${msisdn}`, { online: false })
    const ids: string[] = []
    for (let n = 0; n < 30; n++) ids.push(await sendText(sandbox, `No. ${n}`))

    const back = await openReceiver(t, Number(new URL(gone.url).port))
    await until('all statuses are there', () => back.statuses().length === ids.length)
    assert.deepEqual(
      back.statuses().map(({ id }) => id),
      ids,
    )
  })

  test('come through when there are more than memory holds', async (t) => {
    const sandbox = await open(t)
    const receiver = await openReceiver(t)
    const ids = []
    for (let n = 0; n < 25; n++) {
      ids.push(...(await Promise.all(Array.from({ length: 50 }, () => sendText(sandbox, 'many')))))
    }
    await register(sandbox, receiver.url)
    await until('all statuses are there', () => receiver.statuses().length >= 2_500)
    const told = receiver.statuses().map(({ id, status }) => `${id} ${status}`)
    assert.deepEqual(told.toSorted(), ids.flatMap((id) => [`${id} delivered`, `${id} sent`]).toSorted())
  })
})

describe('a restart', () => {
  test('loses no conversation, no setting and no webhook that waits', async (t) => {
    const dataFolder = await mkdtemp(join(tmpdir(), 'waypost-sandbox-'))
    t.after(() => rm(dataFolder, { recursive: true }))
    const receiver = await openReceiver(t)
    receiver.answer = () => 503

    const before = await open(t, { dataFolder })
    await register(before, receiver.url)
    await ask(before, `PUT /phones/${msisdn}`, { profileName: 'Zoë', deliverAfterMs: 50 })
    await sendText(before, 'Hello')
    await write(before, 'Hi')
    await until('something was refused', () => receiver.posts.length > 0)
    const shown = await messagesOf(before)
    await before[Symbol.asyncDispose]()

    receiver.answer = () => 200
    const after = await open(t, { dataFolder })
    assert.equal((await ask<Phone>(after, `GET /phones/${msisdn}`)).body.profileName, 'Zoë')
    assert.deepEqual(
      (await messagesOf(after)).map(({ id, text }) => [id, text]),
      shown.map(({ id, text }) => [id, text]),
    )
    await until('all is there', () => receiver.statuses().length === 2 && receiver.messages().length === 1)
    await until('the ticks have climbed', async () => (await ticksOf(after)) === 'delivered,delivered')
    const id = await sendText(after, 'Again')
    assert.ok(!shown.some((message) => message.id === id))
  })
})

async function registered(t: TestContext, options: { now?(): number } = {}) {
  const sandbox = await open(t, options)
  const receiver = await openReceiver(t)
  await register(sandbox, receiver.url)
  return { sandbox, receiver }
}
