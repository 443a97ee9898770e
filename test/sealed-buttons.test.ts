import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { GenerateDataKeyCommand } from '@aws-sdk/client-kms'
import { eventually } from './support/eventually.ts'
import { ids } from './support/installation.ts'
import { eventIn, placesWith, sealedBusiness, shownWith } from './support/sealed-business.ts'
import { encryption, sealer } from './support/sealing.ts'

describe('a pressed button of a message', () => {
  test('that was clear brings what the message gave it, sealed', async (t) => {
    const { press, sendBill, heard } = await shop(t)
    await press(await sendBill())
    const [name, shown] = await heard()
    assert.equal(name, 'moSuggestedResponse')
    assert.partialDeepStrictEqual(shown, {
      content: '<Pay>',
      postbackData: '<order 17>',
      relatedClientMessageId: 'the bill',
    })
  })

  test('that was sealed brings what the message gave it, sealed anew with the key of its own event', async (t) => {
    const { press, sendBill, heard, clientKey } = await shop(t)
    const { encryptionKey, seal } = await clientKey()
    await press(await sendBill({ encryptionKey, seal }))
    const [name, shown] = await heard()
    assert.equal(name, 'moSuggestedResponse')
    assert.partialDeepStrictEqual(shown, { content: '<Pay>', postbackData: '<order 17>' })
    assert.notEqual(shown.encryptionKey, encryptionKey)
  })

  test('that cannot be opened is a text: there is nothing that could be told', async (t) => {
    const { press, sendBill, heard, clientKey } = await shop(t)
    const { seal } = await clientKey()
    const other = await clientKey()
    await press(await sendBill({ encryptionKey: other.encryptionKey, seal }))
    assert.partialDeepStrictEqual(await heard(), ['moText', { content: '<Pay>' }])
  })

  test('that was sealed, where answers are not any more, is a text: what was sealed is never told in the clear', async (t) => {
    const { installation, press, sendBill, mos, clientKey } = await shop(t)
    const id = await sendBill(await clientKey())
    await installation.admin('PATCH', `/admin/integrations/${ids.one}`, { encryption: null })
    await press(id)
    await eventually(async () => mos().length === 1, 'it is told')
    assert.partialDeepStrictEqual(eventIn(mos()[0] ?? assert.fail()), [
      'moText',
      { content: 'Pay', encryptionKey: null },
    ])
    assert.deepEqual(await placesWith(installation, 'order 17'), [])
  })
})

interface Sealing {
  encryptionKey?: string | undefined
  seal(text: string): string
}

/** A business whose bill has a button. */
async function shop(t: TestContext) {
  const { graph, installation, client, keyOf, heard, mos } = await sealedBusiness(t)
  const put = await installation.admin('PUT', `/admin/integrations/${ids.one}/templates/bill`, {
    language: 'en',
    category: 'utility',
    body: 'You owe us {{1}}.',
    buttons: [{ type: 'reply', text: 'Pay' }],
  })
  assert.equal(put.httpStatus, 200, put.text)
  return {
    installation,
    mos,
    async sendBill({ encryptionKey, seal }: Sealing = { seal: (text) => text }): Promise<string> {
      const template = {
        templateName: 'bill',
        body: { parameters: { 1: seal('R13.00') } },
        buttons: { suggestedResponse: { postbackData: { 1: seal('order 17') } } },
      }
      const message = {
        to: '27999000001',
        clientMessageId: 'the bill',
        template,
        ...(encryptionKey && { encryptionKey }),
      }
      const { json, text } = await installation.send('one', [message])
      const [{ apiMessageId } = assert.fail(text)] = (json as { messages: { apiMessageId: string }[] })
        .messages
      assert.ok(apiMessageId, text)
      return apiMessageId
    },
    press: (id: string) => graph.post(graph.message('button', { text: 'Pay', payload: `${id}:1` })),
    async heard() {
      const [name, event] = eventIn(await heard())
      return [name, shownWith(await keyOf(event), event)] as const
    },
    /** A data key as a client makes one. */
    async clientKey(): Promise<Sealing> {
      const made = await client.send(
        new GenerateDataKeyCommand({ KeyId: encryption.mtKey, KeySpec: 'AES_256' }),
      )
      const { encryptionKey, text: seal } = sealer(
        Buffer.from(made.Plaintext ?? []),
        Buffer.from(made.CiphertextBlob ?? []).toString('base64'),
      )
      return { encryptionKey, seal }
    },
  }
}
