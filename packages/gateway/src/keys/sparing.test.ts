import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type KeyService, KeysUnavailable } from '../core/keys.ts'
import { sparing } from './sparing.ts'

test('a key that could not be had is not asked for again for a while; another one is', async () => {
  const { asked, service, answers } = far()
  answers.set('one', new KeysUnavailable('throttled'))
  const spared = sparing(service, { restMs: 60_000 })
  for (const blob of ['AQ==', 'Ag==']) await assert.rejects(spared.unwrap('one', blob), KeysUnavailable)
  await spared.unwrap('other', 'AQ==')
  assert.deepEqual(asked, ['one', 'other'])
})

test('when the while is over it is asked for, and what it answers counts', async () => {
  const { asked, service, answers } = far()
  answers.set('one', new KeysUnavailable('throttled'))
  const spared = sparing(service, { restMs: 0 })
  await assert.rejects(spared.unwrap('one', 'AQ=='), KeysUnavailable)
  answers.delete('one')
  assert.equal((await spared.unwrap('one', 'AQ==')).length, 32)
  assert.deepEqual(asked, ['one', 'one'])
})

test('a refusal is about one blob: others are asked for', async () => {
  const { asked, service, answers } = far()
  answers.set('one', new Error('refused'))
  const spared = sparing(service, { restMs: 60_000 })
  for (const blob of ['AQ==', 'Ag==']) await assert.rejects(spared.unwrap('one', blob), /refused/)
  assert.deepEqual(asked, ['one', 'one'])
})

test('keys are made all the while', async () => {
  const { service, answers } = far()
  answers.set('one', new KeysUnavailable('throttled'))
  const spared = sparing(service, { restMs: 60_000 })
  await assert.rejects(spared.unwrap('one', 'AQ=='), KeysUnavailable)
  assert.equal((await spared.make('one')).wrapped, 'AQ==')
})

/** A service that answers each name as the test wants. */
function far() {
  const asked: string[] = []
  const answers = new Map<string, Error>()
  const service: KeyService = {
    async make() {
      return { key: Buffer.alloc(32), wrapped: 'AQ==' }
    },
    async unwrap(name) {
      asked.push(name)
      const error = answers.get(name)
      if (error) throw error
      return Buffer.alloc(32)
    },
    async [Symbol.asyncDispose]() {},
  }
  return { asked, answers, service }
}
