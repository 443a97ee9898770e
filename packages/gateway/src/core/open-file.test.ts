import assert from 'node:assert/strict'
import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import type { StatusName } from '@waypost/protocol'
import { openMedia } from '../media/index.ts'
import { sealedLength } from './envelope.ts'
import type { Encryption, Integration } from './integration.ts'
import { wrappingKeys } from './keys.fake.ts'
import { Damaged, type MediaFile, type SealedFile } from './media.ts'
import { openFile } from './open-file.ts'
import { StoreUnavailable } from './store.ts'

const failed = (status: StatusName) => ({ type: 'failed', status, unasked: true })
const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex')
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const never = new AbortController().signal

test('a clear file is given as it is kept, and needs no key', async (t) => {
  const { keep, keys, open } = await scene(t)
  const { sealed: _, ...file } = await keep(png)
  const clear = await open(file)
  assert.ok(clear && 'stream' in clear)
  assert.deepEqual(await buffer(clear.stream), png)
  assert.equal(keys.asked(), 0)
})

for (const bytes of [png, png.subarray(0, 32), bigPng(65_535), bigPng(1_000_000)])
  test(`a sealed file of ${bytes.length} bytes is given clear, its length and hash known before`, async (t) => {
    const { keep, open, seal } = await scene(t)
    const { sealed, file } = await seal(bytes)
    assert.equal(sealed.length, sealedLength(bytes.length))
    const clear = await open(await keep(sealed, file))
    assert.ok(clear && 'stream' in clear)
    assert.deepEqual(
      { bytes: clear.bytes, sha256: clear.sha256 },
      { bytes: bytes.length, sha256: sha256(bytes) },
    )
    assert.deepEqual(await buffer(clear.stream), bytes)
  })

test('the hash may be of the sealed bytes', async (t) => {
  const { keep, open, seal } = await scene(t)
  const { sealed, file } = await seal(png)
  const kept = await keep(sealed, { ...file, sealed: { ...file.sealed, sha256: sha256(sealed) } })
  assert.partialDeepStrictEqual(await open(kept), { bytes: png.length, sha256: sha256(png) })
})

/** What is wrong with a file that was kept, and what its message ends in. */
interface Wrong {
  what: string
  status: StatusName
  bytes?: Buffer
  /** What becomes of the sealed bytes before they come. */
  spoil?: (sealed: Buffer) => Buffer
  says?: Partial<MediaFile>
  sealing?: Partial<SealedFile>
}
const wrongs: Wrong[] = [
  { what: 'is clear', status: 'encryption_content_error', spoil: () => png },
  { what: 'is a vector alone', status: 'encryption_content_error', spoil: (all) => all.subarray(0, 16) },
  { what: 'is half a vector', status: 'encryption_content_error', spoil: (all) => all.subarray(0, 8) },
  { what: 'ends within a block', status: 'encryption_content_error', spoil: (all) => all.subarray(0, 40) },
  {
    what: 'ends between blocks',
    status: 'encryption_content_error',
    // What is the end now is clear bytes that are no padding.
    spoil: (all) => all.subarray(0, -16),
  },
  { what: 'lost its vector', status: 'media_checksum_failure', spoil: (all) => all.subarray(16) },
  {
    what: 'has another byte',
    status: 'media_checksum_failure',
    spoil: ([first = 0, ...rest]) => Buffer.from([first ^ 1, ...rest]),
  },
  { what: 'has another hash', status: 'media_checksum_failure', sealing: { sha256: 'a'.repeat(64) } },
  {
    what: 'is wrapped by somebody else',
    status: 'encryption_access_denied',
    sealing: { kmsArn: 'of another' },
  },
  { what: 'has a blob that is none', status: 'encryption_access_denied', sealing: { encryptionKey: 'AQID' } },
  { what: 'is not what it says', status: 'media_rejected', says: { contentType: 'application/pdf' } },
  { what: 'is empty', status: 'media_rejected', bytes: Buffer.alloc(0), says: { contentType: 'text/plain' } },
  { what: 'is too big a picture', status: 'media_size_error', bytes: bigPng(5 * 1024 * 1024 + 1) },
]
for (const { what, status, bytes = png, spoil, says, sealing } of wrongs)
  test(`a sealed file that ${what} ends its message in ${status}`, async (t) => {
    const { keep, open, seal } = await scene(t)
    const { sealed, file } = await seal(bytes)
    const known = { ...file, ...says, sealed: { ...file.sealed, ...sealing } }
    assert.deepEqual(await open(await keep(spoil?.(sealed) ?? sealed, known)), failed(status))
  })

test('a key that the client named and the integration has not is not asked for', async (t) => {
  const { keep, keys, open, seal } = await scene(t)
  const { sealed, file } = await seal(png)
  const kept = await keep(sealed, file)
  assert.deepEqual(
    await open({ ...kept, sealed: { ...file.sealed, kmsArn: 'of another' } }),
    failed('encryption_access_denied'),
  )
  assert.equal(keys.asked(), 0)
})

test('where encryption was taken away meanwhile, no file is opened', async (t) => {
  const { keep, open, seal, use } = await scene(t)
  const { sealed, file } = await seal(png)
  const kept = await keep(sealed, file)
  use(null)
  assert.deepEqual(await open(kept), failed('encryption_access_denied'))
})

test('while keys cannot be had the file waits', async (t) => {
  const { keep, keys, open, seal } = await scene(t)
  const { sealed, file } = await seal(png)
  const kept = await keep(sealed, file)
  keys.breakOff()
  const expected = { ...failed('encryption_access_denied'), type: 'deferred', retry: 'transient' }
  assert.deepEqual(await open(kept), expected)
})

test('what a disk has spoilt is not given out, whatever its padding says', async (t) => {
  const { folder, keep, open, seal } = await scene(t)
  const { sealed, file } = await seal(bigPng(100_000))
  const kept = await keep(sealed, file)
  sealed.fill(0, 50_000)
  await writeFile(join(folder, 'kept', kept.id.slice(0, 2), kept.id), sealed)
  assert.deepEqual(await open(kept), failed('media_checksum_failure'))
})

test('what is no more as it was kept, as its store says, is not given out', async (t) => {
  const { keep, keys, directory, seal } = await scene(t)
  async function* spoilt() {
    yield Buffer.alloc(64)
    throw new Damaged('not what was kept')
  }
  const media = { open: async () => Readable.from(spoilt()) }
  const { sealed, file } = await seal(png)
  assert.deepEqual(
    await openFile({ keys, directory, media }, await keep(sealed, file), never),
    failed('media_checksum_failure'),
  )
})

test('a file that is gone is undefined', async (t) => {
  const { keep, media, open, seal } = await scene(t)
  const { sealed, file } = await seal(png)
  const kept = await keep(sealed, file)
  await media.delete([kept.id])
  assert.equal(await open(kept), undefined)
})

test('while the store of files cannot be asked a file waits, sealed or clear', async (t) => {
  const { keep, keys, directory, seal } = await scene(t)
  const media = { open: () => Promise.reject(new StoreUnavailable('out of reach')) }
  const { sealed, file } = await seal(png)
  const kept = await keep(sealed, file)
  const { sealed: _, ...clear } = kept
  for (const wanted of [kept, clear])
    assert.deepEqual(await openFile({ keys, directory, media }, wanted, never), {
      type: 'deferred',
      retry: 'transient',
      status: 'media_upload_expired',
      unasked: true,
    })
})

test('a stop ends the look through a file, which is tried again', async (t) => {
  const { keep, open, seal } = await scene(t)
  const { sealed, file } = await seal(bigPng(1_000_000))
  const outcome = await open(await keep(sealed, file), AbortSignal.abort())
  assert.partialDeepStrictEqual(outcome, { type: 'deferred', retry: 'transient' })
})

/** A picture, as far as its first bytes tell. */
function bigPng(bytes: number): Buffer {
  return Buffer.concat([png, Buffer.alloc(bytes - png.length, 7)])
}

/** Files on a disk of the test's own, of an integration with encryption. */
async function scene(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'waypost-open-file-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const media = await openMedia(`file:${folder}`)
  const keys = wrappingKeys()
  let encryption: Encryption | null = { mtKey: 'mt', moKey: 'mo' }
  const directory = { integration: () => ({ encryption }) as Integration } // all that is read of it
  let files = 0

  return {
    folder,
    media,
    keys,
    directory,
    use(next: Encryption | null) {
      encryption = next
    },
    /** As a client does, and what it says of the file. */
    async seal(bytes: Buffer) {
      const { key, wrapped } = await keys.make('mt')
      const vector = randomBytes(16)
      const cipher = createCipheriv('aes-256-cbc', key, vector)
      const sealed = Buffer.concat([vector, cipher.update(bytes), cipher.final()])
      return { sealed, file: { sealed: { encryptionKey: wrapped, sha256: sha256(bytes) } } }
    },
    async keep(bytes: Buffer, says: Partial<MediaFile> = {}): Promise<MediaFile> {
      async function* whole() {
        yield bytes
      }
      const staged = await media.stage(whole(), 100 * 1024 * 1024, 'integration')
      const id = `00000000-0000-4000-8000-${String(++files).padStart(12, '0')}.png`
      await staged.keep(id)
      return {
        id,
        integrationId: 'integration',
        from: '2799900101',
        broadcastAllowed: true,
        contentType: 'image/png',
        fileName: 'cake.png',
        bytes: staged.bytes,
        sha256: staged.sha256,
        createdAt: 0,
        expiresAt: 1,
        ...says,
      }
    },
    open: (file: MediaFile, signal = never) => openFile({ keys, directory, media }, file, signal),
  }
}
