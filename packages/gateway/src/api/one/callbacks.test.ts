import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { callbacks, type StatusName, statuses } from '@waypost/protocol'
import { Check } from 'typebox/value'
import type { MoContent, MoMedia } from '../../core/message.ts'
import type { CallbackEvent } from '../../core/store.ts'
import { oneCallback } from './callbacks.ts'

const settings = { inlineMedia: false, misspeltLatitude: false }
const integration = { id: 'integration-1', name: 'Bakery', callbacks: settings }
const around = {
  downloadUrl: ({ fileId, sha256 }: MoMedia) =>
    `https://waypost.example/v1/media?fileId=${fileId}&sha256Hash=${sha256}&source=client`,
  filePlace: 'the file',
}

const reply = {
  type: 'mo',
  mo: {
    id: '82828282828282828282828282828282',
    integrationId: 'integration-1',
    channel: 'whatsapp',
    supplierId: 'wamid.1',
    from: '27999000002',
    userId: 'ZA.13491208655302741918',
    to: '2799900101',
    profileName: 'Thandi',
    relatedSupplierId: 'wamid.0',
    content: { type: 'text', text: { body: 'Yes, please.' } },
    at: 1767225600000,
  },
  relatedMessageId: '83838383838383838383838383838383',
  relatedClientMessageId: 'order-4711',
} as const satisfies CallbackEvent

const delivered = {
  type: 'status',
  channel: 'whatsapp',
  status: 'delivered',
  messageId: '95959595959595959595959595959595',
  clientMessageId: 'order-4711',
  at: 1767225600123,
} as const satisfies CallbackEvent

const card = {
  addresses: [
    {
      city: 'Cape Town',
      country: 'South Africa',
      countryCode: '27',
      state: 'Western Cape',
      street: '1 Long Street',
      type: 'personal',
      zip: '8001',
    },
  ],
  birthday: '1990-02-28',
  emails: [{ email: 'sipho@example.com', type: 'personal' }],
  name: { firstName: 'Sipho', formattedName: 'Sipho Dube', lastName: 'Dube' },
  org: { company: 'Example Ltd' },
  phones: [
    { phone: '27999000003', type: 'personal' },
    { phone: '27999000004', type: 'personal', waId: '27999000004' },
  ],
  urls: [{ url: 'https://example.com', type: 'personal' }],
}
const alone = { relatedMessageId: undefined, relatedClientMessageId: undefined }
const place = {
  latitude: '-33.920873',
  longitude: '18.418217',
  name: 'Bakery',
  address: '1 Long Street, Cape Town',
}
const cat: MoMedia = {
  fileId: 'c45ada9b-8a51-4413-a134-928c2b085d31.jpg',
  contentType: 'image/jpeg',
  fileName: 'cat.jpg',
  bytes: 12345,
  sha256: '5f'.repeat(32),
  caption: 'Our cat',
}

/** The published events of a person, by the number of their example. */
const published: Record<number, { content: MoContent; more?: object; settings?: object }> = {
  84: { content: { type: 'media', media: cat }, more: { relatedClientMessageId: undefined } },
  87: {
    content: { type: 'location', location: place },
    more: alone,
    settings: { misspeltLatitude: true },
  },
  90: { content: { type: 'contacts', contacts: { contacts: [card] } }, more: alone },
  92: {
    content: {
      type: 'button',
      button: { text: 'Pay now', payload: 'ours', postbackData: '{"order":4711}' },
    },
  },
}

const told = (content: MoContent, more: object = {}, changed: object = {}, id: string = reply.mo.id) =>
  oneCallback(
    { ...integration, callbacks: { ...settings, ...changed } },
    { ...reply, ...more, mo: { ...reply.mo, id, content } },
    around,
  )

describe('a One API callback', () => {
  for (const [id, { content, more, settings }] of Object.entries(published))
    test(`of ${content.type} is published example ${id}`, () => {
      assert.deepEqual(told(content, more, settings, id.repeat(16)), example(Number(id)))
    })

  test('of a file has it inside where the integration wants it so', () => {
    const { files, ...rest } = (example(84) as { event: { moMedia: [{ files: unknown }] } }).event.moMedia[0]
    assert.deepEqual(
      told(
        { type: 'media', media: cat },
        { relatedClientMessageId: undefined },
        { inlineMedia: true },
        '84'.repeat(16),
      ).event,
      {
        moMedia: [{ ...rest, contentType: 'image/jpeg', content: 'the file', sha256Hash: '5f'.repeat(32) }],
      },
    )
  })

  test('of a place has the latitude under its own name alone, unless the integration wants both', () => {
    const { event } = told({ type: 'location', location: place })
    assert.ok('moLocation' in event && !('latitute' in (event.moLocation[0] ?? {})))
  })

  const texts: Record<string, MoContent> = {
    'Pay now': { type: 'button', button: { text: 'Pay now', payload: 'ours' } },
    '👍': { type: 'reaction', reaction: { emoji: '👍' } },
    '[reaction taken back]': { type: 'reaction', reaction: {} },
    '[file lost: image/jpeg] Our cat': {
      type: 'lost',
      lost: { contentType: 'image/jpeg', caption: 'Our cat' },
    },
  }
  for (const [content, said] of Object.entries(texts))
    test(`of ${said.type} without an event of its own is the text ${content}`, () => {
      const { event } = told(said)
      assert.ok('moText' in event)
      assert.equal(event.moText[0]?.content, content)
    })

  test('of a text is published example 82', () => {
    assert.deepEqual(oneCallback(integration, reply, around), example(82))
  })

  test('of a status is published example 95', () => {
    assert.deepEqual(oneCallback(integration, delivered, around), example(95))
  })

  test('of a text that answers nothing, from somebody without a name, says so with null', () => {
    const { profileName, relatedSupplierId, ...mo } = reply.mo
    assert.partialDeepStrictEqual(oneCallback(integration, { type: 'mo', mo }, around), {
      event: {
        moText: [{ relatedMessageId: null, relatedClientMessageId: null, whatsapp: { profileName: null } }],
      },
    })
  })

  test('of a kind we do not know is a text that names it', () => {
    const mo = { ...reply.mo, content: { type: 'unsupported', unsupported: { kind: 'sticker' } } } as const
    assert.partialDeepStrictEqual(oneCallback(integration, { ...reply, mo }, around), {
      event: { moText: [{ content: '[unsupported: sticker]' }] },
    })
  })

  test('of a status without clientMessageId has null there', () => {
    const { clientMessageId, ...status } = delivered
    assert.partialDeepStrictEqual(oneCallback(integration, status, around), {
      event: { messageStatusUpdate: [{ clientMessageId: null }] },
    })
  })

  test('fits its schema in every status and on both channels', () => {
    // The table's keys are its type's names.
    for (const status of Object.keys(statuses) as StatusName[]) {
      for (const channel of ['whatsapp', 'sms'] as const) {
        const body = oneCallback(integration, { ...delivered, status, channel }, around)
        assert.ok(Check(callbacks.messageStatusUpdate.schema, body), `${status} ${channel}`)
      }
    }
    for (const channel of ['whatsapp', 'sms'] as const) {
      const body = oneCallback(integration, { ...reply, mo: { ...reply.mo, channel } }, around)
      assert.ok(Check(callbacks.moText.schema, body), channel)
    }
  })
})

/** Our copy of a published example. */
function example(id: number): unknown {
  const file = new URL('../../../../../test/fixtures/published.json', import.meta.url)
  const all: { id: number; body: unknown }[] = JSON.parse(readFileSync(file, 'utf8'))
  return all.find((one) => one.id === id)?.body ?? assert.fail(`there is no example ${id}`)
}
