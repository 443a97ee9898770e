import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, type TestContext, test } from 'node:test'
import { KeyRefused, type KeyService, KeysUnavailable } from '../core/keys.ts'
import { dataKeys } from './data-keys.ts'
import { openLocal } from './local/index.ts'

describe('data keys', () => {
  test('are asked for once, and are the same for everybody who has the same blob', async (t) => {
    const { keys, service, given } = await open(t)
    const { wrapped, key } = await service.make('a')
    const found = await Promise.all([keys.unwrap('a', wrapped), keys.unwrap('a', wrapped)])
    found.push(await keys.unwrap('a', wrapped))
    for (const one of found) assert.deepEqual(one.export(), key)
    assert.equal(given.length, 1)
  })

  test('that were made are kept as well', async (t) => {
    const { keys, given } = await open(t)
    const { wrapped, key } = await keys.make('a')
    assert.deepEqual((await keys.unwrap('a', wrapped)).export(), key.export())
    assert.equal(given.length, 1, 'the one that was made')
  })

  test('belong to their name', async (t) => {
    const { keys } = await open(t)
    const { wrapped } = await keys.make('a')
    await assert.rejects(keys.unwrap('b', wrapped), KeyRefused)
  })

  test('are overwritten with zeros when there are too many, and what uses one goes on', async (t) => {
    const { keys, given } = await open(t, { most: 2, keptMs: 60_000 })
    const made = [await keys.make('a'), await keys.make('a'), await keys.make('a')]
    assert.deepEqual(given.map(isZero), [true, false, false])
    assert.ok(!isZero(made[0]?.key.export() ?? Buffer.alloc(1)))
  })

  test('are overwritten when their time is over, although nobody asks', async (t) => {
    const { keys, given } = await open(t, { most: 10, keptMs: 20 })
    await keys.make('a')
    await keys.make('a')
    while (!given.every(isZero)) await new Promise((resolve) => setTimeout(resolve, 5))
  })

  test('are overwritten when the gateway stops', async (t) => {
    const { keys, given } = await open(t)
    await keys.make('a')
    keys[Symbol.dispose]()
    assert.deepEqual(given.map(isZero), [true])
  })

  test('that were refused, or could not be asked for, are asked for again', async (t) => {
    const { keys, service, fail } = await open(t)
    const { wrapped, key } = await service.make('a')
    for (const error of [new KeyRefused('no'), new KeysUnavailable('not now')]) {
      fail(error)
      await assert.rejects(keys.unwrap('a', wrapped), error)
    }
    fail(undefined)
    assert.deepEqual((await keys.unwrap('a', wrapped)).export(), key)
  })
})

const isZero = (key: Buffer) => key.every((byte) => byte === 0)

/** `given` are the very bytes that the service gave. */
async function open(t: TestContext, limits?: { most: number; keptMs: number }) {
  const service = await openLocal({ secret: randomBytes(32) })
  const given: Buffer[] = []
  let failure: Error | undefined
  const watched: KeyService = {
    async make(name) {
      const made = await service.make(name)
      given.push(made.key)
      return made
    },
    async unwrap(name, wrapped) {
      if (failure) throw failure
      const key = await service.unwrap(name, wrapped)
      given.push(key)
      return key
    },
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  }
  const keys = dataKeys(watched, limits)
  t.after(() => keys[Symbol.dispose]())
  const fail = (error: Error | undefined) => {
    failure = error
  }
  return { service, keys, given, fail }
}
