import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { KeyRefused, KeysUnavailable } from '../core/keys.ts'
import { StoreUnavailable } from '../core/store.ts'
import { openStore } from '../store/index.ts'
import { integrationOf } from '../store/suite/scene.ts'
import { newFolder, wrappingIn } from './testing.ts'
import { keyKeptMs, OwnerGone, openVault } from './vault.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const folder = await newFolder()
const store = await openStore(`sqlite:${join(folder, 'ledger.db')}`)
after(() => store[Symbol.asyncDispose]())
const wrapping = await wrappingIn(folder)

let owners = 0
async function newOwner(): Promise<string> {
  const id = `owner ${++owners}`
  await store.putIntegration(integrationOf(id))
  return id
}

describe('the vault', () => {
  test('has one key of an owner, whichever node asks first and however many ask', async () => {
    const owner = await newOwner()
    const nodes = [openVault({ store, wrapping }), openVault({ store, wrapping })]
    const keys = await Promise.all(nodes.flatMap((node) => [node.keyFor(owner), node.keyFor(owner)]))
    const again = await openVault({ store, wrapping }).keyOf(owner)
    assert.ok(again && keys.every((key) => key.equals(again)))
    const other = await openVault({ store, wrapping }).keyFor(await newOwner())
    assert.ok(!other.equals(again))
  })

  test('makes none for who only reads', async () => {
    const owner = await newOwner()
    assert.equal(await openVault({ store, wrapping }).keyOf(owner), undefined)
    assert.equal(await store.sealingKey(owner), undefined)
  })

  test('asks the key service once in five minutes, and then again', async () => {
    const owner = await newOwner()
    let at = 0
    let asked = 0
    const counting = {
      name: wrapping.name,
      service: {
        make: wrapping.service.make,
        unwrap(name: string, wrapped: string) {
          asked++
          return wrapping.service.unwrap(name, wrapped)
        },
      },
    }
    const vault = openVault({ store, wrapping: counting, now: () => at })
    await vault.keyFor(owner)
    at = keyKeptMs - 1
    await vault.keyOf(owner)
    assert.equal(asked, 0, 'it was made a moment ago')
    at = keyKeptMs
    await Promise.all([vault.keyOf(owner), vault.keyOf(owner)])
    assert.equal(asked, 1)
  })

  test('keeps no key for longer than five minutes, though nobody asks for another', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    let at = 0
    const vault = openVault({ store, wrapping, now: () => at })
    const key = new WeakRef(await vault.keyFor(await newOwner()))
    at = 1
    const later = new WeakRef(await vault.keyFor(await newOwner()))
    const kept = async () => {
      t.mock.timers.tick(1)
      await turn() // what was just looked at is held until then
      collectGarbage()
      return [key, later].map((held) => held.deref() !== undefined)
    }
    at = keyKeptMs - 1
    t.mock.timers.tick(keyKeptMs - 2)
    assert.deepEqual(await kept(), [true, true])
    at = keyKeptMs
    assert.deepEqual(await kept(), [false, true])
    at = keyKeptMs + 1
    assert.deepEqual(await kept(), [false, false])
    assert.equal(await vault.keyOf('nobody'), undefined)
  })

  test('has a deleted key no more: at once where it was deleted, within five minutes elsewhere', async () => {
    const owner = await newOwner()
    let at = 0
    const here = openVault({ store, wrapping, now: () => at })
    const elsewhere = openVault({ store, wrapping, now: () => at })
    await here.keyFor(owner)
    await elsewhere.keyOf(owner)
    await store.deleteIntegration(owner)
    here.forget(owner)
    assert.equal(await here.keyOf(owner), undefined)
    assert.notEqual(await elsewhere.keyOf(owner), undefined)
    at = keyKeptMs
    assert.equal(await elsewhere.keyOf(owner), undefined)
  })

  test('makes none for an integration that is not there any more', async () => {
    const owner = await newOwner()
    await store.deleteIntegration(owner)
    const vault = openVault({ store, wrapping })
    await assert.rejects(vault.keyFor(owner), OwnerGone)
    assert.equal(await vault.keyOf(owner), undefined)
    assert.equal(await store.sealingKey(owner), undefined)
  })

  test('says of a key that the service will not open that it is refused; nothing can be stored with it', async () => {
    const owner = await newOwner()
    await openVault({ store, wrapping }).keyFor(owner)
    const other = openVault({ store, wrapping: await wrappingIn(folder, 'others.json') })
    await assert.rejects(other.keyOf(owner), KeyRefused)
    await assert.rejects(other.keyFor(owner), StoreUnavailable)
  })

  test('is unavailable while the key service is, and not longer', async () => {
    const owner = await newOwner()
    await openVault({ store, wrapping }).keyFor(owner)
    let isAway = true
    const moody = {
      name: wrapping.name,
      service: {
        make: wrapping.service.make,
        async unwrap(name: string, wrapped: string) {
          if (isAway) throw new KeysUnavailable('out of reach')
          return wrapping.service.unwrap(name, wrapped)
        },
      },
    }
    const vault = openVault({ store, wrapping: moody })
    for (const ask of [vault.keyOf, vault.keyFor]) await assert.rejects(ask(owner), StoreUnavailable)
    isAway = false
    assert.notEqual(await vault.keyOf(owner), undefined)
  })
})
