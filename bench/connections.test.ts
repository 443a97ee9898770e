import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placeOf } from './connections.ts'

const placesOf = (connections: number, divided: { apiKeys: string[]; ports: number[] }) =>
  Array.from({ length: connections }, (_, i) => placeOf(i, divided)).map(({ apiKey, port }) => apiKey + port)

test('connections take turns with the keys, all at the one node', () => {
  assert.deepEqual(placesOf(3, { apiKeys: ['a', 'b'], ports: [1] }), ['a1', 'b1', 'a1'])
})

test('each key speaks to each of several nodes', () => {
  assert.deepEqual(placesOf(4, { apiKeys: ['a', 'b'], ports: [1, 2] }), ['a1', 'b1', 'a2', 'b2'])
})
