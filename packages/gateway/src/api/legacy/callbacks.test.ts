import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { LegacyMo, LegacyStatus, type StatusName, statuses } from '@waypost/protocol'
import { Check } from 'typebox/value'
import type { CallbackEvent } from '../../core/store.ts'
import { legacyCallback } from './callbacks.ts'

const integration = { id: 'integration-1', name: 'Bakery' }

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
    assert.deepEqual(legacyCallback(integration, text), example(81))
  })

  test('of a status is published example 94', () => {
    assert.deepEqual(legacyCallback(integration, delivered), example(94))
  })

  test('of an answer names the message that it answers, by both ids', () => {
    const answer = { ...text, relatedMessageId: 'ours', relatedClientMessageId: 'theirs' }
    assert.partialDeepStrictEqual(legacyCallback(integration, answer), {
      relatedMessageId: 'ours',
      clientMessageId: 'theirs',
    })
  })

  test('has every member, also where nothing is known', () => {
    const { profileName, ...mo } = text.mo
    const { clientMessageId, ...status } = delivered
    assert.partialDeepStrictEqual(legacyCallback(integration, { type: 'mo', mo }), { profileName: null })
    assert.partialDeepStrictEqual(legacyCallback(integration, status), { clientMessageId: null })
  })

  test('of a kind we do not know is a text that names it', () => {
    const mo = { ...text.mo, content: { type: 'unsupported', unsupported: { kind: 'sticker' } } } as const
    assert.partialDeepStrictEqual(legacyCallback(integration, { type: 'mo', mo }), {
      content: '[unsupported: sticker]',
      contentType: null,
    })
  })

  test('fits its schema in every status', () => {
    // The table's keys are its type's names.
    for (const status of Object.keys(statuses) as StatusName[]) {
      const body = legacyCallback(integration, { ...delivered, status })
      assert.ok(Check(LegacyStatus, body), status)
    }
    assert.ok(Check(LegacyMo, legacyCallback(integration, text)))
  })
})

/** Our copy of a published example. */
function example(id: number): unknown {
  const file = new URL('../../../../../test/fixtures/published.json', import.meta.url)
  const all: { id: number; body: unknown }[] = JSON.parse(readFileSync(file, 'utf8'))
  return all.find((one) => one.id === id)?.body ?? assert.fail(`there is no example ${id}`)
}
