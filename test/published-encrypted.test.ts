import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { oneError } from '@waypost/protocol'
import { fileOf } from './support/graph.ts'
import { keys } from './support/installation.ts'
import { isSealed } from './support/openssl.ts'
import { example, published, sameShape } from './support/published.ts'
import { answerTo, filled, picture, request } from './support/published-requests.ts'
import { sealedBusiness } from './support/sealed-business.ts'
import { encryption } from './support/sealing.ts'
import { shared } from './support/shared.ts'
import { makeUrlStatic, syncTemplates } from './support/templates.ts'

/** The published requests that are encrypted, by an integration that has encryption and by one that has not. */
const requests = published.filter(({ kind, encrypted }) => kind === 'request' && encrypted)

test('eighteen of the published requests are encrypted', () => {
  assert.equal(requests.length, 18)
})

describe('where there is encryption, the published request', () => {
  const installation = shared({ one: { encryption } })
  const business = () => ({ url: installation().url, key: keys.one, kmsArn: encryption.mtKey })
  before(async () => {
    await makeUrlStatic(installation(), 'https://acme.example/news')
    await syncTemplates(installation())
  })

  for (const one of requests) {
    const answer = answerTo(one)
    test(`${one.id} is answered as published in ${answer.id}`, async () => {
      const body = await filled(business(), one.id)
      const { httpStatus, json, text } = await request(business(), one.id, body)
      assert.equal(httpStatus, 202, text)
      const expected = structuredClone(answer.body)
      const [entry = {}] = expected.messages as object[]
      const [sent] = body.messages
      Object.assign(entry, { to: sent?.to, clientMessageId: sent?.clientMessageId })
      sameShape(json, expected)
    })
  }

  test('to upload a file is answered as published in 17', async () => {
    const query = new URLSearchParams({
      fileName: 'cake.jpg',
      to: '2799900001',
      encryptionKey: 'AQIDAHig+A==',
      kmsArn: encryption.mtKey,
      sha256FileHash: '529fd548'.repeat(8),
    })
    const headers = { 'content-type': 'image/jpg' }
    const { ask } = installation()
    const heard = await ask('POST', `/v1/media?${query}`, { key: keys.one, headers, body: picture.bytes })
    assert.equal(`HTTP ${heard.httpStatus}`, example(17).context)
    sameShape(heard.json, example(17).body)
  })
})

describe('where there is no encryption, the published request', () => {
  const installation = shared()

  for (const { id } of requests)
    test(`${id} is error 38`, async () => {
      const business = { url: installation().url, key: keys.one }
      const body = await filled(business, id)
      const { httpStatus, json } = await request(business, id, body)
      const { code, description } = oneError('channel_inactive')
      const [sent] = body.messages
      assert.equal(httpStatus, 400)
      assert.deepEqual(json, {
        messages: [
          {
            error: { code, description },
            accepted: false,
            to: sent?.to,
            clientMessageId: sent?.clientMessageId,
          },
        ],
        error: null,
      })
    })
})

describe('where there is encryption, the published callback', () => {
  const { contacts } =
    (example(90).body.event as { moContacts: { contacts: object[] }[] }).moContacts[0] ?? {}
  const photo = { id: '17', mime_type: 'image/jpeg', caption: 'caption text here' }
  const place = { latitude: -33.88, longitude: 18.63, name: 'Bakery', address: '1 Long Street' }
  const choice = { type: 'list_reply', list_reply: { id: '{"order":17}', title: 'Yes, please' } }

  /** What the person sent, and the `clientMessageId` of the message that it answers. */
  const rows: { id: number; type: string; body: unknown; answers?: { clientMessageId?: string } }[] = [
    { id: 83, type: 'text', body: { body: 'Yes, please.' }, answers: { clientMessageId: 'order-4711' } },
    { id: 85, type: 'image', body: photo, answers: {} },
    { id: 88, type: 'location', body: place },
    { id: 91, type: 'contacts', body: asMetaHas(contacts) },
    { id: 93, type: 'interactive', body: choice, answers: { clientMessageId: 'order-4711' } },
  ]
  for (const { id, type, body, answers } of rows)
    test(`${id} is told as published`, async (t) => {
      const { graph, installation, heard } = await sealedBusiness(t)
      graph.filesAnswer(fileOf(picture.bytes, { mime_type: 'image/jpeg' }))
      if (answers) {
        await installation.send('one', [{ to: '27999000002', content: 'Hello', ...answers }])
        await graph.sentTimes(1)
      }
      const context = answers && { context: { id: graph.sends[0]?.wamid } }
      const names = { contacts: [{ profile: { name: 'Ann' }, wa_id: '27999000002' }] }
      await graph.post({ ...graph.message(type, body, { from: '27999000002', ...context }), ...names })
      sameShape(form((await heard()).body), form(example(id).body))
    })
})

/** Meta spells members with underscores. */
function asMetaHas(contacts: unknown): unknown {
  const underscored = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  return JSON.parse(JSON.stringify(contacts).replace(/"(\w+)":/g, (_, name) => `"${underscored(name)}":`))
}

/** What is sealed, and what is another of each file, by its form. */
function form(body: object): unknown {
  return JSON.parse(JSON.stringify(body), (name, leaf: unknown) => {
    if (name === 'encryptionKey') return `${Buffer.from(String(leaf), 'base64').length} bytes in base64`
    if (name === 'downloadUrl') return [...new URL(String(leaf)).searchParams.keys()]
    if (name === 'sha256Hash' || name === 'byteSize' || name === 'fileName') return typeof leaf
    return isSealed(leaf) ? 'sealed' : leaf
  })
}
