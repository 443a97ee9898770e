import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'

/**
 * The published examples, to hold a whole installation to: the same members, the same types, and the same values as far
 * as they are neither ids nor times. `fixtures/README.md` says what our copy of them has kept.
 */
export interface Example {
  id: number
  kind: 'request' | 'response' | 'callback'
  generation: 'one' | 'legacy'
  context: string
  encrypted?: true
  body: Record<string, unknown>
}

const file = new URL('../fixtures/published.json', import.meta.url)
export const published: Example[] = JSON.parse(readFileSync(file, 'utf8'))

export function example(id: number): Example {
  return published.find((one) => one.id === id) ?? assert.fail(`there is no example ${id}`)
}

/** Members whose values are ours or the clock's, and which the examples fill with placeholders. */
const own = new Set([
  'messageId',
  'apiMessageId',
  'fileId',
  'timestamp',
  'integrationId',
  'integrationName',
  'profileName',
  'relatedMessageId',
  'relatedClientMessageId',
])

/** Members as published, but that an answer echoes its own request's recipient and client id, which the test gave. */
export function sameShape(actual: unknown, expected: unknown, path = ''): void {
  if (Array.isArray(expected)) {
    assert.ok(Array.isArray(actual), `${path} is a list`)
    assert.equal(actual.length, expected.length, `${path} has as many entries`)
    for (const [i, entry] of expected.entries()) sameShape(actual[i], entry, `${path}[${i}]`)
  } else if (typeof expected === 'object' && expected !== null) {
    assert.ok(typeof actual === 'object' && actual !== null, `${path} is an object`)
    const members = (value: object) => Object.keys(value).sort()
    assert.deepEqual(members(actual), members(expected), `${path} has the published members`)
    for (const [name, value] of Object.entries(expected))
      sameShape((actual as Record<string, unknown>)[name], value, `${path}.${name}`)
  } else if (own.has(path.split('.').at(-1) ?? '')) {
    const type = (value: unknown) => (value === null ? 'null' : typeof value)
    assert.equal(type(actual), type(expected), `${path} has the published type`)
  } else assert.deepEqual(actual, expected, path)
}

/** The legacy examples leave the top-level `error` out; we send null, as the older pages of the same API show it. */
export function withLegacyError(generation: Example['generation'], body: Example['body']): Example['body'] {
  return generation === 'legacy' ? { error: null, ...body } : body
}
