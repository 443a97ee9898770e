import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openMedia } from '../media/index.ts'
import { openStore } from '../store/index.ts'
import { findFile, upload } from './files.ts'
import { mediaKeptMs } from './media.ts'
import { deleteExpired } from './retention.ts'

test('a file is found until its time is up, and then its bytes go', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'waypost-retention-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const clock = { at: Date.now() }
  const now = () => clock.at
  await using store = await openStore(`sqlite:${folder}/ledger.db`, { now })
  const media = await openMedia(`file:${folder}/media`)
  const deleted: number[] = []
  const app = {
    store,
    media,
    now,
    events: { filesDeleted: (n: number) => deleted.push(n), storeFailed() {} },
  }
  async function put() {
    const file = await upload(app, {
      integrationId: 'acme',
      from: '2799900101',
      broadcastAllowed: true,
      contentType: 'text/plain',
      fileName: 'a.txt',
      to: undefined,
      sha256: undefined,
      bytes: (async function* () {
        yield Buffer.from('something')
      })(),
    })
    assert.ok('id' in file)
    return file.id
  }

  const old = await put()
  clock.at += mediaKeptMs - 1
  const young = await put()
  await deleteExpired(app)
  assert.ok(await findFile(app, 'acme', old))

  clock.at += 1
  assert.equal(await findFile(app, 'acme', old), undefined, 'at once, whether it was swept or not')
  await deleteExpired(app)
  assert.deepEqual(deleted, [1])
  assert.equal(await media.open(old, 'acme'), undefined)
  assert.ok(await findFile(app, 'acme', young))
  const left = await media.open(young, 'acme')
  assert.ok(left)
  left.destroy() // nobody reads it
})
