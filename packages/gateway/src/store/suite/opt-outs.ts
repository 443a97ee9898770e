import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { OptOut } from '../../core/integration.ts'
import type { Store } from '../../core/store.ts'
import { type Stage, scene } from './scene.ts'

/** What a store is asked for, by the register that holds it. */
const registers = {
  'opt-outs': (store: Store) => ({
    put: store.putOptOut,
    remove: store.deleteOptOut,
    page: store.optOutsOf,
    all: async () => (await store.loadSettings()).optOuts,
  }),
  'opt-ins': (store: Store) => ({
    put: store.putOptIn,
    remove: store.deleteOptIn,
    page: store.optInsOf,
    all: async () => (await store.loadSettings()).optIns,
  }),
}

export function optOutsSuite(stage: Stage): void {
  for (const [name, registerOf] of Object.entries(registers)) registerSuite(name, registerOf, stage)
}

function registerSuite(name: string, registerOf: (typeof registers)['opt-outs'], stage: Stage): void {
  function register() {
    const { store, integrationId, clock } = scene(stage)
    const { put, remove, page, all: everyone } = registerOf(store)
    const optOut = (msisdn: string, at = clock.at): OptOut => ({ integrationId, msisdn, at })
    const all = async () => {
      const known = await everyone()
      return known.filter((one) => one.integrationId === integrationId)
    }
    return { store, integrationId, optOut, all, put, remove, page }
  }

  describe(name, () => {
    test('are loaded as they were put, by number, and the first of a number counts', async () => {
      const { put, optOut, all } = register()
      await put(optOut('27999000002', 2))
      await put(optOut('27999000001', 1))
      await put(optOut('27999000002', 9))
      assert.deepEqual(await all(), [optOut('27999000001', 1), optOut('27999000002', 2)])
    })

    test('are deleted one at a time, and then put anew', async () => {
      const { put, remove, integrationId, optOut, all } = register()
      const elsewhere = register()
      await elsewhere.put(elsewhere.optOut('27999000001'))
      for (const msisdn of ['27999000001', '27999000002']) await put(optOut(msisdn, 1))
      await remove(integrationId, '27999000001')
      await remove(integrationId, '27999000003')
      assert.deepEqual(await all(), [optOut('27999000002', 1)])
      assert.equal((await elsewhere.all()).length, 1)
      await put(optOut('27999000001', 2))
      assert.deepEqual(await all(), [optOut('27999000001', 2), optOut('27999000002', 1)])
    })

    test('come in pages, by number', async () => {
      const { put, page, integrationId, optOut } = register()
      const elsewhere = register()
      await elsewhere.put(elsewhere.optOut('27999000002'))
      const msisdns = ['27999000004', '27999000001', '2799900', '27999000003']
      for (const msisdn of msisdns) await put(optOut(msisdn))
      const sorted = msisdns.sort().map((msisdn) => optOut(msisdn))
      const first = await page({ integrationId, limit: 2 })
      assert.deepEqual(first.items, sorted.slice(0, 2))
      assert.ok(first.nextCursor !== undefined)
      const rest = await page({ integrationId, limit: 2, cursor: first.nextCursor })
      assert.deepEqual(rest, { items: sorted.slice(2), nextCursor: undefined })
    })

    test('go with their integration', async () => {
      const { store, put, integrationId, optOut, all } = register()
      const elsewhere = register()
      await elsewhere.put(elsewhere.optOut('27999000001'))
      await put(optOut('27999000001'))
      await store.deleteIntegration(integrationId)
      assert.deepEqual(await all(), [])
      assert.equal((await elsewhere.all()).length, 1)
    })
  })
}
