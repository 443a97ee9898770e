import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { openLocal } from '../packages/gateway/src/keys/local/index.ts'
import { eventually } from './support/eventually.ts'
import { ids, install, keys, numbers, type Overrides } from './support/installation.ts'
import { opened, openedText } from './support/openssl.ts'
import { encryption } from './support/sealing.ts'

/** What a person does on a phone of the sandbox, as the business hears of it. */
const msisdn = '27999000001'
const cat = Buffer.from('a cat, as far as anybody asks')

describe('on a phone of the sandbox', () => {
  const kinds = [
    {
      what: 'a place',
      message: {
        type: 'location',
        location: { latitude: -33.5, longitude: 18.25, name: 'V&A', address: 'Cape Town' },
      },
      event: { moLocation: [{ from: msisdn, locationName: 'V&A', locationAddress: 'Cape Town' }] },
    },
    {
      what: 'a contact',
      message: {
        type: 'contacts',
        contacts: [{ name: { formattedName: 'John Smith' }, phones: [{ waId: '2782' }] }],
      },
      event: {
        moContacts: [{ contacts: [{ name: { formattedName: 'John Smith' }, phones: [{ waId: '2782' }] }] }],
      },
    },
  ]
  for (const { what, message, event } of kinds)
    test(`${what} is shared with the business`, async (t) => {
      const { write, heard } = await shop(t)
      await write(message)
      assert.partialDeepStrictEqual((await heard(Object.keys(event)[0] ?? '')).event, event)
    })

  test('a photo is sent, and the business downloads it', async (t) => {
    const { installation, write, heard } = await shop(t)
    await write({
      type: 'media',
      media: { contentType: 'image/png', caption: 'Look', data: cat.toString('base64') },
    })
    const { event } = await heard('moMedia')
    const { moMedia } = event as { moMedia: { caption: string; files: { downloadUrl: string }[] }[] }
    assert.equal(moMedia[0]?.caption, 'Look')
    const { pathname, search } = new URL(moMedia[0]?.files[0]?.downloadUrl ?? '')
    const download = await installation.ask('GET', pathname + search, { key: keys.one })
    assert.deepEqual([download.httpStatus, download.text], [200, cat.toString()])
  })

  test('a photo is sent, and only the business opens it, where it wants that', async (t) => {
    const { installation, write, heard } = await shop(t, { one: { encryption } })
    await write({
      type: 'media',
      media: { contentType: 'image/png', caption: 'Look', data: cat.toString('base64') },
    })
    const { event } = await heard('moMedia')
    const { moMedia } = event as {
      moMedia: { caption: string; encryptionKey: string; files: { downloadUrl: string }[] }[]
    }
    const { caption, encryptionKey, files } = moMedia[0] ?? assert.fail('no event')
    await using keyService = await openLocal({ path: join(installation.folder, 'keys.json') })
    const key = await keyService.unwrap(encryption.moKey, encryptionKey)
    assert.equal(openedText(key, caption), 'Look')
    const { pathname, search } = new URL(files[0]?.downloadUrl ?? '')
    const headers = { authorization: keys.one }
    const download = await fetch(installation.url + pathname + search, { headers })
    assert.deepEqual(opened(key, Buffer.from(await download.arrayBuffer())), cat)
  })

  test('a button is pressed, and the business gets its postback data and the message it belongs to', async (t) => {
    const { installation, heard } = await shop(t)
    await installation.admin('POST', `/admin/integrations/${ids.one}/templates/sync`)
    const template = {
      templateName: 'test_header_with_text_quick_reply',
      header: { type: 'text', text: { parameters: { 1: 'February' } } },
      body: { parameters: { 1: 'Ann', 2: 'R13.00' } },
      buttons: { suggestedResponse: { postbackData: { 1: 'first', 3: 'third' } } },
    }
    const { json } = await installation.send('one', [{ to: msisdn, template, clientMessageId: 'the bill' }])
    const { messages } = json as { messages: { apiMessageId: string }[] }
    const press = async (button: number) => {
      const { httpStatus } = await eventually(async () => {
        const [shown] = await installation.phone(msisdn)
        if (shown?.ticks !== 'delivered') return undefined
        return installation.askSandbox('POST', `/phones/${msisdn}/messages/${shown.id}/press`, { button })
      }, 'the template is on the phone')
      return httpStatus
    }
    const related = { relatedMessageId: messages[0]?.apiMessageId, relatedClientMessageId: 'the bill' }
    assert.equal(await press(3), 201)
    assert.partialDeepStrictEqual((await heard('moSuggestedResponse')).event, {
      moSuggestedResponse: [{ postbackData: 'third', ...related }],
    })
    assert.equal(await press(3), 409)
    assert.equal(await press(2), 201)
    assert.partialDeepStrictEqual((await heard('moText')).event, { moText: [related] })
  })
})

async function shop(t: TestContext, overrides: Overrides = {}) {
  const installation = await install(t, overrides)
  await eventually(async () => {
    const { json } = await installation.askSandbox('GET', '/businesses')
    return (json as { number: string; webhook: string | null }[]).some(
      ({ number, webhook }) => number === numbers.one && webhook !== null,
    )
  }, 'the gateway has registered')
  return {
    installation,
    async write(message: object) {
      const body = { to: numbers.one, ...message }
      const { httpStatus, text } = await installation.askSandbox('POST', `/phones/${msisdn}/messages`, body)
      assert.equal(httpStatus, 201, text)
    },
    heard: async (event: string) =>
      (await installation.received.one.call(({ raw }) => raw.includes(`"${event}"`))).body,
  }
}
