import type { KeyObject } from 'node:crypto'
import { openWith, sealWith, tagBytes } from './seal.ts'

/**
 * A file, sealed piece by piece, so that any part of it can be read by itself and nobody holds all of it. The number of a
 * piece is its nonce: no two files have a key. All pieces but the last are full and the last never is, so that a file
 * that was cut off between two pieces does not end.
 */
export const pieceBytes = 64 * 1024
export const sealedPieceBytes = pieceBytes + tagBytes

export const lengthAtRest = (bytes: number): number => bytes + tagBytes * (Math.floor(bytes / pieceBytes) + 1)

export async function* sealPieces(key: KeyObject, bytes: AsyncIterable<Uint8Array>): AsyncIterable<Buffer> {
  let number = 0
  for await (const piece of inPieces(bytes, pieceBytes)) yield sealWith(key, nonceOf(number++), piece)
}

/** From the piece of this number to that of the other, or as far as the file goes. Throws `Unreadable`. */
export async function* openPieces(
  key: KeyObject,
  sealed: AsyncIterable<Uint8Array>,
  { from, to }: { from: number; to: number },
): AsyncIterable<Buffer> {
  let number = from
  for await (const piece of inPieces(sealed, sealedPieceBytes)) {
    if (piece.length === 0 && number > to) return
    yield openWith(key, nonceOf(number++), piece)
  }
}

/** All of the same length but the last one, which is shorter, and may be empty. */
async function* inPieces(bytes: AsyncIterable<Uint8Array>, length: number): AsyncIterable<Buffer> {
  let waiting: Uint8Array[] = []
  let count = 0
  for await (const some of bytes) {
    waiting.push(some)
    count += some.length
    if (count < length) continue
    const all = Buffer.concat(waiting)
    let at = 0
    for (; at + length <= all.length; at += length) yield all.subarray(at, at + length)
    waiting = [all.subarray(at)]
    count = all.length - at
  }
  yield Buffer.concat(waiting)
}

function nonceOf(number: number): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUInt32BE(number, 8)
  return nonce
}
