import { createHash, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { dataKeyBytes, KeyRefused } from '../core/keys.ts'
import { type ByteRange, headBytes, type MediaStore, TooBig } from '../core/media.ts'
import { openPieces, pieceBytes, sealedLength, sealedPieceBytes, sealPieces } from './chunks.ts'
import { addedBytes, openBytes, sealBytes } from './seal.ts'
import { unavailable, type Vault } from './vault.ts'

/**
 * A media store whose files are sealed, each with a key of its own, which stands in front of the bytes, sealed with the
 * key of the integration that is named there. What is put is sealed where `sealing` says so; what is read is opened in
 * any case. Once an integration's key is gone its files are not there.
 */
export function sealedMedia(media: MediaStore, vault: Vault, { sealing }: { sealing: boolean }): MediaStore {
  const stageSealed: MediaStore['stage'] = async (bytes, mostBytes, owner) => {
    const seen = { hash: createHash('sha256'), bytes: 0, head: [] as Uint8Array[] }

    async function* counted() {
      for await (const some of bytes) {
        if (seen.bytes + some.length > mostBytes) throw new TooBig(`more than ${mostBytes} bytes`)
        if (seen.bytes < headBytes) seen.head.push(some)
        seen.bytes += some.length
        seen.hash.update(some)
        yield some
      }
    }

    async function* sealed() {
      const ownKey = randomBytes(dataKeyBytes)
      yield headerOf(owner, sealBytes(await vault.keyFor(owner), ownKey, placeOf(owner)))
      yield* sealPieces(keyObjectOf(ownKey), counted())
    }

    const staged = await media.stage(sealed(), headerBytes + sealedLength(mostBytes), owner)
    return {
      bytes: seen.bytes,
      sha256: seen.hash.digest('hex'),
      head: Buffer.concat(seen.head),
      keep: (fileId) => staged.keep(fileId),
      drop: () => staged.drop(),
    }
  }

  async function openSealed(fileId: string, { owner, wrapped }: Header, range?: ByteRange) {
    const key = await vault.keyOf(owner).catch((error: unknown) => {
      throw error instanceof KeyRefused ? unavailable(error) : error
    })
    if (!key) return undefined
    const ownKey = keyObjectOf(openBytes(key, wrapped, placeOf(owner)))
    return Readable.from(openedBytes(fileId, ownKey, range), { objectMode: false })
  }

  /** The file is opened again when somebody reads: nobody has to close what nobody reads. */
  async function* openedBytes(fileId: string, key: KeyObject, range?: ByteRange) {
    const from = range?.from ?? 0
    const to = range?.to ?? Number.MAX_SAFE_INTEGER - 1
    const first = Math.floor(from / pieceBytes)
    const last = Math.floor(to / pieceBytes)
    const stream = await media.open(fileId, {
      from: headerBytes + first * sealedPieceBytes,
      to: Math.min(Number.MAX_SAFE_INTEGER, headerBytes + (last + 1) * sealedPieceBytes - 1),
    })
    if (!stream) throw new Error('the file is gone')
    let at = first * pieceBytes
    for await (const piece of openPieces(key, stream, { from: first, to: last })) {
      yield piece.subarray(Math.max(0, from - at), to + 1 - at)
      at += piece.length
    }
  }

  return {
    ...media,
    ...(sealing && { stage: stageSealed }),
    async open(fileId, range) {
      const start = await media.open(fileId, { from: 0, to: headerBytes - 1 })
      const header = start && readHeader(await buffer(start))
      return header ? openSealed(fileId, header, range) : media.open(fileId, range)
    },
  }
}

const mark = Buffer.from('waypost sealed 1')
const ownerBytes = 64
const headerBytes = mark.length + ownerBytes + addedBytes + dataKeyBytes

interface Header {
  owner: string
  wrapped: Buffer
}

function headerOf(owner: string, wrapped: Buffer): Buffer {
  const named = Buffer.alloc(ownerBytes)
  if (named.write(owner) < Buffer.byteLength(owner)) throw new Error('an id that is too long')
  return Buffer.concat([mark, named, wrapped])
}

/** Undefined where the file is as it came. */
function readHeader(start: Buffer): Header | undefined {
  if (start.length < headerBytes || !start.subarray(0, mark.length).equals(mark)) return undefined
  const wrappedAt = mark.length + ownerBytes
  const owner = start.toString('utf8', mark.length, wrappedAt).replace(/\0+$/, '')
  return { owner, wrapped: start.subarray(wrappedAt) }
}

const placeOf = (owner: string) => [owner, 'file']

function keyObjectOf(bytes: Buffer): KeyObject {
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return key
}
