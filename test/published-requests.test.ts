import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { oneStatus } from '@waypost/protocol'
import { eventually } from './support/eventually.ts'
import { type Installation, install, type PhoneMessage } from './support/installation.ts'
import { example, published, sameShape, withLegacyError } from './support/published.ts'
import { answerTo, filled, keyFor, picture, request, statement } from './support/published-requests.ts'
import { shared } from './support/shared.ts'
import { makeUrlStatic, syncTemplates } from './support/templates.ts'

/** Every published request that is not encrypted: how it is answered, and what it is on the phone. */
const requests = published.filter(({ kind, encrypted }) => kind === 'request' && !encrypted)

const text = { kind: 'text', text: 'Your parcel is on its way.', preview: false }
const link = { kind: 'text', text: 'Follow it at https://example.com/parcels/4711', preview: true }
const cake = { kind: 'image', caption: 'Your *cake*', media: { contentType: 'image/png' } }
const name = { firstName: 'Thandi', formattedName: 'Thandi Nkosi', lastName: 'Nkosi' }
const home = { phone: '+27 21 555 0101', type: 'HOME' }
const address = { city: 'Mowbray', country: 'South Africa', countryCode: 'za', state: 'WC', zip: '7700' }
const welcome = { kind: 'template', body: 'Welcome Bakery' }
const baked = (amount: string) => ({
  kind: 'template',
  body: `Your order is baked\n\nThe amount is ${amount}.`,
})
const month = { header: 'News of March 2026' }
const footer = { footer: 'From the sandbox' }
const button = (type: string) => (text: string) => ({ type, text, pressed: false })
const replies = { buttons: ['Tell me more', 'Call me', 'Not now'].map(button('reply')) }
const actions = { buttons: [button('dial')('Call us'), button('url')('Open the page')] }
const photo = { media: { contentType: 'image/png', bytes: picture.bytes.length } }
const paper = { media: { contentType: 'application/pdf', fileName: 'statement.pdf' } }

const shows: Record<number, object> = {
  1: text,
  2: text,
  6: link,
  7: link,
  11: cake,
  12: cake,
  18: cake,
  22: {
    kind: 'location',
    location: {
      latitude: -33.946512345678,
      longitude: 18.473298765432,
      name: 'Bakery',
      address: '12 Flour Street, Mowbray, Western Cape 7700',
    },
  },
  26: { kind: 'contacts', contacts: [{ name, phones: [home] }] },
  28: {
    kind: 'contacts',
    contacts: [
      {
        name,
        addresses: [
          { ...address, street: '1 Oven Lane', type: 'HOME' },
          { ...address, street: '12 Flour Street', type: 'WORK' },
        ],
        birthday: '1990-04-17',
        emails: [
          { email: 'thandi@example.com', type: 'WORK' },
          { email: 'bakery@example.com', type: 'WORK' },
        ],
        org: { company: 'Bakery', department: 'Cakes', title: 'Baker' },
        phones: [home, { phone: '+27 21 555 0102', type: 'WORK', waId: '27999000002' }],
        urls: [{ url: 'https://example.com/bakery', type: 'WORK' }],
      },
    ],
  },
  32: welcome,
  33: welcome,
  37: welcome,
  41: { ...baked('R13.50'), ...month, ...footer },
  45: { ...baked('R21.50'), ...photo },
  49: { ...baked('R16.50'), ...month, ...footer, ...replies },
  53: { ...baked('R16.50'), ...month, ...footer, ...replies },
  57: { ...baked('R14.50'), ...month, ...actions },
  61: { ...baked('R14.50'), ...month, ...actions },
  65: { ...baked('R17.50'), ...paper, ...replies },
  69: { ...baked('R17.50'), ...paper, ...replies },
  73: { kind: 'template', header: 'When we are there', body: 'Our hours are 7am-3pm.' },
}

describe('the published requests', () => {
  const installation = shared()
  before(() => syncTemplates(installation()))
  /** The request without a parameter for the URL has the template of the one with a parameter. */
  const withStaticUrl = shared()
  before(async () => {
    await makeUrlStatic(withStaticUrl(), 'https://acme.example/news')
    await syncTemplates(withStaticUrl())
  })
  const installationFor = (id: number) => (id === 61 ? withStaticUrl() : installation())

  for (const one of requests) {
    const { id, generation } = one
    const answer = answerTo(one)
    test(`${id} is answered as published in ${answer.id}, and on the phone`, async () => {
      const { heard, sent, shown } = await made(installationFor(id), id)
      // Two answers were published with 200, which the text around them contradicts; two with another recipient.
      assert.equal(heard.httpStatus, 202)
      const expected = structuredClone(answer.body)
      const [entry = {}] = expected.messages as object[]
      Object.assign(entry, { to: sent.to, clientMessageId: sent.clientMessageId })
      sameShape(heard.json, withLegacyError(generation, expected))

      const message = await shown()
      assert.partialDeepStrictEqual(message, shows[id] ?? assert.fail('nothing is expected of it'))
      if ('media' in message)
        assert.deepEqual(await bytesOf(installationFor(id), message), (id < 60 ? picture : statement).bytes)
    })
  }

  for (const { id, opens } of [
    { id: 57, opens: 'https://acme.example/cakes/lemon/' },
    { id: 61, opens: 'https://acme.example/news' },
  ])
    test(`${id} has a button that calls, and one that opens ${opens}`, async () => {
      const { shown } = await made(installationFor(id), id)
      const { to, id: wamid } = await shown()
      const path = `/phones/${to}/messages/${encodeURIComponent(wamid)}/press`
      const press = async (button: number) =>
        (await installationFor(id).askSandbox('POST', path, { button })).json
      assert.deepEqual([await press(1), await press(2)], [{ dials: '+27215550100' }, { opens }])
    })

  test('61 is status 144 where the URL of the template wants a parameter', async () => {
    const { heard } = await made(installation(), 61)
    assert.equal(heard.httpStatus, 202)
    const { apiMessageId } = (heard.json as { messages: { apiMessageId: string }[] }).messages[0] ?? {}
    const told = await installation().received.one.call(({ raw }) => raw.includes(apiMessageId ?? '?'))
    assert.match(told.raw, new RegExp(`"statusCode":${oneStatus('parameter_missing').code}\\b`))
  })

  test('73 may leave out its header, as its note says', async () => {
    const { heard, shown } = await made(installation(), 73, ({ template }) => delete template?.header)
    assert.equal(heard.httpStatus, 202)
    assert.partialDeepStrictEqual(await shown(), shows[73] ?? {})
  })
})

describe('the published uploads', () => {
  test('are answered as published in 16', async (t) => {
    const { ask } = await install(t)
    for (const query of ['to=2799900001', 'broadcastAllowed=true']) {
      const heard = await ask('POST', `/v1/media?fileName=cake.jpg&${query}`, {
        key: keyFor(18),
        headers: { 'content-type': 'image/jpg' },
        body: Buffer.from('ffd8ffe000104a46494600', 'hex'),
      })
      assert.equal(`HTTP ${heard.httpStatus}`, example(16).context)
      sameShape(heard.json, example(16).body)
      assert.match((heard.json as { fileId: string }).fileId, /^[0-9a-f-]{36}\.jpg$/)
    }
  })
})

test('there are 40 published requests', () => {
  assert.equal(published.filter(({ kind }) => kind === 'request').length, 40)
})

type Message = Awaited<ReturnType<typeof filled>>['messages'][number]

/** Makes a published request. Whoever looks for it on the phone, waits for it. */
async function made(installation: Installation, id: number, change: (message: Message) => void = () => {}) {
  const business = { url: installation.url, key: keyFor(id) }
  const body = await filled(business, id)
  const [sent] = body.messages
  assert.ok(sent)
  change(sent)
  const before = (await installation.phone(sent.to)).length
  const heard = await request(business, id, body)
  const newest = async () => (await installation.phone(sent.to))[before]
  return { heard, sent, shown: () => eventually(newest, 'it is on the phone') }
}

async function bytesOf({ sandbox }: Installation, { to, id }: PhoneMessage) {
  const answer = await fetch(`${sandbox.url}/phones/${to}/messages/${encodeURIComponent(id)}/media`)
  return Buffer.from(await answer.arrayBuffer())
}
