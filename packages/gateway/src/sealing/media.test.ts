import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { after, describe, test } from 'node:test'
import { Damaged, type MediaStore } from '../core/media.ts'
import { openMedia } from '../media/index.ts'
import { mediaSuite } from '../media/media.suite.ts'
import { openStore } from '../store/index.ts'
import { integrationOf } from '../store/suite/scene.ts'
import { sealedPieceBytes } from './chunks.ts'
import { sealedMedia } from './media.ts'
import { keysOfAnybody, newFolder, wrappingIn } from './testing.ts'
import { openVault } from './vault.ts'

const folder = await newFolder()
const store = await openStore(`sqlite:${join(folder, 'ledger.db')}`)
after(() => store[Symbol.asyncDispose]())
const vault = openVault({ store, wrapping: await wrappingIn(folder) })
const anybodys = openVault({ store: keysOfAnybody(), wrapping: await wrappingIn(folder) })
const disk = await openMedia(`file:${folder}/media`)
const sealed = sealedMedia(disk, vault, { sealing: true })
const clear = sealedMedia(disk, vault, { sealing: false })

describe('sealed files', () => mediaSuite(async () => sealedMedia(disk, anybodys, { sealing: true })))
describe('files that are kept as they come', () => mediaSuite(async () => clear))
for (const id of ['acme', 'thief', 'leaves']) await store.putIntegration(integrationOf(id))

describe('a sealed file', () => {
  async function kept(media: MediaStore, bytes: Buffer, owner = 'acme'): Promise<string> {
    async function* whole() {
      yield bytes
    }
    const staged = await media.stage(whole(), 1_000_000, owner)
    const id = `${randomUUID()}.bin`
    await staged.keep(id)
    return id
  }
  const pathOf = (id: string) => join(folder, 'media/kept', id.slice(0, 2), id)
  const readFrom = async (media: MediaStore, id: string, owner = 'acme') => {
    const stream = await media.open(id, owner)
    return stream && buffer(stream)
  }
  const read = async (id: string, range?: { from: number; to: number }) => {
    const stream = await sealed.open(id, 'acme', range)
    return stream && buffer(stream)
  }

  test('does not show on the disk', async () => {
    const id = await kept(sealed, Buffer.from('the marked text'.repeat(10_000)))
    assert.ok(!(await readFile(pathOf(id))).includes('marked'))
  })

  test('can be read in any part, in pieces of at most 64 KiB', async () => {
    const bytes = randomBytes(3 * 65_536)
    const id = await kept(sealed, bytes)
    const edges = [0, 1, 65_535, 65_536, 65_537, 131_071, 131_072, bytes.length - 1]
    for (const from of edges)
      for (const to of edges.filter((edge) => edge >= from))
        assert.deepEqual(await read(id, { from, to }), bytes.subarray(from, to + 1), `${from}-${to}`)
    for await (const piece of (await sealed.open(id, 'acme')) ?? []) assert.ok(piece.length <= 65_536)
  })

  test('and one that was kept in clear are both read, whatever is put now', async () => {
    const bytes = randomBytes(100)
    for (const id of [await kept(sealed, bytes), await kept(clear, bytes)])
      for (const media of [sealed, clear]) assert.deepEqual(await readFrom(media, id), bytes)
  })

  test('that somebody else puts as it is kept comes back as it is kept', async () => {
    const id = await kept(sealed, Buffer.from('what only acme may read'))
    const bytes = await readFile(pathOf(id))
    for (const media of [sealed, clear]) {
      const stolen = await kept(media, bytes, 'thief')
      assert.deepEqual(await readFrom(media, stolen, 'thief'), bytes)
    }
  })

  const lookalikes: Record<string, Buffer> = {
    'is the mark alone': Buffer.from('waypost sealed 1'),
    'names nobody': Buffer.concat([Buffer.from('waypost sealed 1'), Buffer.alloc(125), Buffer.from('hello')]),
    'names somebody': Buffer.from(`waypost sealed 1${'thief'.padEnd(200, 'x')}`),
    'begins with a part of the mark': Buffer.from('waypost sealed'),
  }
  for (const [what, bytes] of Object.entries(lookalikes))
    test(`is not what is put in clear and ${what}`, async () => {
      for (const media of [sealed, clear])
        assert.deepEqual(await readFrom(clear, await kept(media, bytes)), bytes)
    })

  test('that comes byte by byte is known by its mark as well', async () => {
    const bytes = Buffer.from('waypost sealed 1 and more')
    async function* single() {
      for (const byte of bytes) yield Buffer.of(byte)
    }
    const staged = await clear.stage(single(), bytes.length, 'acme')
    const id = `${randomUUID()}.bin`
    await staged.keep(id)
    assert.deepEqual(await readFrom(clear, id), bytes)
  })

  test('opens for nobody but its integration', async () => {
    const id = await kept(sealed, randomBytes(10))
    await kept(sealed, randomBytes(10), 'thief')
    assert.equal(await readFrom(sealed, id, 'thief'), undefined)
  })

  const changes: Record<string, (path: string, sealedBytes: Buffer) => Promise<void>> = {
    'has a changed byte': async (path, bytes) => {
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1)
      await writeFile(path, bytes)
    },
    'is cut off inside a piece': async (path, bytes) => truncate(path, bytes.length - 1),
    'is cut off between two pieces': async (path, bytes) =>
      truncate(path, bytes.length - (65_536 + 16) - (100 + 16)),
    'has more behind its end': async (path, bytes) => writeFile(path, Buffer.concat([bytes, Buffer.of(0)])),
    'has its pieces in another order': async (path, bytes) => {
      const at = bytes.length - 2 * sealedPieceBytes - (100 + 16)
      const [first, second] = [0, 1].map((i) =>
        bytes.subarray(at + i * sealedPieceBytes, at + (i + 1) * sealedPieceBytes),
      )
      assert.ok(first && second)
      await writeFile(
        path,
        Buffer.concat([bytes.subarray(0, at), second, first, bytes.subarray(at + 2 * sealedPieceBytes)]),
      )
    },
  }
  for (const [what, change] of Object.entries(changes))
    test(`that ${what} is an error, or its end is`, async () => {
      const id = await kept(sealed, randomBytes(2 * 65_536 + 100))
      await change(pathOf(id), await readFile(pathOf(id)))
      await assert.rejects(read(id), Damaged)
    })

  test('is not there any more once its integration’s key is gone', async () => {
    const id = await kept(sealed, randomBytes(10), 'leaves')
    await store.deleteIntegration('leaves')
    vault.forget('leaves')
    assert.equal(await sealed.open(id, 'leaves'), undefined)
    assert.ok(await readFrom(disk, id))
    await store.putIntegration(integrationOf('leaves'))
    await kept(sealed, randomBytes(10), 'leaves') // with another key
    assert.equal(await sealed.open(id, 'leaves'), undefined)
  })

  test('that nobody reads to its end is closed', async () => {
    const id = await kept(sealed, randomBytes(500_000))
    const stream = await sealed.open(id, 'acme')
    for await (const _ of stream ?? []) break
    assert.equal(stream?.destroyed, true)
  })
})
