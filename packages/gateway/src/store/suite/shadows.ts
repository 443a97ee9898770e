import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Callbacks } from '../../core/integration.ts'
import { integrationOf, type Scene, type Stage, scene } from './scene.ts'

export function shadowsSuite(stage: Stage): void {
  describe('a shadow', () => {
    test('6: is told what its endpoint is told, in a sequence of its own, while there is a URL for it', async () => {
      const one = scene(stage)
      const { store, refused, mo, endpoint } = one
      await store.accept([refused('volume_limit')])
      assert.deepEqual(await sequences(one), {
        status: [1],
        message: [],
        'shadow-status': [],
        'shadow-message': [],
      })

      await shadow(one, { statusUrl: 'https://acme.example' })
      const { lanes } = await store.accept([refused('volume_limit'), refused('volume_limit')])
      assert.deepEqual(lanes.sort(), [endpoint('shadow-status'), endpoint('status')])
      assert.deepEqual((await store.recordMos([mo()])).lanes, [endpoint('message')])
      const both = { status: [1, 2, 3], message: [1], 'shadow-status': [1, 2], 'shadow-message': [] }
      assert.deepEqual(await sequences(one), both)

      await shadow(one, { messageUrl: 'https://acme.example' })
      assert.deepEqual((await store.recordMos([mo()])).lanes, [
        endpoint('message'),
        endpoint('shadow-message'),
      ])
      await store.accept([refused('volume_limit')])
      const other = { status: [1, 2, 3, 4], message: [1, 2], 'shadow-status': [1, 2], 'shadow-message': [1] }
      assert.deepEqual(await sequences(one), other)
    })

    test('is told of a status that the supplier reports', async () => {
      const one = scene(stage)
      await shadow(one, { statusUrl: 'https://acme.example' })
      const { mt, supplierId } = await one.sent()
      const { lanes } = await one.store.recordDlrs([
        one.report({ supplierId, report: { type: 'delivered' } }),
      ])
      assert.deepEqual(lanes.sort(), [one.endpoint('shadow-status'), one.endpoint('status')])
      const told = async (endpoint: 'status' | 'shadow-status') =>
        (await one.events(endpoint)).map(({ event, messageId, id }) => ({
          event,
          messageId,
          id: id !== mt.id,
        }))
      assert.deepEqual(await told('shadow-status'), await told('status'))
    })

    test('is told the same events under other ids', async () => {
      const one = scene(stage)
      const { store, refused, events, integrationId } = one
      await shadow(one, { statusUrl: 'https://acme.example' })
      await store.accept([refused('volume_limit')])
      const [[event], [shadowed]] = [await events('status'), await events('shadow-status')]
      assert.ok(event && shadowed && event.id !== shadowed.id)
      assert.deepEqual(shadowed.event, event.event)
      const { items } = await store.searchCallbacks({ integrationId, limit: 10 })
      assert.deepEqual(items.map(({ endpoint }) => endpoint).sort(), ['shadow-status', 'status'])
    })

    test('ends with its integration', async () => {
      const one = scene(stage)
      await shadow(one, { statusUrl: 'https://acme.example' })
      await one.store.deleteIntegration(one.integrationId)
      await one.store.accept([one.refused('volume_limit')])
      assert.deepEqual(await one.events('shadow-status'), [])
    })
  })
}

function shadow({ store, integrationId }: Scene, urls: Partial<Callbacks>): Promise<void> {
  const integration = integrationOf(integrationId)
  const off = { ...integration.callbacks, messageUrl: null, statusUrl: null }
  return store.putIntegration({ ...integration, shadowCallbacks: { ...off, ...urls } })
}

async function sequences({ events }: Scene) {
  const of = async (endpoint: Parameters<typeof events>[0]) =>
    (await events(endpoint)).map(({ sequence }) => sequence)
  return {
    status: await of('status'),
    message: await of('message'),
    'shadow-status': await of('shadow-status'),
    'shadow-message': await of('shadow-message'),
  }
}
