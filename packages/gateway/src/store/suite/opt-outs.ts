import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { OptOut } from '../../core/integration.ts'
import { type Stage, scene } from './scene.ts'

export function optOutsSuite(stage: Stage): void {
  function register() {
    const { store, integrationId, clock } = scene(stage)
    const optOut = (msisdn: string, at = clock.at): OptOut => ({ integrationId, msisdn, at })
    const all = async () => {
      const { optOuts } = await store.loadSettings()
      return optOuts.filter((one) => one.integrationId === integrationId)
    }
    return { store, integrationId, optOut, all }
  }

  describe('opt-outs', () => {
    test('are loaded as they were put, by number, and the first of a number counts', async () => {
      const { store, optOut, all } = register()
      await store.putOptOut(optOut('27999000002', 2))
      await store.putOptOut(optOut('27999000001', 1))
      await store.putOptOut(optOut('27999000002', 9))
      assert.deepEqual(await all(), [optOut('27999000001', 1), optOut('27999000002', 2)])
    })

    test('are deleted one at a time, and then put anew', async () => {
      const { store, integrationId, optOut, all } = register()
      const elsewhere = register()
      await elsewhere.store.putOptOut(elsewhere.optOut('27999000001'))
      for (const msisdn of ['27999000001', '27999000002']) await store.putOptOut(optOut(msisdn, 1))
      await store.deleteOptOut(integrationId, '27999000001')
      await store.deleteOptOut(integrationId, '27999000003')
      assert.deepEqual(await all(), [optOut('27999000002', 1)])
      assert.equal((await elsewhere.all()).length, 1)
      await store.putOptOut(optOut('27999000001', 2))
      assert.deepEqual(await all(), [optOut('27999000001', 2), optOut('27999000002', 1)])
    })

    test('come in pages, by number', async () => {
      const { store, integrationId, optOut } = register()
      const elsewhere = register()
      await elsewhere.store.putOptOut(elsewhere.optOut('27999000002'))
      const msisdns = ['27999000004', '27999000001', '2799900', '27999000003']
      for (const msisdn of msisdns) await store.putOptOut(optOut(msisdn))
      const sorted = msisdns.sort().map((msisdn) => optOut(msisdn))
      const first = await store.optOutsOf({ integrationId, limit: 2 })
      assert.deepEqual(first.items, sorted.slice(0, 2))
      assert.ok(first.nextCursor !== undefined)
      const rest = await store.optOutsOf({ integrationId, limit: 2, cursor: first.nextCursor })
      assert.deepEqual(rest, { items: sorted.slice(2), nextCursor: undefined })
    })

    test('go with their integration', async () => {
      const { store, integrationId, optOut, all } = register()
      const elsewhere = register()
      await elsewhere.store.putOptOut(elsewhere.optOut('27999000001'))
      await store.putOptOut(optOut('27999000001'))
      await store.deleteIntegration(integrationId)
      assert.deepEqual(await all(), [])
      assert.equal((await elsewhere.all()).length, 1)
    })
  })
}
