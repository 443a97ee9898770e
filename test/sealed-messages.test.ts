import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { oneError } from '@waypost/protocol'
import { eventually } from './support/eventually.ts'
import { type Installation, keys } from './support/installation.ts'
import type { Generation } from './support/refusals.ts'
import { type Seal, sealedSends } from './support/sealed-sends.ts'
import { encryption, nothing, sealing } from './support/sealing.ts'
import { shared } from './support/shared.ts'
import { syncTemplates } from './support/templates.ts'
import { placesOf } from './support/traces.ts'

/** What a client sealed, with `openssl`, on its way through the gateway: what the phone shows, and what wrong ones come to. */
let handset = 27_999_600_000

const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex')
const pdf = Buffer.from('%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF\n')
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const bigPng = Buffer.concat([png, randomBytes(2_000_000)])

interface Row {
  what: string
  /** With every text and file that the contract lets a client seal. */
  message: (seal: Seal, to: string) => object | Promise<object>
}

const header = (seal: Seal) => ({ type: 'text', text: { parameters: { 1: seal.text('February 2021') } } })
const body = (seal: Seal) => ({ parameters: { 1: seal.text('Ann Lee'), 2: seal.text('R13.00') } })
const hsm = (seal: Seal) => ({
  hsm: { template: 'welcome_notification_demo', parameters: { 1: seal.text('Example Ltd') } },
})
const text = (seal: Seal) => ({ content: seal.text('Grüße, 你好, 🎂\n*bold*') })

const rows: Record<Generation, Row[]> = {
  one: [
    { what: 'a text', message: text },
    {
      what: 'a text with a preview of its URL',
      message: (seal) => ({ content: seal.text('See https://www.example.com'), previewFirstUrl: true }),
    },
    { what: 'a text of 15 characters', message: (seal) => ({ content: seal.text('123456789012345') }) },
    { what: 'a text of a whole block', message: (seal) => ({ content: seal.text('1234567890123456') }) },
    {
      what: 'a text of 4,096 characters that need four bytes each',
      message: (seal) => ({ content: seal.text('🎂'.repeat(4096)) }),
    },
    {
      what: 'a file inside the message',
      message: (seal) => ({
        content: seal.bytes(png).toString('base64'),
        media: {
          contentType: 'image/png',
          fileName: 'cake.png',
          caption: seal.text('A cake'),
          sha256Hash: sha256(png),
        },
      }),
    },
    {
      what: 'a file inside the message, of 2 MB',
      message: (seal) => ({
        content: seal.bytes(bigPng).toString('base64'),
        media: { contentType: 'image/png', sha256Hash: sha256(bigPng) },
      }),
    },
    {
      what: 'a file that was uploaded, with a caption',
      message: async (seal) => ({
        media: { fileId: await uploaded(seal, pdf, 'application/pdf'), caption: seal.text('Your bill') },
      }),
    },
    {
      what: 'a location',
      message: (seal) => ({
        location: {
          latitude: seal.text('-33.881037287485'),
          longitude: seal.text('18.635891216806'),
          name: seal.text('Example Ltd'),
          address: seal.text('100 Example Street, Bellville'),
        },
      }),
    },
    {
      what: 'a location without a name',
      message: (seal) => ({ location: { latitude: seal.text('0'), longitude: seal.text('-180') } }),
    },
    { what: 'contacts', message: (seal) => ({ contacts: [card(seal), plainCard(seal)] }) },
    { what: 'an hsm', message: hsm },
    {
      what: 'a template with postback data',
      message: (seal) => ({
        template: {
          templateName: 'test_header_with_text_quick_reply',
          header: header(seal),
          body: body(seal),
          buttons: {
            suggestedResponse: { postbackData: { 1: seal.text('{"pressed":1}'), 3: seal.text('3') } },
          },
        },
      }),
    },
    {
      what: 'a template with a URL that varies',
      message: (seal) => ({
        template: {
          templateName: 'test_header_with_text_dynamic_action',
          header: header(seal),
          body: body(seal),
          buttons: { websiteUrl: [{ listPosition: 2, parameters: { 1: seal.text('contact/sales/') } }] },
        },
      }),
    },
    {
      what: 'a template with a picture',
      message: async (seal, to) => ({
        template: {
          templateName: 'test_media_header_with_image',
          header: { type: 'media', media: { fileId: await uploaded(seal, png, 'image/png', { to }) } },
          body: body(seal),
        },
      }),
    },
  ],
  legacy: [
    { what: 'a text', message: text },
    {
      what: 'a file inside the message',
      message: (seal) => ({
        content: seal.bytes(png).toString('base64'),
        contentType: 'image/png',
        caption: seal.text('A cake'),
        sha256Hash: sha256(png),
      }),
    },
    { what: 'an hsm', message: hsm },
  ],
}

function card(seal: Seal) {
  const all = (texts: Record<string, string>) =>
    Object.fromEntries(Object.entries(texts).map(([name, clear]) => [name, seal.text(clear)]))
  return {
    name: all({ firstName: 'John', formattedName: 'John Smith', lastName: 'Smith' }),
    addresses: [
      all({
        city: 'Menlo Park',
        country: 'United States',
        countryCode: 'us',
        state: 'CA',
        street: '1 Example Way',
        type: 'HOME',
        zip: '94025',
      }),
    ],
    birthday: seal.text('2021-12-31'),
    emails: [all({ email: 'test@example.com', type: 'WORK' })],
    org: all({ company: 'Example', department: 'Design', title: 'Manager' }),
    phones: [all({ phone: '+1 (940) 555-1234', type: 'HOME', wa_id: '19405551234' })],
    urls: [all({ url: 'https://www.example.com', type: 'WORK' })],
  }
}

const plainCard = (seal: Seal) => ({
  name: { formattedName: seal.text('Ann Lee') },
  phones: [{ phone: seal.text('1') }],
})

const installation = shared({ one: { encryption }, legacy: { encryption } })
const { accepted, uploaded } = sealedSends(installation)

for (const [generation, own] of Object.entries(rows) as [Generation, Row[]][])
  describe(`sealed, by ${generation},`, () => {
    for (const { what, message } of own)
      test(`${what} is on the phone as if it had never been`, async () => {
        await syncTemplates(installation())
        const [clear, sealed] = [String(++handset), String(++handset)]
        const client = await sealing(installation())
        const { encryptionKey } = client
        await accepted(generation, { to: clear, ...(await message(nothing, clear)) })
        const sent = { to: sealed, encryptionKey, ...(await message(client, sealed)) }
        const id = await accepted(generation, sent)
        assert.deepEqual(await shownOn(sealed), await shownOn(clear))

        const { json } = await installation().admin('GET', `/admin/messages/${id}`)
        const { content } = json as { content: unknown } // the contract of the admin API
        assert.doesNotMatch(
          JSON.stringify(content),
          /Ann Lee|A cake|pressed|Example|你好/,
          'it is kept sealed',
        )
      })
  })

test('nothing of what was sealed is kept in the clear', async () => {
  const secret = 'Nobody is to read this.'
  const bytes = Buffer.concat([pdf, Buffer.from(secret)])
  const { encryptionKey, ...seal } = await sealing(installation())
  const media = { contentType: 'application/pdf', caption: seal.text(secret), sha256Hash: sha256(bytes) }
  const [first, second] = [String(++handset), String(++handset)]
  await accepted('one', { to: first, encryptionKey, content: seal.text(secret) })
  await accepted('one', { to: second, encryptionKey, content: seal.bytes(bytes).toString('base64'), media })
  assert.equal((await shownOn(first)).shown.text, secret)
  assert.equal((await shownOn(second)).shown.caption, secret)

  const traces = await installation().traces()
  assert.ok(traces.size > 2)
  assert.deepEqual(placesOf(Buffer.from(secret), traces), [])
})

describe('a sealed file', () => {
  test('may have another key than the message that names it, and goes out again and again', async () => {
    const fileId = await uploaded(await sealing(installation()), png, 'image/png')
    const message = await sealing(installation())
    for (const caption of ['first', 'second']) {
      const to = String(++handset)
      const media = { fileId, caption: message.text(caption) }
      await accepted('one', { to, encryptionKey: message.encryptionKey, media })
      const { bytes, shown } = await shownOn(to)
      assert.deepEqual(bytes, png)
      assert.equal(shown.caption, caption)
    }
    const clear = String(++handset)
    await accepted('one', { to: clear, media: { fileId, caption: 'clear' } })
    assert.deepEqual((await shownOn(clear)).bytes, png)
  })

  test('may come with the hash of its sealed bytes', async () => {
    const to = String(++handset)
    const { bytes, encryptionKey } = await sealing(installation())
    const sealed = bytes(png)
    const media = { contentType: 'image/png', sha256Hash: sha256(sealed) }
    await accepted('one', { to, encryptionKey, content: sealed.toString('base64'), media })
    assert.deepEqual((await shownOn(to)).bytes, png)
  })

  test('may have 20 MB inside its message, and not a block more', async () => {
    const { bytes, encryptionKey } = await sealing(installation())
    const [whole, more] = [20 * 1024 * 1024 - 17, 20 * 1024 * 1024].map((size) =>
      Buffer.concat([pdf, Buffer.alloc(size - pdf.length, 7)]),
    )
    assert.ok(whole && more)
    const message = (to: string, clear: Buffer) => {
      const media = { contentType: 'application/pdf', sha256Hash: sha256(clear) }
      return { to, encryptionKey, content: bytes(clear).toString('base64'), media }
    }
    const to = String(++handset)
    await accepted('one', message(to, whole))
    assert.equal((await shownOn(to)).bytes?.equals(whole), true)
    const { httpStatus, json } = await installation().send('one', [message(String(++handset), more)])
    const { code } = oneError('media_too_big', '20')
    assert.equal(httpStatus, 400)
    assert.partialDeepStrictEqual(json, { messages: [{ accepted: false, error: { code } }] })
  })

  test('is kept as its client sealed it', async () => {
    const client = await sealing(installation())
    const fileId = await uploaded(client, png, 'image/png')
    const { ask } = installation()
    const kept = await installation().kept.bytesOf(fileId)
    assert.equal(kept.length, 64)
    assert.equal(kept.indexOf(png.subarray(0, 8)), -1)
    const { httpStatus } = await ask('GET', `/v1/media?fileId=${fileId}`, { key: keys.one })
    assert.equal(httpStatus, 200)
  })
})

/** All that is to see of a phone's one message, and its file. */
async function shownOn(to: string): Promise<{ shown: Record<string, unknown>; bytes: Buffer | undefined }> {
  const { phone, sandbox }: Installation = installation()
  const found = await eventually(async () => {
    const [shown] = await phone(to)
    return shown?.ticks === 'delivered' && shown
  }, `it is on ${to}`)
  const path = `/phones/${to}/messages/${encodeURIComponent(found.id)}/media`
  const file = await fetch(`${sandbox.url}${path}`)
  const bytes = Buffer.from(await file.arrayBuffer())
  // Without what differs from message to message.
  const { id: _, to: __, at: ___, ...rest } = found as unknown as Record<string, unknown> // the sandbox's own shape
  const shown = JSON.parse(JSON.stringify(rest).replaceAll(/"\/phones\/[^"]*"/g, '"its file"'))
  return { shown, bytes: file.ok ? bytes : undefined }
}
