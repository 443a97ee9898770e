import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { KeyRefused, type KeyService, KeysUnavailable } from '../core/keys.ts'

export interface Opened {
  service: KeyService
  /** Two names that it knows, and one that it does not. A service that takes any name has none of those. */
  names: [string, string]
  unknownName?: string
}

/** Holds a key service to the rules of `core/keys.ts`. A number in a test's name is the rule it checks. */
export function keySuite(open: (t: TestContext) => Promise<Opened>): void {
  describe('keeps the rules of a key service:', () => {
    test('1: a data key is 32 bytes, and another each time', async (t) => {
      const { service, names } = await open(t)
      const made = await Promise.all([service.make(names[0]), service.make(names[0])])
      assert.deepEqual(
        made.map(({ key }) => key.length),
        [32, 32],
      )
      assert.notDeepEqual(made[0]?.key, made[1]?.key)
      assert.notEqual(made[0]?.wrapped, made[1]?.wrapped)
    })

    test('1: it does not show in its blob', async (t) => {
      const { service, names } = await open(t)
      const { key, wrapped } = await service.make(names[0])
      assert.ok(!Buffer.from(wrapped, 'base64').includes(key))
    })

    test('2: unwrapped it is what it was, as often as it is asked for', async (t) => {
      const { service, names } = await open(t)
      const { key, wrapped } = await service.make(names[0])
      const copy = Buffer.from(key)
      key.fill(0)
      for (const unwrapped of [
        await service.unwrap(names[0], wrapped),
        await service.unwrap(names[0], wrapped),
      ]) {
        assert.deepEqual(unwrapped, copy)
        unwrapped.fill(0) // the caller's: nobody else sees it
      }
    })

    test('2: another name than it was made under is refused', async (t) => {
      const { service, names } = await open(t)
      const { wrapped } = await service.make(names[0])
      await assert.rejects(service.unwrap(names[1], wrapped), KeyRefused)
    })

    test('2: a name that the service does not know is refused', async (t) => {
      const { service, names, unknownName } = await open(t)
      if (unknownName === undefined) return t.skip('this service takes any name')
      const { wrapped } = await service.make(names[0])
      await assert.rejects(service.make(unknownName), KeyRefused)
      await assert.rejects(service.unwrap(unknownName, wrapped), KeyRefused)
    })

    const blobs: Record<string, (wrapped: Buffer) => Buffer | string> = {
      'that is empty': () => '',
      'that is no base64': () => 'no base64 at all',
      'with a line feed behind it': (wrapped) => `${wrapped.toString('base64')}\n`,
      'that is something else': () => Buffer.from('something else'),
      'that is cut off': (wrapped) => wrapped.subarray(0, -1),
      'that has more behind it': (wrapped) => Buffer.concat([wrapped, wrapped.subarray(0, 1)]),
      'that is as long, and random': (wrapped) => Buffer.alloc(wrapped.length, 0xa5),
      'with a changed bit at its end': (wrapped) => {
        const changed = Buffer.from(wrapped)
        changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1)
        return changed
      },
    }
    for (const [what, change] of Object.entries(blobs))
      test(`2: a blob ${what} is refused`, async (t) => {
        const { service, names } = await open(t)
        const { wrapped } = await service.make(names[0])
        const changed = change(Buffer.from(wrapped, 'base64'))
        const text = typeof changed === 'string' ? changed : changed.toString('base64')
        const error = await service.unwrap(names[0], text).catch((thrown: unknown) => thrown)
        assert.ok(error instanceof KeyRefused && !(error instanceof KeysUnavailable), String(error))
        assert.ok(text === '' || !error.message.includes(text), 'no blob in a message')
      })
  })
}
