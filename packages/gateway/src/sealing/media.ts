import { createHash, type KeyObject, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { dataKeyBytes, KeyRefused } from '../core/keys.ts'
import { type ByteRange, Damaged, headBytes, type MediaStore, TooBig } from '../core/media.ts'
import { lengthAtRest, openPieces, pieceBytes, sealedPieceBytes, sealPieces } from './chunks.ts'
import { addedBytes, keyObjectOf, openAtRest, sealAtRest, Unreadable } from './seal.ts'
import { unavailable, type Vault } from './vault.ts'

/**
 * A media store whose files are sealed, each with a key of its own, which stands behind the mark in front of the bytes,
 * sealed with its integration's key. What is put is sealed where `sealing` says so, and where it begins with the mark
 * itself: so that whatever does was sealed here, and is opened in any case. Once an integration's key is gone its files
 * are not there.
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
      yield mark
      yield sealAtRest(await vault.keyFor(owner), ownKey, placeOf(owner))
      yield* sealPieces(keyObjectOf(ownKey), counted())
    }

    const staged = await media.stage(sealed(), headerBytes + lengthAtRest(mostBytes), owner)
    return {
      bytes: seen.bytes,
      sha256: seen.hash.digest('hex'),
      head: Buffer.concat(seen.head),
      keep: (fileId) => staged.keep(fileId),
      drop: () => staged.drop(),
    }
  }

  /** The file's own. Undefined where what sealed it is gone, though the owner may have another key since. */
  async function ownKeyOf(owner: string, header: Buffer): Promise<KeyObject | undefined> {
    const key = await vault.keyOf(owner).catch((error: unknown) => {
      throw error instanceof KeyRefused ? unavailable(error) : error
    })
    try {
      return key && keyObjectOf(openAtRest(key, header.subarray(mark.length), placeOf(owner)))
    } catch (error) {
      if (error instanceof Unreadable) return undefined
      throw error
    }
  }

  /** The file is opened again when somebody reads: nobody has to close what nobody reads. */
  async function* openedBytes({ fileId, owner, key }: KeptFile, range?: ByteRange) {
    const from = range?.from ?? 0
    const to = range?.to ?? Number.MAX_SAFE_INTEGER - 1
    const first = Math.floor(from / pieceBytes)
    const last = Math.floor(to / pieceBytes)
    const stream = await media.open(fileId, owner, {
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
    async stage(bytes, mostBytes, owner) {
      if (sealing) return stageSealed(bytes, mostBytes, owner)
      const { head, all } = await begun(bytes, mark.length)
      return isMarked(head) ? stageSealed(all, mostBytes, owner) : media.stage(all, mostBytes, owner)
    },
    async open(fileId, owner, range) {
      const start = await media.open(fileId, owner, { from: 0, to: headerBytes - 1 })
      const header = start && (await buffer(start))
      if (!header || !isMarked(header)) return media.open(fileId, owner, range)
      const key = await ownKeyOf(owner, header)
      if (!key) return undefined
      return Readable.from(orDamaged(openedBytes({ fileId, owner, key }, range)), { objectMode: false })
    },
  }
}

const mark = Buffer.from('waypost sealed 1')
const headerBytes = mark.length + addedBytes + dataKeyBytes

const isMarked = (head: Buffer): boolean => head.subarray(0, mark.length).equals(mark)

/** As it is kept. */
interface KeptFile {
  fileId: string
  owner: string
  key: KeyObject
}

/** The first bytes, so many where there are, and all of them, the first included. */
async function begun(bytes: AsyncIterable<Uint8Array>, length: number) {
  const rest = bytes[Symbol.asyncIterator]()
  const first: Uint8Array[] = []
  let count = 0
  for (let next = await rest.next(); !next.done; next = await rest.next()) {
    first.push(next.value)
    count += next.value.length
    if (count >= length) break
  }
  async function* all() {
    try {
      yield* first
      yield* { [Symbol.asyncIterator]: () => rest }
    } finally {
      await rest.return?.() // where nobody wants the rest
    }
  }
  return { head: Buffer.concat(first), all: all() }
}

async function* orDamaged(bytes: AsyncIterable<Buffer>) {
  try {
    yield* bytes
  } catch (error) {
    throw error instanceof Unreadable ? new Damaged(error.message, { cause: error }) : error
  }
}

const placeOf = (owner: string) => [owner, 'file']
