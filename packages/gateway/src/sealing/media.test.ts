import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { after, describe, test } from 'node:test'
import type { MediaStore } from '../core/media.ts'
import { openMedia } from '../media/index.ts'
import { mediaSuite } from '../media/media.suite.ts'
import { openStore } from '../store/index.ts'
import { sealedPieceBytes } from './chunks.ts'
import { sealedMedia } from './media.ts'
import { newFolder, wrappingIn } from './testing.ts'
import { openVault } from './vault.ts'

const folder = await newFolder()
const store = await openStore(`sqlite:${join(folder, 'ledger.db')}`)
after(() => store[Symbol.asyncDispose]())
const vault = openVault({ store, wrapping: await wrappingIn(folder) })
const disk = await openMedia(`file:${folder}/media`)
const sealed = sealedMedia(disk, vault, { sealing: true })
const clear = sealedMedia(disk, vault, { sealing: false })

describe('sealed files', () => mediaSuite(async () => sealed))
describe('files that are kept as they come', () => mediaSuite(async () => clear))

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
  const read = async (id: string, range?: { from: number; to: number }) => {
    const stream = await sealed.open(id, range)
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
    for await (const piece of (await sealed.open(id)) ?? []) assert.ok(piece.length <= 65_536)
  })

  test('and one that was kept in clear are both read, whatever is put now', async () => {
    const bytes = randomBytes(100)
    for (const id of [await kept(sealed, bytes), await kept(clear, bytes)])
      for (const media of [sealed, clear]) {
        const stream = await media.open(id)
        assert.deepEqual(stream && (await buffer(stream)), bytes)
      }
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
    'names another integration': async (path, bytes) => {
      bytes.write('acm2', bytes.indexOf('acme'))
      await vault.keyFor('acm2')
      await writeFile(path, bytes)
    },
  }
  for (const [what, change] of Object.entries(changes))
    test(`that ${what} is an error, or its end is`, async () => {
      const id = await kept(sealed, randomBytes(2 * 65_536 + 100))
      await change(pathOf(id), await readFile(pathOf(id)))
      await assert.rejects(read(id), /what is sealed cannot be read/)
    })

  test('is not there any more once its integration’s key is gone', async () => {
    const id = await kept(sealed, randomBytes(10), 'leaves')
    await store.deleteIntegration('leaves')
    vault.forget('leaves')
    assert.equal(await sealed.open(id), undefined)
    assert.notEqual(await disk.open(id).then((stream) => stream && buffer(stream)), undefined)
  })

  test('that nobody reads to its end is closed', async () => {
    const id = await kept(sealed, randomBytes(500_000))
    const stream = await sealed.open(id)
    for await (const _ of stream ?? []) break
    assert.equal(stream?.destroyed, true)
  })
})
