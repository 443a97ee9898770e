import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MoContent } from '../../core/message.ts'
import { fetchLane, LeaseLost } from '../../core/store.ts'
import { type Stage, scene } from './scene.ts'

const attachment: MoContent = {
  type: 'attachment',
  attachment: { supplierId: '17', contentType: 'image/jpeg', caption: 'Look' },
}
const media: MoContent = {
  type: 'media',
  media: {
    fileId: 'c45ada9b-8a51-4413-a134-928c2b085d31.jpg',
    contentType: 'image/jpeg',
    fileName: 'cat.jpg',
    bytes: 5,
    sha256: '5f'.repeat(32),
  },
}

export function fetchesSuite(stage: Stage): void {
  /** An MO whose file is still at the supplier, and the lane that it waits in. */
  async function waiting() {
    const own = scene(stage)
    const lane = fetchLane(own.integrationId)
    const mo = own.mo({ content: attachment })
    const recorded = await own.store.recordMos([mo])
    return { ...own, lane, mo, recorded, lease: await own.take('node', 0, lane) }
  }

  describe('MOs that wait for their file', () => {
    test('wait in their integration’s lane, and nobody is told yet', async () => {
      const { store, mo, lane, lease, recorded, events, clock } = await waiting()
      assert.deepEqual(recorded, { lanes: [lane], stored: [{ id: mo.id, from: mo.from }] })
      assert.deepEqual(await events('message'), [])
      assert.deepEqual(await store.dueFetches(lease, clock.at, 10), [{ mo, attempts: 0 }])
      assert.ok((await store.dueLanes('fetch', clock.at, 'node')).includes(lane))
      const summary = (await store.lanes()).find((one) => one.lane === lane)
      assert.partialDeepStrictEqual(summary, { kind: 'fetch', waiting: 1, oldestDueAt: clock.at })
    })

    test('become an event with their file, and wait no more', async () => {
      const { store, mo, lease, events, endpoint, clock } = await waiting()
      const touched = await store.recordFetches(lease, [{ moId: mo.id, next: { content: media } }])
      assert.deepEqual(touched, { lanes: [endpoint('message')] })
      const [event] = await events('message')
      assert.deepEqual(event?.event, { type: 'mo', mo: { ...mo, content: media } })
      assert.equal(event?.messageId, mo.id)
      assert.deepEqual(await store.dueFetches(lease, clock.at, 10), [])
      await store.recordFetches(lease, [{ moId: mo.id, next: { content: media } }])
      assert.equal((await events('message')).length, 1, 'told once')
    })

    test('say which message they answer, also one that became known while they waited', async () => {
      const own = scene(stage)
      const { mt, lease } = await own.underWay()
      const supplierId = `wamid.${mt.id}`
      const mo = own.mo({ content: attachment, relatedSupplierId: supplierId })
      await own.store.recordMos([mo])
      await own.outcome(mt, 1, { type: 'sent', supplierIds: [supplierId], status: 'sent' })
      const fetchLease = await own.take('node', 0, fetchLane(own.integrationId))
      assert.notEqual(fetchLease.lane, lease.lane)
      await own.store.recordFetches(fetchLease, [{ moId: mo.id, next: { content: media } }])
      const [event] = await own.events('message')
      assert.partialDeepStrictEqual(event?.event, { relatedMessageId: mt.id })
    })

    test('that failed wait until their next time, and their attempts count', async () => {
      const { store, mo, lease, clock } = await waiting()
      await store.recordFetches(lease, [{ moId: mo.id, next: { dueAt: clock.at + 1000 } }])
      assert.deepEqual(await store.dueFetches(lease, clock.at, 10), [])
      assert.deepEqual(await store.dueFetches(lease, clock.at + 1000, 10), [{ mo, attempts: 1 }])
    })

    test('3: a node whose lease was taken changes nothing', async () => {
      const { store, mo, lane, lease, take, events, clock } = await waiting()
      await take('another', 0, lane)
      await assert.rejects(store.recordFetches(lease, [{ moId: mo.id, next: { content: media } }]), LeaseLost)
      assert.deepEqual(await events('message'), [])
      assert.equal((await store.dueFetches(lease, clock.at, 10)).length, 1)
    })
  })
}
