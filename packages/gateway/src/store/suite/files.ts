import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import type { MediaFile } from '../../core/media.ts'
import { type Stage, scene } from './scene.ts'

export function filesSuite(stage: Stage): void {
  const file = (changes: Partial<MediaFile> = {}): MediaFile => ({
    id: `${randomUUID()}.png`,
    integrationId: 'acme',
    from: '2799900101',
    broadcastAllowed: false,
    contentType: 'image/png',
    fileName: 'a cat.png',
    bytes: 7,
    sha256: 'ab'.repeat(32),
    createdAt: stage.clock.at,
    expiresAt: stage.clock.at + 1000,
    ...changes,
  })

  describe('files', () => {
    test('are found by id, as they were put', async () => {
      const { store } = scene(stage)
      const [one, other] = [file({ to: '27999000001' }), file({ broadcastAllowed: true })]
      await Promise.all([store.putFile(one), store.putFile(other)])
      assert.deepEqual(await store.findFile(one.id), one)
      assert.deepEqual(await store.findFile(other.id), other)
      assert.equal(await store.findFile(`${randomUUID()}.png`), undefined)
    })

    test('are put once', async () => {
      const { store } = scene(stage)
      const one = file()
      await store.putFile(one)
      await assert.rejects(store.putFile({ ...one, integrationId: 'somebody else' }))
      assert.deepEqual(await store.findFile(one.id), one)
    })

    test('are known to a supplier by another name, for a sender and a time', async () => {
      const { store } = scene(stage)
      const { id: fileId } = file()
      const { at } = stage.clock
      const put = (sender: string, supplierId: string, expiresAt = at + 10) =>
        store.putSupplierFile({ fileId, sender, supplierId, expiresAt })
      await put('one', 'first')
      await put('other', 'elsewhere', at + 99)
      await put('one', 'second')
      assert.equal(await store.supplierFile(fileId, 'one', at), 'second')
      assert.equal(await store.supplierFile(fileId, 'one', at + 10), undefined)
      assert.equal(await store.supplierFile(fileId, 'other', at + 10), 'elsewhere')
      await store.deleteFiles([fileId])
      assert.equal(await store.supplierFile(fileId, 'other', at), undefined)
    })

    test('are forgotten by the name that a supplier has no more, and by no other', async () => {
      const { store } = scene(stage)
      const { id: fileId } = file()
      const { at } = stage.clock
      const named = { fileId, sender: 'one', supplierId: 'second' }
      await store.putSupplierFile({ ...named, expiresAt: at + 10 })
      await store.forgetSupplierFile({ ...named, supplierId: 'first' })
      await store.forgetSupplierFile({ ...named, sender: 'other' })
      assert.equal(await store.supplierFile(fileId, 'one', at), 'second')
      await store.forgetSupplierFile(named)
      assert.equal(await store.supplierFile(fileId, 'one', at), undefined)
    })

    for (const { what, retry } of [
      { what: 'and it is sent again', retry: 'transient' },
      { what: 'for good', retry: undefined },
    ] as const)
      test(`are forgotten by every name when a report says that they are of no use, ${what}`, async () => {
        const { store, sent, report } = scene(stage)
        const [own, other] = [file(), file()]
        const { at } = stage.clock
        for (const { id: fileId } of [own, other])
          await store.putSupplierFile({ fileId, sender: 'one', supplierId: fileId, expiresAt: at + 10 })
        const { supplierId } = await sent({ content: { type: 'media', media: { fileId: own.id } } })
        const failed = { type: 'failed', status: 'media_rejected', ...(retry && { retry }) } as const
        await store.recordDlrs([report({ supplierId, report: { ...failed, fileUnusable: true } })])
        assert.equal(await store.supplierFile(own.id, 'one', at), undefined)
        assert.equal(await store.supplierFile(other.id, 'one', at), other.id)
      })

    test('whose time is up are named oldest first, until they are deleted', async () => {
      const { store } = scene(stage)
      const at = stage.clock.at - 1_000_000
      const [third, first, second, later] = [3, 1, 2, 9].map((age) => file({ expiresAt: at + age }))
      assert.ok(first && second && third && later)
      for (const one of [third, first, second, later]) await store.putFile(one)
      assert.deepEqual(await store.expiredFiles(at + 3, 2), [first.id, second.id])
      await store.deleteFiles([first.id, second.id, `${randomUUID()}.png`])
      assert.deepEqual(await store.expiredFiles(at + 3, 2), [third.id])
      assert.equal(await store.findFile(first.id), undefined)
      await store.deleteFiles([third.id, later.id])
    })
  })
}
