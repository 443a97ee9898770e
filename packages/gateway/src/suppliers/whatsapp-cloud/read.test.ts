import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Attachment, Dlr, Mo, MoContent } from '../../core/message.ts'
import type { Reading } from '../../core/supplier.ts'
import { sender } from './integration.fake.ts'
import { ForeignBody, reader } from './read.ts'

const read = reader('integration', sender)
const readJson = (value: unknown) => read(Buffer.from(JSON.stringify(value)))

const fixtures = new Map(
  globSync(`${import.meta.dirname}/fixtures/*.json`).map((path) => [
    basename(path, '.json'),
    readFileSync(path),
  ]),
)

const wamid = 'wamid.HBgLMjc5OTkxMjM0NTYVAgARGBI5QTNDQTVCM0Q0Q0Q2RTY3RTcA'
const messageId = '0198a1b2c3d4700080000000000000a1'

const dlr = (of: Partial<Dlr> & Pick<Dlr, 'report'>): Dlr => ({
  integrationId: 'integration',
  supplierId: wamid,
  messageId,
  at: 1_763_800_000_000,
  ...of,
})
const mo = (of: Partial<Mo> = {}): Omit<Mo, 'id'> => ({
  integrationId: 'integration',
  channel: 'whatsapp',
  supplierId: 'wamid.HBgLMjc5OTkxMjM0NTYVAgASGBQzQTdCNTg5RjY1MEMyRjlGMjRGNgA=',
  from: '27999123456',
  to: '27999900101',
  profileName: 'Thandi M.',
  content: { type: 'text', text: { body: 'Yes, please' } },
  at: 1_763_800_042_000,
  ...of,
})
const without = <T extends object>(value: T, ...keys: (keyof T)[]): T => {
  const copy = { ...value }
  for (const key of keys) delete copy[key]
  return copy
}
const text = (body: string) => ({ type: 'text', text: { body } }) as const

const attachment = (of: Omit<Attachment, 'sha256'>): MoContent => ({
  type: 'attachment',
  attachment: { ...of, sha256: 'e017bac1b74ba43aa5a8f2ca12653262a5692536731f3a57067bc61ad8914a4b' },
})
const button = (text: string, payload: string): MoContent => ({ type: 'button', button: { text, payload } })
const unsupported = (kind: string): MoContent => ({ type: 'unsupported', unsupported: { kind } })
const degrees = { latitude: '-33.920873', longitude: '18.418217' }
const card = {
  name: { firstName: 'Sipho', formattedName: 'Sipho Dube', lastName: 'Dube' },
  addresses: [
    {
      city: 'Cape Town',
      country: 'South Africa',
      countryCode: '27',
      state: 'Western Cape',
      street: '1 Long Street',
      type: 'HOME',
      zip: '8001',
    },
  ],
  birthday: '1990-02-28',
  emails: [{ email: 'sipho@example.com', type: 'WORK' }],
  org: { company: 'Example Ltd' },
  phones: [{ phone: '+27 99 900 0004', type: 'CELL', waId: '27999000004' }],
  urls: [{ url: 'https://example.com', type: 'HOME' }],
}

const readings: Record<string, Partial<Reading>> = {
  text: { mos: [mo()] },
  'text-that-quotes': { mos: [mo({ relatedSupplierId: wamid })] },
  'text-forwarded': { mos: [mo()] },
  'text-with-escaped-emoji': { mos: [mo({ profileName: 'Zoë', content: text('Grüße 👋🏽') })] },
  'text-of-a-person-without-number': {
    mos: [without(mo({ userId: 'ZA.13491208655302741918', content: text('No number, only me') }), 'from')],
  },
  image: {
    mos: [
      mo({
        content: attachment({ supplierId: '1003383421387256', contentType: 'image/jpeg', caption: 'Look' }),
      }),
    ],
  },
  document: {
    mos: [
      mo({
        content: attachment({
          supplierId: '1003383421387257',
          contentType: 'application/pdf',
          fileName: 'order 17.pdf',
          caption: 'Signed',
        }),
      }),
    ],
  },
  'voice-message': {
    mos: [
      mo({ content: attachment({ supplierId: '1003383421387258', contentType: 'audio/ogg; codecs=opus' }) }),
    ],
  },
  sticker: {
    mos: [mo({ content: attachment({ supplierId: '1003383421387259', contentType: 'image/webp' }) })],
  },
  location: {
    mos: [
      mo({
        content: {
          type: 'location',
          location: { ...degrees, name: 'Bakery', address: '1 Long Street, Cape Town' },
        },
      }),
    ],
  },
  'location-without-a-name': { mos: [mo({ content: { type: 'location', location: degrees } })] },
  contacts: { mos: [mo({ content: { type: 'contacts', contacts: { contacts: [card] } } })] },
  button: {
    mos: [
      mo({ content: button('Pay later', '0198a1b2c3d4700080000000000000a1:2'), relatedSupplierId: wamid }),
    ],
  },
  'button-without-context': { mos: [mo({ content: button('Pay later', 'Pay later') })] },
  'interactive-button-reply': {
    mos: [mo({ content: button('Pay now', 'pay'), relatedSupplierId: wamid })],
  },
  'interactive-list-reply': { mos: [mo({ content: button('Red', 'red') })] },
  'interactive-flow-reply': { mos: [mo({ content: unsupported('interactive') })] },
  order: { mos: [mo({ content: unsupported('order') })] },
  reaction: {
    mos: [mo({ content: { type: 'reaction', reaction: { emoji: '👍' } }, relatedSupplierId: wamid })],
  },
  'reaction-taken-back': {
    mos: [mo({ content: { type: 'reaction', reaction: {} }, relatedSupplierId: wamid })],
  },
  'number-changed': { skipped: ['message system'] },
  'status-sent': { dlrs: [dlr({ report: { type: 'sent' } })] },
  'status-delivered': { dlrs: [dlr({ report: { type: 'delivered' }, at: 1_763_800_003_000 })] },
  'status-read-without-delivered': { dlrs: [dlr({ report: { type: 'read' }, at: 1_763_800_007_000 })] },
  'status-of-a-person-without-number': {
    dlrs: [dlr({ report: { type: 'delivered' }, at: 1_763_800_003_000 })],
  },
  'status-of-a-message-of-others': { dlrs: [without(dlr({ report: { type: 'sent' } }), 'messageId')] },
  'status-played': { skipped: ['status played'] },
  'failed-131026-undeliverable': {
    dlrs: [dlr({ report: { type: 'failed', status: 'not_on_channel', supplierCode: '131026' } })],
  },
  'failed-131047-outside-the-window': {
    dlrs: [dlr({ report: { type: 'failed', status: 'reengagement_required', supplierCode: '131047' } })],
  },
  'failed-130429-throttled': {
    dlrs: [
      dlr({
        report: { type: 'failed', status: 'server_rate_limit', supplierCode: '130429', retry: 'throughput' },
      }),
    ],
  },
  'failed-131056-pair-limit': {
    dlrs: [
      dlr({ report: { type: 'failed', status: 'server_rate_limit', supplierCode: '131056', retry: 'pair' } }),
    ],
  },
  'failed-without-a-reason': { dlrs: [dlr({ report: { type: 'failed', status: 'delivery_failed' } })] },
  'account-error': { skipped: ['error 131031'] },
  'several-changes': {
    dlrs: [
      dlr({ report: { type: 'sent' } }),
      dlr({ report: { type: 'delivered' }, at: 1_763_800_003_000 }),
      without(dlr({ report: { type: 'read' }, at: 1_763_800_009_000 }), 'messageId'),
    ],
    mos: [
      mo(),
      mo({ supplierId: 'wamid.second', from: '27999000111', profileName: 'Sipho', content: text('Me too') }),
      mo({ supplierId: 'wamid.third', content: text('Still here?') }),
    ],
    skipped: ['field account_update', 'foreign number'],
  },
  'one-broken-among-others': {
    dlrs: [dlr({ report: { type: 'read' } })],
    mos: [mo()],
    skipped: ['malformed status', 'malformed status', 'malformed message', 'malformed message'],
  },
}

describe('reading what Meta posts', () => {
  test('every fixture has its reading', () => {
    assert.deepEqual([...fixtures.keys()].sort(), Object.keys(readings).sort())
  })
  for (const [name, body] of fixtures) {
    test(name, () => assert.deepEqual(read(body), { mos: [], dlrs: [], skipped: [], ...readings[name] }))
  }
})

describe('reading what is odd', () => {
  const value = { metadata: { phone_number_id: sender.phoneNumberId } }
  const bodyOf = (members: object) => postOf([{ field: 'messages', value: { ...value, ...members } }])
  const message = { id: 'wamid.1', from: '27999123456', timestamp: '1', type: 'text', text: { body: 'Hi' } }

  test('the sender’s own number stands in for a display number that is missing', () => {
    assert.equal(readJson(bodyOf({ messages: [message] })).mos[0]?.to, sender.from)
  })
  test('a name belongs to its own contact only', () => {
    const contacts = [{ wa_id: '27000000000', profile: { name: 'Somebody else' } }]
    assert.equal(readJson(bodyOf({ contacts, messages: [message] })).mos[0]?.profileName, undefined)
  })
  test('a user id in the place of the number is not a number', () => {
    const person = { ...message, from: 'ZA.13491208655302741918', from_user_id: 'ZA.13491208655302741918' }
    const [mo] = readJson(bodyOf({ messages: [person] })).mos
    assert.partialDeepStrictEqual(mo, { userId: 'ZA.13491208655302741918' })
    assert.equal(mo?.from, undefined)
  })
  test('a time may be a number', () => {
    assert.equal(
      readJson(bodyOf({ messages: [{ ...message, timestamp: 1_763_800_000 }] })).mos[0]?.at,
      1_763_800_000_000,
    )
  })

  const cases: { what: string; body: unknown; skipped: string }[] = [
    {
      what: 'an entry',
      body: { object: 'whatsapp_business_account', entry: [7] },
      skipped: 'malformed entry',
    },
    { what: 'a change', body: postOf([null]), skipped: 'malformed change' },
    { what: 'a value', body: postOf([{ field: 'messages', value: [] }]), skipped: 'malformed value' },
    { what: 'a list of statuses', body: bodyOf({ statuses: {} }), skipped: 'malformed status' },
    { what: 'a list of messages', body: bodyOf({ messages: 'Hi' }), skipped: 'malformed message' },
    { what: 'an error', body: bodyOf({ errors: [null] }), skipped: 'error without code' },
    {
      what: 'a status of Object.prototype',
      body: bodyOf({ statuses: [{ id: 'wamid.1', timestamp: '1', status: 'constructor' }] }),
      skipped: 'status constructor',
    },
  ]
  for (const { what, body, skipped } of cases) {
    test(`${what} that is broken is skipped by name`, () => {
      assert.deepEqual(readJson(body), { mos: [], dlrs: [], skipped: [skipped] })
    })
  }

  test('100,000 items in one list are read', () => {
    assert.equal(readJson(bodyOf({ messages: Array(100_000).fill(message) })).mos.length, 100_000)
  })
})

describe('reading what is not a webhook of WhatsApp', () => {
  const foreign: [string, Uint8Array][] = [
    ['nothing', Buffer.from('')],
    ['half of a body', fixtures.get('text')?.subarray(0, 100) ?? Buffer.from('{')],
    ['bytes', Buffer.from([0xff, 0xfe, 0x00])],
    ['null', Buffer.from('null')],
    ['a list', Buffer.from('[]')],
    ['deep nesting', Buffer.from('['.repeat(1_000_000))],
    ['another object', Buffer.from('{"object":"page","entry":[]}')],
    ['no entries', Buffer.from('{"object":"whatsapp_business_account"}')],
  ]
  for (const [what, body] of foreign) {
    test(`${what} throws ForeignBody`, () => assert.throws(() => read(body), ForeignBody))
  }
})

describe('reading whatever comes', () => {
  const anything = fc.oneof(fc.jsonValue(), fc.constant(JSON.parse('{"__proto__":{"id":"x"}}')))

  test('never throws anything but ForeignBody', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.json().map(Buffer.from)), (body) => {
        survives(body)
      }),
    )
  })

  test('survives a fixture with anything in any place', () => {
    const bodies = [...fixtures.values()].map((body) => JSON.parse(body.toString()))
    fc.assert(
      fc.property(fc.constantFrom(...bodies), fc.nat(), anything, (body, place, value) => {
        survives(Buffer.from(JSON.stringify(replaced(body, place, value))))
      }),
      { numRuns: 2000 },
    )
  })

  test('finds every well-formed item among others', () => {
    const id = fc.string({ minLength: 1 })
    const timestamp = fc.nat().map(String)
    const report = fc.constantFrom('sent', 'delivered', 'read', 'failed')
    const status = fc.record({ id, timestamp, status: report }).map((item) => ({ kind: 'status', item }))
    const message = fc
      .record({
        id,
        timestamp,
        type: fc.constant('text'),
        from: fc.constant('27999123456'),
        text: fc.record({ body: fc.string() }),
      })
      .map((item) => ({ kind: 'message', item }))
    const noise = fc.record({ kind: fc.constantFrom('status', 'message'), item: anything })

    fc.assert(
      fc.property(fc.array(fc.array(fc.oneof(status, message, noise))), (changes) => {
        const itemsOf = (kind: string, of = changes.flat()) =>
          of.filter((one) => one.kind === kind).map(({ item }) => item)
        const body = postOf(
          changes.map((change) => ({
            field: 'messages',
            value: {
              metadata: { phone_number_id: sender.phoneNumberId },
              statuses: itemsOf('status', change),
              messages: itemsOf('message', change),
            },
          })),
        )
        const { dlrs, mos, skipped } = readJson(body)
        assert.deepEqual(
          dlrs.map(({ supplierId }) => supplierId),
          idsOf(itemsOf('status')),
        )
        assert.deepEqual(
          mos.map(({ supplierId }) => supplierId),
          idsOf(itemsOf('message')),
        )
        assert.equal(dlrs.length + mos.length + skipped.length, changes.flat().length)
      }),
    )
  })

  /** Noise has no chance of being well-formed: no arbitrary value has a time that is digits beside an id. */
  const idsOf = (items: unknown[]) =>
    items.flatMap((item) =>
      typeof item === 'object' && item !== null && 'id' in item && 'timestamp' in item ? [item.id] : [],
    )

  function survives(body: Uint8Array): void {
    try {
      const { mos, dlrs } = read(body)
      for (const { at } of [...mos, ...dlrs]) assert.ok(Number.isSafeInteger(at))
    } catch (error) {
      if (!(error instanceof ForeignBody)) throw error
    }
  }
})

function postOf(changes: unknown[]): object {
  return { object: 'whatsapp_business_account', entry: [{ id: '102290129340398', changes }] }
}

/** A copy with `value` in the place that is counted to, depth first. */
function replaced(json: unknown, place: number, value: unknown): unknown {
  let places = 0
  JSON.stringify(json, (_, member) => {
    places++
    return member
  })
  let at = place % places
  return JSON.parse(JSON.stringify(json, (_, member) => (at-- === 0 ? value : member)))
}
