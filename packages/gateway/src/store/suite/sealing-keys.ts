import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { theInstallation } from '../../core/store.ts'
import { integrationOf, type Stage, scene } from './scene.ts'

export function sealingKeysSuite(stage: Stage): void {
  describe('a sealing key', () => {
    test('is the first that was put, whoever asks', async () => {
      const { store } = stage
      const { integrationId: owner } = scene(stage)
      await store.putIntegration(integrationOf(owner))
      assert.equal(await store.sealingKey(owner), undefined)
      const put = await Promise.all(['first', 'second'].map((wrapped) => store.putSealingKey(owner, wrapped)))
      assert.deepEqual(put, ['first', 'first'])
      assert.equal(await store.sealingKey(owner), 'first')
    })

    test('is of an integration that is there: it comes back with nobody', async () => {
      const { store } = stage
      const { integrationId: owner } = scene(stage)
      assert.equal(await store.putSealingKey(owner, 'early'), undefined)
      assert.equal(await store.sealingKey(owner), undefined)
      await store.putIntegration(integrationOf(owner))
      await store.putSealingKey(owner, 'in time')
      await store.deleteIntegration(owner)
      assert.equal(await store.putSealingKey(owner, 'late'), undefined)
      assert.equal(await store.sealingKey(owner), undefined)
    })

    test('goes with its integration, and no other does', async () => {
      const { store } = stage
      const [gone, stays] = [scene(stage).integrationId, scene(stage).integrationId]
      for (const owner of [gone, stays]) {
        await store.putIntegration(integrationOf(owner))
        await store.putSealingKey(owner, `of ${owner}`)
      }
      const own = await store.putSealingKey(theInstallation, 'of the installation')
      await store.deleteIntegration(gone)
      assert.equal(await store.sealingKey(gone), undefined)
      assert.equal(await store.sealingKey(stays), `of ${stays}`)
      assert.equal(await store.sealingKey(theInstallation), own)
      await store.putIntegration(integrationOf(gone))
      assert.equal(await store.putSealingKey(gone, 'another'), 'another')
    })
  })
}
