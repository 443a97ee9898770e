import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Message } from './api.ts'
import { after, conversationsOf } from './thread.ts'
import { tickText } from './tick.ts'

describe('after an event, a thread', () => {
  test('ends with the new message', () => {
    const messages = after([message({ id: '1' })], { type: 'message', message: message({ id: '2' }) })
    assert.deepEqual(
      messages.map(({ id }) => id),
      ['1', '2'],
    )
  })

  test('has a message once that came twice, in its place', () => {
    const before = [message({ id: '1', text: 'a' }), message({ id: '2' })]
    const messages = after(before, { type: 'message', message: message({ id: '1', text: 'b' }) })
    assert.deepEqual(
      messages.map(({ text }) => text),
      ['b', 'Hello'],
    )
  })

  const climbs = [
    { from: 'sent', to: 'delivered', shown: 'delivered' },
    { from: 'delivered', to: 'read', shown: 'read' },
    { from: 'sent', to: 'read', shown: 'read' },
    { from: 'read', to: 'delivered', shown: 'read' },
  ] as const
  for (const { from, to, shown } of climbs) {
    test(`shows ${shown} when ${to} comes to ${from}, by a tick or by the message`, () => {
      const before = [message({ id: '1', ticks: from })]
      assert.equal(after(before, { type: 'tick', id: '1', ticks: to })[0]?.ticks, shown)
      assert.equal(
        after(before, { type: 'message', message: message({ id: '1', ticks: to }) })[0]?.ticks,
        shown,
      )
    })
  }

  test('is the same after a tick of a message that is not there', () => {
    const before = [message({ id: '1' })]
    assert.equal(after(before, { type: 'tick', id: '2', ticks: 'read' }), before)
  })
})

test('conversations begin with the latest, and end with the businesses nobody spoke with', () => {
  const conversations = conversationsOf(
    [
      message({ from: '101', ticks: 'delivered', at: 1 }),
      message({ direction: 'out', from: '27', to: '102', at: 2 }),
      message({ from: '101', ticks: 'delivered', at: 3 }),
      message({ from: '101', ticks: 'sent', at: 4 }),
    ],
    ['100', '101'].map((number) => ({ number, phoneNumberId: `id-${number}`, webhook: null })),
  )
  assert.deepEqual(
    conversations.map(({ business, unread, last }) => ({ business, unread, at: last?.at })),
    [
      { business: '101', unread: 2, at: 4 },
      { business: '102', unread: 0, at: 2 },
      { business: '100', unread: 0, at: undefined },
    ],
  )
})

test('the same ticks say different things of what came and of what was written', () => {
  assert.equal(tickText({ direction: 'in', ticks: 'read' }), 'Read on the phone')
  assert.equal(tickText({ direction: 'out', ticks: 'read' }), 'Read by the business')
})

function message(given: Partial<Message>): Message {
  return {
    id: '1',
    from: '101',
    to: '27',
    kind: 'text',
    text: 'Hello',
    ticks: 'sent',
    direction: 'in',
    at: 0,
    ...given,
  }
}
