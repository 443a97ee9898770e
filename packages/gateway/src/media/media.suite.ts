import assert from 'node:assert/strict'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import { headBytes, type MediaStore, TooBig } from '../core/media.ts'

const most = 1_000_000
const owner = randomUUID().replaceAll('-', '')
const newId = () => `${randomUUID()}.bin`

async function* inChunks(bytes: Uint8Array, size = 64 * 1024) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** Holds a media store to the rules of `core/media.ts`. A number in a test's name is the rule it checks. */
export function mediaSuite(open: () => Promise<MediaStore>): void {
  describe('the rules of a media store', () => {
    async function kept(store: MediaStore, bytes: Uint8Array): Promise<string> {
      const staged = await store.stage(inChunks(bytes), most, owner)
      const id = newId()
      await staged.keep(id)
      return id
    }

    async function read(store: MediaStore, id: string, range?: { from: number; to: number }) {
      const stream = await store.open(id, owner, range)
      return stream && buffer(stream)
    }

    for (const size of [0, 1, 65_536, most])
      test(`3: ${size} bytes come back as they went in`, async () => {
        const store = await open()
        const bytes = randomBytes(size)
        const staged = await store.stage(inChunks(bytes), most, owner)
        assert.equal(staged.bytes, size)
        const head = Buffer.from(staged.head)
        assert.ok(head.length >= Math.min(size, headBytes) && bytes.subarray(0, head.length).equals(head))
        assert.equal(staged.sha256, createHash('sha256').update(bytes).digest('hex'))
        const id = newId()
        await staged.keep(id)
        assert.deepEqual(await read(store, id), bytes)
      })

    test('1: what is staged is not there until it is kept, and not at all once dropped', async () => {
      const store = await open()
      const id = newId()
      const staged = await store.stage(inChunks(randomBytes(10)), most, owner)
      assert.equal(await store.open(id, owner), undefined)
      await staged.drop()
      await staged.drop()
      await assert.rejects(staged.keep(id))
      assert.equal(await store.open(id, owner), undefined)
    })

    test('1: what breaks off, or is too big, leaves nothing', async () => {
      const store = await open()
      async function* broken() {
        yield randomBytes(10)
        throw new Error('the client has gone')
      }
      await assert.rejects(store.stage(broken(), most, owner), /the client has gone/)
      await assert.rejects(store.stage(inChunks(randomBytes(most + 1)), most, owner), TooBig)
    })

    test('1: two that come in at once do not mix', async () => {
      const store = await open()
      const files = Array.from({ length: 8 }, () => randomBytes(200_000))
      const ids = await Promise.all(files.map((bytes) => kept(store, bytes)))
      for (const [index, id] of ids.entries()) assert.deepEqual(await read(store, id), files[index])
    })

    test('a range is exactly those bytes', async () => {
      const store = await open()
      const bytes = randomBytes(100_000)
      const id = await kept(store, bytes)
      assert.deepEqual(await read(store, id, { from: 0, to: 0 }), bytes.subarray(0, 1))
      assert.deepEqual(await read(store, id, { from: 70_000, to: 99_999 }), bytes.subarray(70_000))
    })

    for (const size of [0, 10, 65_536])
      test(`a range that ends behind the end of ${size} bytes gives those that are there`, async () => {
        const store = await open()
        const bytes = randomBytes(size)
        const id = await kept(store, bytes)
        assert.deepEqual(await read(store, id, { from: 0, to: size + 1000 }), bytes)
      })

    test('what is deleted is gone, and may be deleted again', async () => {
      const store = await open()
      const [gone, stays] = [await kept(store, randomBytes(5)), await kept(store, randomBytes(5))]
      await store.delete([gone, newId()])
      await store.delete([gone])
      assert.equal(await store.open(gone, owner), undefined)
      assert.notEqual(await read(store, stays), undefined)
    })

    test('sweeping takes what is older, and nothing else', async () => {
      const store = await open()
      const id = await kept(store, randomBytes(5))
      const staged = await store.stage(inChunks(randomBytes(5)), most, owner)
      await store.sweep({ staged: Date.now() - 60_000, kept: Date.now() - 60_000 })
      await staged.keep(newId())
      assert.notEqual(await read(store, id), undefined)

      const forgotten = await store.stage(inChunks(randomBytes(5)), most, owner)
      await store.sweep({ staged: Date.now() + 60_000, kept: 0 })
      await assert.rejects(forgotten.keep(newId()))
      assert.notEqual(await read(store, id), undefined)
      await store.sweep({ staged: 0, kept: Date.now() + 60_000 })
      assert.equal(await store.open(id, owner), undefined)
    })

    test('says that it can be written to, and leaves nothing of having tried', async () => {
      const store = await open()
      await store.probe()
      await store.sweep({ staged: Date.now() + 60_000, kept: 0 })
      await store.probe()
    })

    for (const id of ['../../etc/passwd', 'a', '', `${randomUUID()}.`, `${randomUUID()}./../x`])
      test(`${JSON.stringify(id)} is no id, and touches nothing`, async () => {
        await assert.rejects((await open()).open(id, owner), /not the id of a file/)
      })
  })
}
