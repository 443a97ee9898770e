import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { callbacks, type StatusName, statuses } from '@waypost/protocol'
import { Check } from 'typebox/value'
import type { CallbackEvent } from '../../core/store.ts'
import { oneCallback } from './callbacks.ts'

const integration = { id: 'integration-1', name: 'Bakery' }

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

describe('a One API callback', () => {
  test('of a text is published example 82', () => {
    assert.deepEqual(oneCallback(integration, reply), example(82))
  })

  test('of a status is published example 95', () => {
    assert.deepEqual(oneCallback(integration, delivered), example(95))
  })

  test('of a text that answers nothing, from somebody without a name, says so with null', () => {
    const { profileName, relatedSupplierId, ...mo } = reply.mo
    assert.partialDeepStrictEqual(oneCallback(integration, { type: 'mo', mo }), {
      event: {
        moText: [{ relatedMessageId: null, relatedClientMessageId: null, whatsapp: { profileName: null } }],
      },
    })
  })

  test('of a kind we do not know is a text that names it', () => {
    const mo = { ...reply.mo, content: { type: 'unsupported', unsupported: { kind: 'sticker' } } } as const
    assert.partialDeepStrictEqual(oneCallback(integration, { ...reply, mo }), {
      event: { moText: [{ content: '[unsupported: sticker]' }] },
    })
  })

  test('of a status without clientMessageId has null there', () => {
    const { clientMessageId, ...status } = delivered
    assert.partialDeepStrictEqual(oneCallback(integration, status), {
      event: { messageStatusUpdate: [{ clientMessageId: null }] },
    })
  })

  test('fits its schema in every status and on both channels', () => {
    // The table's keys are its type's names.
    for (const status of Object.keys(statuses) as StatusName[]) {
      for (const channel of ['whatsapp', 'sms'] as const) {
        const body = oneCallback(integration, { ...delivered, status, channel })
        assert.ok(Check(callbacks.messageStatusUpdate.schema, body), `${status} ${channel}`)
      }
    }
    for (const channel of ['whatsapp', 'sms'] as const) {
      const body = oneCallback(integration, { ...reply, mo: { ...reply.mo, channel } })
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
