import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { tokensOf } from './json-tokens.ts'

test('tokens joined again are the JSON, whatever the value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const joined = tokensOf(value)
        .map(({ text }) => text)
        .join('')
      assert.equal(joined, JSON.stringify(value, null, 2))
    }),
  )
})

test('a key is told from a string, and words from numbers', () => {
  const types = tokensOf({ 'a": ': ['b', -1.5e9, null] }).filter(({ type }) => type !== 'punctuation')
  assert.deepEqual(types, [
    { type: 'key', text: '"a\\": "' },
    { type: 'string', text: '"b"' },
    { type: 'number', text: '-1500000000' },
    { type: 'word', text: 'null' },
  ])
})
