import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Message } from './api.ts'
import { withReactions } from './reactions.ts'

const about = { from: '27999000001', to: '2799900101', ticks: 'read', at: 0 } as const

test('the newest reaction of each side counts, and an empty one takes it back', () => {
  const reacting = (direction: Message['direction'], emoji: string): Message => ({
    ...about,
    id: `${direction} ${emoji}`,
    kind: 'reaction',
    direction,
    reaction: { messageId: 'a', emoji },
  })
  const text: Message = { ...about, id: 'a', kind: 'text', text: 'Hello', direction: 'in' }
  const both = [text, reacting('out', '👍'), reacting('in', '🙏'), reacting('out', '😂')]
  assert.deepEqual(withReactions(both).said, [text])
  assert.deepEqual(withReactions(both).reactions.get('a'), { in: '🙏', out: '😂' })
  assert.deepEqual(withReactions([...both, reacting('out', '')]).reactions.get('a'), { in: '🙏' })
})
