import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { KeyRefused, KeysUnavailable } from '../../core/keys.ts'
import { keySuite } from '../keys.suite.ts'
import { openLocal, rotateLocal } from './index.ts'

const names: [string, string] = ['arn:one', 'arn:other']

describe('keys of a file', () => {
  keySuite(async (t) => ({ service: await openLocal({ path: await newPath(t) }), names }))

  test('are made once, whoever begins at the same time, and only the owner may read them', async (t) => {
    const path = await newPath(t)
    const [one, other] = await Promise.all([openLocal({ path }), openLocal({ path })])
    const { key, wrapped } = await one.make('a')
    assert.deepEqual(await other.unwrap('a', wrapped), key)
    assert.equal((await stat(path)).mode & 0o777, 0o600)
    assert.deepEqual(await readdir(join(path, '..')), ['keys.json'], 'nothing is left beside it')
  })

  test('are the same after a restart', async (t) => {
    const path = await newPath(t)
    const { key, wrapped } = await (await openLocal({ path })).make('a')
    assert.deepEqual(await (await openLocal({ path })).unwrap('a', wrapped), key)
  })

  test('may be rotated: a new one wraps, older ones open, and whoever runs already learns of it', async (t) => {
    const path = await newPath(t)
    const running = await openLocal({ path })
    const old = await running.make('a')
    assert.equal(await rotateLocal(path), 2)
    const fresh = await openLocal({ path })
    const made = await fresh.make('a')
    assert.deepEqual(await fresh.unwrap('a', old.wrapped), old.key)
    assert.deepEqual(await running.unwrap('a', made.wrapped), made.key)
    assert.equal((await stat(path)).mode & 0o777, 0o600)

    const { keys } = JSON.parse(await readFile(path, 'utf8'))
    delete keys['1']
    await writeFile(path, JSON.stringify({ keys }))
    const without = await openLocal({ path })
    await assert.rejects(
      without.unwrap('a', old.wrapped),
      KeyRefused,
      'a key that was taken away opens nothing',
    )
    assert.deepEqual(await without.unwrap('a', made.wrapped), made.key)
  })

  test('that are rotated by several at once get one key from each that succeeds', async (t) => {
    const path = await newPath(t)
    const running = await openLocal({ path })
    const rotations = await Promise.allSettled(Array.from({ length: 8 }, () => rotateLocal(path)))
    const numbers = rotations.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    assert.ok(numbers.length > 0)
    assert.equal(new Set(numbers).size, numbers.length)
    const { keys } = JSON.parse(await readFile(path, 'utf8'))
    assert.equal(Object.keys(keys).length, 1 + numbers.length)
    assert.deepEqual(await readdir(join(path, '..')), ['keys.json'], 'nothing is left beside it')
    assert.equal(
      Buffer.from((await running.make('a')).wrapped, 'base64').readUInt32BE(1),
      Math.max(...numbers),
    )
  })

  test('cannot be asked while the file is broken, which nobody who sends a blob can cause', async (t) => {
    const path = await newPath(t)
    const service = await openLocal({ path })
    const known = await service.make('a')
    const unknown = Buffer.from(known.wrapped, 'base64')
    unknown.writeUInt32BE(77, 1)
    await assert.rejects(service.unwrap('a', unknown.toString('base64')), KeyRefused)
    await writeFile(path, 'broken')
    await assert.rejects(service.make('a'), KeysUnavailable)
    assert.deepEqual(await service.unwrap('a', known.wrapped), known.key)
  })

  test('that others may read are not used', async (t) => {
    const path = await newPath(t)
    await openLocal({ path })
    await chmod(path, 0o640)
    await assert.rejects(openLocal({ path }), /chmod 600/)
  })

  for (const text of ['', '{', '{}', '{"keys":{}}', '{"keys":{"1":"c2hvcnQ="}}', '{"keys":{"a":"b"}}'])
    test(`are not used, nor replaced, when the file has ${text || 'nothing'}`, async (t) => {
      const path = await newPath(t)
      await writeFile(path, text, { mode: 0o600 })
      await assert.rejects(openLocal({ path }), /no file of keys/)
      assert.equal(await readFile(path, 'utf8'), text)
    })
})

describe('a secret that the operator gives', () => {
  keySuite(async () => ({ service: await openLocal({ secret: randomBytes(32) }), names }))

  test('opens on every node that has it, and on no other', async () => {
    const secret = randomBytes(32)
    const { key, wrapped } = await (await openLocal({ secret: Buffer.from(secret) })).make('a')
    assert.deepEqual(await (await openLocal({ secret: Buffer.from(secret) })).unwrap('a', wrapped), key)
    const other = await openLocal({ secret: randomBytes(32) })
    await assert.rejects(other.unwrap('a', wrapped), KeyRefused)
  })

  test('is not written over, and wraps nothing when the service is closed', async () => {
    const secret = Buffer.alloc(32, 7)
    const service = await openLocal({ secret })
    await service[Symbol.asyncDispose]()
    assert.deepEqual(secret, Buffer.alloc(32, 7))
    await assert.rejects(service.make('a'), KeysUnavailable)
    await assert.rejects(service.unwrap('a', 'AQID'), KeysUnavailable)
  })
})

async function newPath(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'waypost-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return join(folder, 'keys.json')
}
