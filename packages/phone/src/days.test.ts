import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Message } from './api.ts'
import { daysOf, dayText } from './days.ts'

// Local times, because a day is the reader's.
const now = new Date(2026, 10, 22, 0, 30).getTime()

describe('a day is called', () => {
  const cases = [
    { name: 'Today', at: new Date(2026, 10, 22, 23, 59) },
    { name: 'Yesterday', at: new Date(2026, 10, 21, 23, 59) },
    { name: 'Monday', at: new Date(2026, 10, 16, 12) },
    { name: '15 November 2026', at: new Date(2026, 10, 15, 12) },
    { name: '23 November 2026', at: new Date(2026, 10, 23, 0, 0) },
  ]
  for (const { name, at } of cases) {
    test(`${name} on ${at.toDateString()}`, () => assert.equal(dayText(at.getTime(), now), name))
  }
})

test('messages are split where a new day begins', () => {
  const messages = [
    messageAt('1', new Date(2026, 10, 20, 9)),
    messageAt('2', new Date(2026, 10, 20, 23, 59, 59)),
    messageAt('3', new Date(2026, 10, 21, 0, 0)),
  ]
  const days = daysOf(messages).map((day) => day.messages.map(({ id }) => id))
  assert.deepEqual(days, [['1', '2'], ['3']])
})

function messageAt(id: string, at: Date): Message {
  return { id, from: '1', to: '2', kind: 'text', ticks: 'read', direction: 'in', at: at.getTime() }
}
