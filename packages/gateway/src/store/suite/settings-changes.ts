import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { defaultAccount } from '../../core/integration.ts'
import { integrationOf, type Stage, scene } from './scene.ts'

export function settingsChangesSuite(stage: Stage): void {
  describe('what changes in the settings', () => {
    test('is told in the order of the changes, to whoever knows how far it was', async () => {
      const { store, integrationId } = scene(stage)
      const { version } = await store.loadSettings()
      assert.deepEqual(await store.settingsAfter(version), { version, changes: [] })
      const integration = integrationOf(integrationId)
      const pin = { integrationId, number: '278', outcome: 'recipient_invalid' } as const
      const person = { integrationId, msisdn: '27820000001', at: 5 }
      await store.putAccount({ ...defaultAccount, perDay: 7 })
      await store.putIntegration(integration)
      await store.putPin(pin)
      await store.putOptOut(person)
      await store.deletePin(integrationId, '278')
      await store.putClockOffset(0)
      await store.deleteIntegration(integrationId)
      const news = await store.settingsAfter(version)
      assert.deepEqual(
        // What was left out may come back as null.
        news?.changes.map((change) => change.filter((part: unknown) => part !== null)),
        [
          ['putAccount', { ...defaultAccount, perDay: 7 }],
          ['putIntegration', integration],
          ['putPin', pin],
          ['putOptOut', person],
          ['deletePin', integrationId, '278'],
          ['putClockOffset', 0],
          ['deleteIntegration', integrationId],
        ],
      )
      assert.deepEqual(await store.settingsAfter(news?.version ?? 0), { version: news?.version, changes: [] })
      assert.equal((await store.loadSettings()).version, news?.version)
    })

    test('is also what a person wished who wrote', async () => {
      const { store, integrationId, mo } = scene(stage)
      const { version } = await store.loadSettings()
      const wrote = mo()
      await store.recordMos([{ ...wrote, wish: 'stop' }])
      await store.recordMos([{ ...mo(), wish: 'start' }])
      const news = await store.settingsAfter(version)
      assert.deepEqual(news?.changes, [
        ['putOptOut', { integrationId, msisdn: wrote.from, at: wrote.at }],
        ['deleteOptOut', integrationId, wrote.from],
      ])
    })

    test('is not known once it is to be forgotten; what follows is', async () => {
      const { store, integrationId } = scene(stage)
      const early = await store.loadSettings()
      await store.putPin({ integrationId, number: '278', outcome: 'recipient_invalid' })
      const { version } = await store.loadSettings()
      await store.forgetSettingsChanges()
      assert.equal(await store.settingsAfter(early.version), undefined)
      assert.deepEqual(await store.settingsAfter(version), { version, changes: [] })
      assert.equal((await store.loadSettings()).version, version)
      await store.deletePin(integrationId, '278')
      assert.equal(await store.settingsAfter(early.version), undefined)
      assert.deepEqual((await store.settingsAfter(version))?.changes, [['deletePin', integrationId, '278']])
    })

    test('is not known for ever', async () => {
      const { store, integrationId } = scene(stage)
      const { version } = await store.loadSettings()
      const puts = Array.from({ length: 10_500 }, (_, at) =>
        store.putOptIn({ integrationId, msisdn: '27820000001', at }),
      )
      await Promise.all(puts)
      assert.equal(await store.settingsAfter(version), undefined)
      const now = await store.loadSettings()
      const recent = await store.settingsAfter(now.version - 3000)
      assert.equal(recent?.changes.length, 1000, 'as many as are told at once')
      assert.equal(recent.version, now.version - 2000)
    })
  })
}
