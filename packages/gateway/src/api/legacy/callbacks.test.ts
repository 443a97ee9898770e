import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { type Contact, LegacyMo, LegacyStatus, type StatusName, statuses } from '@waypost/protocol'
import { Check } from 'typebox/value'
import type { MoContent } from '../../core/message.ts'
import type { CallbackEvent } from '../../core/store.ts'
import { legacyCallback } from './callbacks.ts'

const integration = { id: 'integration-1', name: 'Bakery' }
const around = { filePlace: 'the file' }

const text = {
  type: 'mo',
  mo: {
    id: '81818181818181818181818181818181',
    integrationId: 'integration-1',
    channel: 'whatsapp',
    supplierId: 'wamid.1',
    from: '27999000002',
    userId: 'ZA.13491208655302741918',
    to: '2799900102',
    profileName: 'Thandi',
    content: { type: 'text', text: { body: 'Is it coming today?' } },
    at: 1767225600000,
  },
} as const satisfies CallbackEvent

const delivered = {
  type: 'status',
  channel: 'whatsapp',
  status: 'delivered',
  messageId: '94949494949494949494949494949494',
  clientMessageId: 'order-4711',
  at: 1767225600123,
} as const satisfies CallbackEvent

describe('a legacy callback', () => {
  test('of a text is published example 81', () => {
    assert.deepEqual(legacyCallback(integration, text, around), example(81))
  })

  test('of a status is published example 94', () => {
    assert.deepEqual(legacyCallback(integration, delivered, around), example(94))
  })

  test('of a place is published example 86', () => {
    const location = {
      latitude: '-33.920873',
      longitude: '18.418217',
      name: 'Bakery',
      address: '1 Long Street, Cape Town',
    }
    assert.deepEqual(told('86'.repeat(16), { type: 'location', location }), example(86))
  })

  test('of contact cards is published example 89', () => {
    const published = example(89) as { contacts: Contact[] }
    const content = { type: 'contacts', contacts: { contacts: published.contacts } } as const
    assert.deepEqual(told('89'.repeat(16), content), published)
  })

  test('of a file has it inside, whatever the integration wants of the other generation', () => {
    const media = {
      fileId: 'c45ada9b-8a51-4413-a134-928c2b085d31.jpg',
      contentType: 'image/jpeg',
      fileName: 'cat.jpg',
      bytes: 12345,
      sha256: '5f'.repeat(32),
      caption: 'Our cat',
    }
    assert.partialDeepStrictEqual(told('84'.repeat(16), { type: 'media', media }), {
      content: 'the file',
      contentType: 'image/jpeg',
      caption: 'Our cat',
      sha256Hash: null,
    })
  })

  test('of a button is its text, and the postback data has no place', () => {
    const button = { text: 'Pay now', payload: 'ours', postbackData: '17' }
    const pressed = { ...text, mo: { ...text.mo, content: { type: 'button', button } as const } }
    assert.deepEqual(legacyCallback(integration, pressed, around), { ...example81(), content: 'Pay now' })
  })

  test('of an answer names the message that it answers, by both ids', () => {
    const answer = { ...text, relatedMessageId: 'ours', relatedClientMessageId: 'theirs' }
    assert.partialDeepStrictEqual(legacyCallback(integration, answer, around), {
      relatedMessageId: 'ours',
      clientMessageId: 'theirs',
    })
  })

  test('has every member, also where nothing is known', () => {
    const { profileName, ...mo } = text.mo
    const { clientMessageId, ...status } = delivered
    assert.partialDeepStrictEqual(legacyCallback(integration, { type: 'mo', mo }, around), {
      profileName: null,
    })
    assert.partialDeepStrictEqual(legacyCallback(integration, status, around), { clientMessageId: null })
  })

  test('of a kind we do not know is a text that names it', () => {
    const mo = { ...text.mo, content: { type: 'unsupported', unsupported: { kind: 'sticker' } } } as const
    assert.partialDeepStrictEqual(legacyCallback(integration, { type: 'mo', mo }, around), {
      content: '[unsupported: sticker]',
      contentType: null,
    })
  })

  test('fits its schema in every status', () => {
    // The table's keys are its type's names.
    for (const status of Object.keys(statuses) as StatusName[]) {
      const body = legacyCallback(integration, { ...delivered, status }, around)
      assert.ok(Check(LegacyStatus, body), status)
    }
    assert.ok(Check(LegacyMo, legacyCallback(integration, text, around)))
  })
})

const told = (id: string, content: MoContent) =>
  legacyCallback(integration, { ...text, mo: { ...text.mo, id, content } }, around)

const example81 = () => example(81) as object

/** Our copy of a published example. */
function example(id: number): unknown {
  const file = new URL('../../../../../test/fixtures/published.json', import.meta.url)
  const all: { id: number; body: unknown }[] = JSON.parse(readFileSync(file, 'utf8'))
  return all.find((one) => one.id === id)?.body ?? assert.fail(`there is no example ${id}`)
}
