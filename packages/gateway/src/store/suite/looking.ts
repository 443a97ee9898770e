import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { defaultAccount } from '../../core/integration.ts'
import type { MtQuery } from '../../core/looking.ts'
import type { Mt } from '../../core/message.ts'
import { ids, integrationOf, type Scene, type Stage, scene } from './scene.ts'

export function lookingSuite(stage: Stage): void {
  describe('looking', () => {
    test('a message is found by its own integration, or by whoever may see all', async () => {
      const { store, accept, integrationId } = scene(stage)
      const [mt] = await accept({})
      assert.ok(mt)
      assert.deepEqual(await store.findMt(integrationId, mt.id), mt)
      assert.deepEqual(await store.findMt(undefined, mt.id), mt)
      assert.equal(await store.findMt(scene(stage).integrationId, mt.id), undefined)
      assert.equal(await store.findMt(undefined, 'f'.repeat(32)), undefined)
    })

    test('8: reads do not wait for a long write', async () => {
      const { store, accept, mt, find } = scene(stage)
      const [known] = await accept({})
      assert.ok(known)
      let written = false
      const write = store.accept(Array.from({ length: 10_000 }, () => mt())).then(() => {
        written = true
      })
      assert.deepEqual(await find(known), known)
      assert.equal(written, false)
      await write
    })

    test('the life of a message tells attempts, ids and callbacks in order', async () => {
      const { store, sent, report, begin, outcome, clock } = scene(stage)
      const { mt, supplierId, lease } = await sent()
      const beganAt = clock.at
      const failed = {
        type: 'failed',
        status: 'server_rate_limit',
        retry: 'pair',
        supplierCode: '131056',
      } as const
      await store.recordDlrs([report({ supplierId, report: failed })])
      clock.at += 1000
      await begin(lease, mt)
      await outcome(mt, 2, { type: 'sent', supplierIds: ['wamid.second'], status: 'sent' })
      await store.recordDlrs([report({ supplierId: 'wamid.second', report: { type: 'delivered' } })])

      const life = await store.life(mt.id)
      assert.equal(life?.mt.status, 'delivered')
      assert.deepEqual(life?.supplierIds, [supplierId, 'wamid.second'])
      assert.deepEqual(life?.attempts, [
        { number: 1, beganAt, endedAt: beganAt, outcome: 'failed', detail: '131056' },
        { number: 2, beganAt: clock.at, endedAt: clock.at, outcome: 'sent' },
      ])
      assert.deepEqual(
        life?.callbacks.map(({ event }) => event.type === 'status' && event.status),
        ['sent', 'delivered'],
      )
      assert.equal(await store.life('f'.repeat(32)), undefined)
    })

    const questions: { query: Omit<MtQuery, 'limit'>; finds: number[] }[] = [
      { query: {}, finds: [4, 3, 2, 1, 0] },
      { query: { to: '27830000001' }, finds: [3, 1] },
      { query: { clientMessageId: 'mine' }, finds: [3, 2] },
      { query: { to: '27830000001', clientMessageId: 'mine' }, finds: [3] },
      { query: { status: ['volume_limit'] }, finds: [4] },
      { query: { status: ['volume_limit', 'accepted'] }, finds: [4, 3, 2, 1, 0] },
      { query: { status: ['read'] }, finds: [] },
    ]
    for (const { query, finds } of questions)
      test(`messages by ${JSON.stringify(query)}, newest first`, async () => {
        const one = scene(stage)
        const { store, integrationId } = one
        const mts = await fiveMts(one)
        const page = await store.searchMts({ integrationId, ...query, limit: 100 })
        assert.deepEqual(
          ids(page.items),
          finds.map((index) => mts[index]?.id),
        )
      })

    for (const limit of [1, 2, 3, 100])
      test(`pages of ${limit} show every message once`, async () => {
        const one = scene(stage)
        const { store, integrationId } = one
        const mts = await fiveMts(one)
        const seen: Mt[] = []
        let cursor: string | undefined
        do {
          const page = await store.searchMts({
            integrationId,
            limit,
            ...(cursor === undefined ? {} : { cursor }),
          })
          assert.ok(page.items.length <= limit)
          seen.push(...page.items)
          cursor = page.nextCursor
        } while (cursor !== undefined)
        assert.deepEqual(ids(seen), ids(mts).reverse())
      })

    test('of all integrations, newest first, each once, however far apart', async () => {
      const [one, other] = [scene(stage), scene(stage)]
      const { store, mt } = one
      const to = '27830000099'
      const wanted = [mt({ to }), other.mt({ to })]
      await store.accept(wanted.slice(0, 1))
      await store.accept(wanted.slice(1))
      await store.accept(Array.from({ length: 1500 }, () => mt()))
      for (const { accept } of [other, one]) wanted.push(...(await accept({ to })))

      const seen: Mt[] = []
      let cursor: string | undefined
      do {
        const page = await store.searchMts({ to, limit: 2, ...(cursor === undefined ? {} : { cursor }) })
        seen.push(...page.items)
        cursor = page.nextCursor
      } while (cursor !== undefined)
      assert.deepEqual(ids(seen), ids(wanted).reverse())
    })

    test('callbacks by integration and state, newest first, in pages', async () => {
      const { store, refused, mo, take, endpoint, integrationId, clock } = scene(stage)
      await store.accept([refused('volume_limit'), refused('volume_limit')])
      await store.recordMos([mo()])
      const lease = await take('node', 0, endpoint('status'))
      const [oldest] = await store.dueCallbacks(lease, clock.at, 1)
      assert.ok(oldest)
      const { id, sequence } = oldest
      await store.recordCallbacks(lease, [{ id, sequence, at: clock.at, next: { state: 'dead' } }])

      const all = await store.searchCallbacks({ integrationId, limit: 100 })
      assert.deepEqual(all.items.map(({ endpoint, sequence }) => `${endpoint} ${sequence}`).sort(), [
        'message 1',
        'status 1',
        'status 2',
      ])
      const dead = await store.searchCallbacks({ integrationId, state: 'dead', limit: 100 })
      assert.deepEqual(
        dead.items.map(({ sequence }) => sequence),
        [1],
      )
      const first = await store.searchCallbacks({ integrationId, limit: 2 })
      assert.ok(first.nextCursor !== undefined)
      const rest = await store.searchCallbacks({ integrationId, limit: 2, cursor: first.nextCursor })
      assert.deepEqual(ids([...first.items, ...rest.items]), ids(all.items))
    })

    test('a probe writes', async () => {
      await stage.store.probe()
      await stage.store.probe()
    })

    test('settings come back as they were put', async () => {
      const { store, integrationId } = scene(stage)
      const integration = integrationOf(integrationId)
      const key = {
        id: `${integrationId}-key`,
        integrationId,
        generation: 'one',
        hash: integrationId,
        createdAt: 7,
      } as const
      const pins = [
        { integrationId, number: '27123', outcome: 'recipient_invalid' },
        { integrationId, number: '278', outcome: null },
      ] as const
      await store.putAccount({ ...defaultAccount, perDay: 1 })
      await store.putAccount({ ...defaultAccount, perDay: 5 })
      await store.putIntegration({ ...integration, name: 'Before' })
      await store.putIntegration(integration)
      await store.putKey(key)
      for (const pin of pins) await store.putPin(pin)

      const settings = await store.loadSettings()
      assert.deepEqual(settings.account, { ...defaultAccount, perDay: 5 })
      assert.deepEqual(
        settings.integrations.find(({ id }) => id === integrationId),
        integration,
      )
      const own = <One extends { integrationId: string }>(all: One[]) =>
        all.filter((one) => one.integrationId === integrationId)
      assert.deepEqual(own(settings.keys), [key])
      assert.deepEqual(own(settings.pins), pins)

      await store.deletePin(integrationId, '278')
      await store.deleteKey(key.id)
      const fewer = await store.loadSettings()
      assert.deepEqual(own(fewer.keys), [])
      assert.deepEqual(own(fewer.pins), [pins[0]])

      await store.putKey(key)
      await store.deleteIntegration(integrationId)
      const none = await store.loadSettings()
      assert.deepEqual([...own(none.keys), ...own(none.pins)], [])
      assert.ok(!none.integrations.some(({ id }) => id === integrationId))
    })
  })
}

async function fiveMts({ store, mt, refused }: Scene): Promise<Mt[]> {
  const mts = [
    mt(),
    mt({ to: '27830000001' }),
    mt({ clientMessageId: 'mine' }),
    mt({ to: '27830000001', clientMessageId: 'mine' }),
    refused('volume_limit'),
  ]
  await store.accept(mts)
  return mts
}
