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

  test('that were made are for one message: nobody keeps them', async (t) => {
    const { keys, given } = await open(t)
    const { wrapped, key } = await keys.make('a')
    assert.deepEqual(given.map(isZero), [true])
    assert.deepEqual((await keys.unwrap('a', wrapped)).export(), key.export())
    assert.equal(given.length, 2)
  })

  test('belong to their name', async (t) => {
    const { keys } = await open(t)
    const { wrapped } = await keys.make('a')
    await assert.rejects(keys.unwrap('b', wrapped), KeyRefused)
  })

  test('are overwritten with zeros when there are too many, and what uses one goes on', async (t) => {
    const { take, given } = await open(t, { most: 2 })
    const taken = [await take(), await take(), await take()]
    assert.deepEqual(given.map(isZero), [true, false, false])
    assert.ok(!isZero(taken[0]?.export() ?? Buffer.alloc(1)))
  })

  test('are asked for again when their time is over, however often they were used', async (t) => {
    const { keys, service, given, pass } = await open(t)
    const { wrapped } = await service.make('a')
    for (const [ms, asked] of [
      [0, 1],
      [299_999, 1],
      [1, 2],
    ] as const) {
      pass(ms)
      await keys.unwrap('a', wrapped)
      assert.equal(given.length, asked)
    }
  })

  test('are overwritten when their time is over, although nobody asks', { timeout: 10_000 }, async (t) => {
    const { take, given } = await open(t, { keptMs: 20 }, 'real time')
    await take()
    await take()
    while (!given.every(isZero)) await new Promise((resolve) => setTimeout(resolve, 5))
  })

  test('are overwritten when the gateway stops', async (t) => {
    const { keys, take, given } = await open(t)
    await take()
    keys[Symbol.dispose]()
    assert.deepEqual(given.map(isZero), [true])
  })

  test('that could not be asked for are asked for again; those that were refused, after some seconds', async (t) => {
    const { keys, service, fail, pass } = await open(t)
    const { wrapped, key } = await service.make('a')
    const unwrap = () => keys.unwrap('a', wrapped)
    fail(new KeysUnavailable('not now'))
    await assert.rejects(unwrap(), KeysUnavailable)
    fail(new KeyRefused('no'))
    await assert.rejects(unwrap(), KeyRefused)
    fail(undefined)
    pass(4999)
    await assert.rejects(unwrap(), KeyRefused)
    pass(1)
    assert.deepEqual((await unwrap()).export(), key)
  })
})

const isZero = (key: Buffer) => key.every((byte) => byte === 0)

/** `given` are the very bytes that the service gave. */
async function open(
  t: TestContext,
  { most = 1000, keptMs = 300_000 }: { most?: number; keptMs?: number } = {},
  clock: 'virtual' | 'real time' = 'virtual',
) {
  let at = 0
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
  const limits = { most, keptMs, refusedMs: 5000 }
  const keys = clock === 'virtual' ? dataKeys(watched, limits, () => at) : dataKeys(watched, limits)
  t.after(() => keys[Symbol.dispose]())
  const fail = (error: Error | undefined) => {
    failure = error
  }
  const pass = (ms: number) => {
    at += ms
  }
  const take = async () => keys.unwrap('a', (await service.make('a')).wrapped)
  return { service, keys, given, fail, pass, take }
}
