import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { march, two } from '../graph/types/template-parts.fake.ts'
import {
  ask,
  businessNumber,
  messagesOf,
  msisdn,
  open,
  openReceiver,
  phoneNumberId,
  type Receiver,
  register,
  ticksOf,
  until,
  upload,
} from '../testing.ts'

/** A message of each sort that a business sends. */
const kinds: Record<string, (fileId: string) => object> = {
  text: () => ({ type: 'text', text: { body: 'Hello' } }),
  image: (id) => ({ type: 'image', image: { id } }),
  location: () => ({ type: 'location', location: { latitude: 1, longitude: 2 } }),
  contacts: () => ({ type: 'contacts', contacts: [{ name: { formatted_name: 'A B', first_name: 'A' } }] }),
  template: () => ({
    type: 'template',
    template: {
      name: 'test_header_with_text_quick_reply',
      language: { code: 'en' },
      components: [march, two],
    },
  }),
}

for (const [kind, messageOf] of Object.entries(kinds)) {
  describe(`the settings of a phone, for a message of the kind ${kind}`, () => {
    for (const [setting, value] of [
      ['onWhatsApp', false],
      ['blocked', [businessNumber]],
    ] as const)
      test(`${setting} ${JSON.stringify(value)} makes it fail`, async (t) => {
        const { sandbox, receiver, send } = await phone(t, { [setting]: value })
        await send(messageOf)
        await until('it is reported', () => receiver.statuses().length === 1)
        assert.equal(receiver.statuses()[0]?.status, 'failed')
        assert.deepEqual(await messagesOf(sandbox), [])
      })

    test('online and deliverAfterMs hold it up, autoRead reads it', async (t) => {
      const { sandbox, receiver, send } = await phone(t, { online: false, autoRead: true })
      await send(messageOf)
      await ask(sandbox, `PUT /phones/${msisdn}`, { online: true, deliverAfterMs: 60_000 })
      await until('it is read', () => read(receiver, 1))
      await send(messageOf)
      assert.equal(await ticksOf(sandbox), 'read,sent')
      await ask(sandbox, 'POST /clock/advance', { ms: 60_000 })
      await until('the other is read', () => read(receiver, 2))
    })

    test('autoReply answers it, when it arrives', async (t) => {
      const { sandbox, receiver, send } = await phone(t, { autoReply: 'Thanks', online: false })
      await send(messageOf)
      assert.deepEqual(receiver.messages(), [])
      await ask(sandbox, `PUT /phones/${msisdn}`, { online: true })
      await until('it is answered', () => receiver.messages().length === 1)
      assert.partialDeepStrictEqual(receiver.messages(), [{ from: msisdn, text: { body: 'Thanks' } }])
    })

    test('hasNumber false leaves the user id only', async (t) => {
      const { receiver, send } = await phone(t, { hasNumber: false, autoReply: 'Thanks' })
      await send(messageOf)
      await until('it is reported and answered', () => receiver.messages().length === 1)
      await until('all of it', () => receiver.statuses().length === 2)
      for (const status of receiver.statuses()) assert.ok(!('recipient_id' in status))
      for (const message of receiver.messages()) assert.ok(!('from' in message))
    })
  })
}

function read(receiver: Receiver, count: number): boolean {
  return receiver.statuses().filter(({ status }) => status === 'read').length === count
}

async function phone(t: TestContext, settings: object) {
  const sandbox = await open(t)
  const receiver = await openReceiver(t)
  await register(sandbox, receiver.url)
  await ask(sandbox, `PUT /phones/${msisdn}`, settings)
  const fileId = await upload(sandbox, { type: 'image/png', content: Buffer.from('x') })
  return {
    sandbox,
    receiver,
    async send(messageOf: (fileId: string) => object) {
      const message = { messaging_product: 'whatsapp', to: msisdn, ...messageOf(fileId) }
      const { status, body } = await ask(sandbox, `POST /graph/${phoneNumberId}/messages`, message)
      assert.equal(status, 200, JSON.stringify(body))
    },
  }
}
