import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openMedia } from '../index.ts'
import { mediaSuite } from '../media.suite.ts'

const folder = await mkdtemp(join(tmpdir(), 'waypost-media-'))
after(() => rm(folder, { recursive: true, force: true }))

mediaSuite(() => openMedia(`file:${folder}`))

test('a file that is coming in is not among those that are there, and only its owner may read it', async () => {
  const own = join(folder, 'own')
  const store = await openMedia(`file:${own}`)
  const half = Promise.withResolvers<void>()
  async function* slow() {
    yield Buffer.from('half')
    await half.promise
    yield Buffer.from(' and half')
  }
  const staging = store.stage(slow(), 100, 'acme')
  while ((await readdir(join(own, 'staged'))).length === 0) await new Promise(setImmediate)
  const kept = await readdir(join(own, 'kept'), { recursive: true, withFileTypes: true })
  assert.deepEqual(
    kept.filter((entry) => !entry.isDirectory()),
    [],
  )
  half.resolve()
  const staged = await staging
  await staged.keep('c45ada9b-8a51-4413-a134-928c2b085d31.txt')
  assert.deepEqual(await readdir(join(own, 'staged')), [])
  const { mode } = await stat(join(own, 'kept/c4/c45ada9b-8a51-4413-a134-928c2b085d31.txt'))
  assert.equal(mode & 0o077, 0)
})

test('every folder that a file may come to is there before the first one comes', async () => {
  const own = join(folder, 'folders')
  await openMedia(`file:${own}`)
  const names = await readdir(join(own, 'kept'))
  assert.deepEqual(
    names.sort(),
    Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0')),
  )
})

test('a URL that names no media store is refused in words', async () => {
  await assert.rejects(openMedia('ftp:somewhere'), /No media store is named by "ftp:somewhere"; known: file/)
})
