import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { eventually } from './support/eventually.ts'
import { type Installation, keys } from './support/installation.ts'
import { shared } from './support/shared.ts'

/** What a business can send besides text: what arrives on the phone, and what wrong requests get. */
const place = {
  longitude: '18.635891216806',
  latitude: '-33.881037287485',
  name: 'Example Ltd',
  address: '100 Example Street, Bellville, Western Cape 7530',
}
const john = { firstName: 'John', formattedName: 'John Smith', lastName: 'Smith' }
const home = { phone: '+1 (940) 555-1234', type: 'HOME' }
const fullCard = {
  name: john,
  addresses: [
    {
      city: 'Menlo Park',
      country: 'United States',
      countryCode: 'us',
      state: 'CA',
      street: '1 Example Way',
      type: 'HOME',
      zip: '94025',
    },
    { city: 'Menlo Park', street: '200 Example Dr', type: 'WORK' },
  ],
  birthday: '2021-12-31',
  emails: [{ email: 'test@example.com', type: 'WORK' }],
  org: { company: 'Example', department: 'Design', title: 'Manager' },
  phones: [home, { phone: '+1 (650) 555-1234', type: 'WORK', wa_id: '16505551234' }],
  urls: [{ url: 'https://www.example.com', type: 'WORK' }],
}

let handset = 27_999_100_000

/** Sends it to a phone of its own, and answers what that shows. */
async function shownOf(installation: Installation, message: object): Promise<Record<string, unknown>> {
  const to = String(++handset)
  const sent = await installation.send('one', [{ to, ...message }])
  assert.equal(sent.httpStatus, 202, sent.text)
  return eventually(async () => {
    const [shown] = await installation.phone(to)
    return shown as unknown as Record<string, unknown> | undefined // the sandbox's own shape
  }, 'it is on the phone')
}

/** Members of one object only. */
const pick = (shown: Record<string, unknown>, ...names: string[]) =>
  Object.fromEntries(names.map((name) => [name, shown[name]]))

describe('a location', () => {
  const installation = shared()

  for (const [how, location] of Object.entries({
    'in text': place,
    'in numbers': { ...place, latitude: -33.881037287485, longitude: 18.635891216806 },
  }))
    test(`${how} is a pin on the phone`, async () => {
      const shown = await shownOf(installation(), { location })
      assert.deepEqual(pick(shown, 'kind', 'location'), {
        kind: 'location',
        location: { ...place, latitude: -33.881037287485, longitude: 18.635891216806 },
      })
    })

  test('may be so near to a line that JSON writes its degrees with an exponent', async () => {
    const shown = await shownOf(installation(), { location: { latitude: 1e-7, longitude: -2.5e-10 } })
    assert.deepEqual(shown.location, { latitude: 1e-7, longitude: -2.5e-10 })
  })

  test('needs neither name nor address, and null counts as left out', async () => {
    const location = { latitude: '0', longitude: '-180', name: null, address: null }
    const shown = await shownOf(installation(), { location })
    assert.deepEqual(shown.location, { latitude: 0, longitude: -180 })
  })
})

describe('contacts', () => {
  const installation = shared()

  test('with a name and a number are a card on the phone', async () => {
    const shown = await shownOf(installation(), { contacts: [{ name: john, phones: [home] }] })
    assert.deepEqual(pick(shown, 'kind', 'contacts'), {
      kind: 'contacts',
      contacts: [{ name: john, phones: [home] }],
    })
  })

  test('keep every detail', async () => {
    const shown = await shownOf(installation(), { contacts: [fullCard] })
    const { wa_id: waId, ...work } = fullCard.phones[1] as { wa_id: string }
    assert.deepEqual(shown.contacts, [{ ...fullCard, phones: [home, { ...work, waId }] }])
  })

  test('have no member that is empty', async () => {
    const shown = await shownOf(installation(), {
      contacts: [
        {
          name: { formattedName: '', firstName: 'John', lastName: 'Smith' },
          phones: [{}, home],
          org: {},
          birthday: '',
        },
      ],
    })
    assert.deepEqual(shown.contacts, [{ name: john, phones: [home] }])
  })

  test('get a whole name where only parts of it were sent', async () => {
    const shown = await shownOf(installation(), {
      contacts: [{ name: { firstName: 'John', lastName: 'Smith' }, phones: [home] }],
    })
    assert.deepEqual(shown.contacts, [{ name: john, phones: [home] }])
  })
})

/** As small as each can be and still be recognised. */
const bytesOf = {
  png: Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex'),
  pdf: Buffer.from('%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF\n'),
  ogg: Buffer.concat([
    Buffer.from('OggS\0\x02', 'latin1'),
    Buffer.alloc(20),
    Buffer.from('\x01\x13OpusHead\x01\x01', 'latin1'),
    Buffer.alloc(40),
  ]),
  gif: Buffer.from('GIF89a\x01\0\x01\0\0\0\0;', 'latin1'),
  text: Buffer.from('Just words.'),
}

interface Uploading {
  bytes?: Buffer
  contentType?: string
  fileName?: string
  parameters?: Record<string, string>
  key?: string
}

async function uploaded(
  { ask }: Installation,
  {
    bytes = bytesOf.png,
    contentType = 'image/png',
    fileName = 'a cat.png',
    parameters = { broadcastAllowed: 'true' },
    key = keys.one,
  }: Uploading = {},
): Promise<string> {
  const answer = await ask('POST', `/v1/media?${new URLSearchParams({ fileName, ...parameters })}`, {
    key,
    headers: { 'content-type': contentType },
    body: bytes,
  })
  assert.equal(answer.httpStatus, 201, answer.text)
  return (answer.json as { fileId: string }).fileId
}

describe('a file', () => {
  const installation = shared()

  const kinds: { kind: string; file: Uploading; caption?: string }[] = [
    { kind: 'image', file: {}, caption: 'A cat' },
    { kind: 'image', file: {} },
    {
      kind: 'document',
      file: { bytes: bytesOf.pdf, contentType: 'application/pdf', fileName: 'Bill 7.pdf' },
      caption: 'Your bill',
    },
    {
      kind: 'document',
      file: { bytes: bytesOf.text, contentType: 'text/plain; charset=utf-8', fileName: 'a.txt' },
    },
    { kind: 'audio', file: { bytes: bytesOf.ogg, contentType: 'audio/ogg; codecs=opus', fileName: 'a.ogg' } },
  ]
  for (const { kind, file, caption } of kinds)
    test(`is ${kind} on the phone, ${caption ? 'with its caption' : 'without a caption'}, byte by byte`, async () => {
      const fileId = await uploaded(installation(), file)
      const shown = await shownOf(installation(), { media: { fileId, ...(caption && { caption }) } })
      assert.equal(shown.kind, kind)
      assert.equal(shown.caption, caption)
      const { contentType } = shown.media as { contentType: string }
      assert.equal(contentType.split(';')[0], (file.contentType ?? 'image/png').split(';')[0])
      const { sandbox } = installation()
      const path = `/phones/${shown.to}/messages/${encodeURIComponent(String(shown.id))}/media`
      const bytes = Buffer.from(await (await fetch(`${sandbox.url}${path}`)).arrayBuffer())
      assert.deepEqual(bytes, file.bytes ?? bytesOf.png)
    })

  test('of one recipient goes to that one, and to another is status 84', async () => {
    const to = String(++handset)
    const fileId = await uploaded(installation(), { parameters: { to } })
    const send = (to: string) => installation().send('one', [{ to, media: { fileId } }])
    const [mine, other] = [await send(to), await send(String(++handset))]
    assert.deepEqual([mine.httpStatus, other.httpStatus], [202, 202])
    const { apiMessageId } = (other.json as { messages: { apiMessageId: string }[] }).messages[0] ?? {}
    const told = await installation().received.one.call(({ raw }) => raw.includes(apiMessageId ?? '?'))
    assert.match(told.raw, /"statusCode":84/)
    await eventually(async () => (await installation().phone(to)).length === 1, 'it is on the right phone')
    assert.deepEqual(await installation().phone(String(handset)), [])
  })
})
