import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Integration } from '../core/integration.ts'
import type { Callback } from '../core/store.ts'
import { filePlace } from './body.ts'
import { teller } from './tell.ts'

test('an event whose file cannot be read now is told later', async () => {
  const tell = teller({
    deliver: () => assert.fail('nothing can be delivered'),
    shapes: { one: () => ({ content: filePlace }), legacy: () => ({}) },
    media: { open: () => Promise.reject(new Error('EIO')) },
    chance: { now: () => 1000, random: () => 0.5 },
  })
  // All that is read of them.
  const integration = { callbacks: { generation: 'one' } } as Integration
  const media = { fileId: 'a', bytes: 3 }
  const event = { type: 'mo', mo: { content: { type: 'media', media } } }
  const callback = { id: 'first', sequence: 1, attempts: 0, event } as Callback
  assert.deepEqual(await tell(integration, 'http://127.0.0.1', callback), {
    id: 'first',
    sequence: 1,
    at: 1000,
    error: 'file unreadable',
    next: { state: 'waiting', dueAt: 6000 },
  })
})
