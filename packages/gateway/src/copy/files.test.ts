import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { CannotStart } from '../core/cannot-start.ts'
import type { MediaStore } from '../core/media.ts'
import { refuseHalfCopied } from '../media/half-copied.ts'
import { openMedia } from '../media/index.ts'
import { openStore } from '../store/index.ts'
import { copy } from './index.ts'

const owner = '0'.repeat(32)

test('files are copied by themselves, and read back; a second time there is nothing to do', async (t) => {
  const { copied, ids, bytesIn } = await scene(t, 5)
  const { files, finishedBefore } = await copied()
  assert.partialDeepStrictEqual(files, { files: 5, bytes: 5 * 7, missing: [] })
  assert.equal(finishedBefore, undefined)
  for (const id of ids) assert.equal(await bytesIn('copied', id), `of ${id.slice(0, 4)}`)
  const again = await copied()
  assert.partialDeepStrictEqual(again.files, { files: 5 })
  assert.notEqual(again.finishedBefore, undefined)
})

test('a file whose bytes are missing is named, and the others are copied', async (t) => {
  const { copied, ids, stores, bytesIn } = await scene(t, 3)
  const [first = '', second = ''] = ids
  await (await stores()).from.delete([second])
  assert.partialDeepStrictEqual((await copied()).files, { files: 2, missing: [second] })
  assert.ok(await bytesIn('copied', first))
})

test('a copy of files that was killed goes on, and no gateway starts on it before it is finished', async (t) => {
  const { copied, stores, ids } = await scene(t, 110)
  await assert.rejects(
    copied(() => assert.fail('killed')),
    /killed/,
  )
  const { to } = await stores()
  await assert.rejects(refuseHalfCopied(to), CannotStart)
  const gone = ids.toSorted()[0] ?? ''
  await to.delete([gone])
  assert.partialDeepStrictEqual((await copied()).files, { files: 110, missing: [] })
  assert.equal(await to.open(gone, owner), undefined, 'what was whole was left alone')
  await refuseHalfCopied(to)
})

test('a file that is there already is compared, and copied where it is another one', async (t) => {
  const { copied, stores, ids, bytesIn } = await scene(t, 2)
  const { to } = await stores()
  const [same = '', other = ''] = ids
  await put(to, same, `of ${same.slice(0, 4)}`)
  await put(to, other, 'nonsense')
  assert.partialDeepStrictEqual((await copied()).files, { files: 2, bytes: 14 })
  assert.equal(await bytesIn('copied', other), `of ${other.slice(0, 4)}`)
})

async function scene(t: TestContext, count: number) {
  const folder = mkdtempSync(join(tmpdir(), 'waypost-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const ledger = join(folder, 'waypost.db')
  const urls = { from: `file:${join(folder, 'media')}`, to: `file:${join(folder, 'copied')}` }
  const stores = async () => ({ from: await openMedia(urls.from), to: await openMedia(urls.to) })
  const { from } = await stores()
  const ids = Array.from({ length: count }, () => `${randomUUID()}.txt`)
  await using store = await openStore(`sqlite:${ledger}`)
  for (const id of ids) {
    await put(from, id, `of ${id.slice(0, 4)}`)
    await store.putFile(fileOf(id))
  }
  return {
    ids,
    stores,
    copied: (tell?: () => void) => copy({ ledger, media: urls }, tell),
    async bytesIn(place: string, id: string) {
      const stream = await (await openMedia(`file:${join(folder, place)}`)).open(id, owner)
      return stream && String(await buffer(stream))
    },
  }
}

async function put(media: MediaStore, id: string, text: string) {
  const staged = await media.stage(Readable.from([Buffer.from(text)]), 100, owner)
  await staged.keep(id)
}

const fileOf = (id: string) => ({
  id,
  integrationId: owner,
  from: '2799',
  broadcastAllowed: false,
  contentType: 'text/plain',
  fileName: 'a.txt',
  bytes: 7,
  sha256: '',
  createdAt: 0,
  expiresAt: 1,
})
