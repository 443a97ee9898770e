import { createCipheriv, createDecipheriv, type Decipheriv, type KeyObject, randomBytes } from 'node:crypto'

/**
 * What clients seal and open, and we with them: AES-256-CBC with PKCS#7 padding, behind a random vector of 16 bytes. Texts
 * are UTF-8, and base64 once they are sealed; files are bytes in both.
 */
const blockBytes = 16
const cipher = 'aes-256-cbc'
const pieceBytes = 64 * 1024

/** What is sealed cannot be opened with this key, or is nothing that was sealed. */
export class Unopenable extends Error {
  override name = 'Unopenable'
}

export function sealText(key: KeyObject, text: string): string {
  const vector = randomBytes(blockBytes)
  const sealing = createCipheriv(cipher, key, vector)
  return Buffer.concat([vector, sealing.update(text, 'utf8'), sealing.final()]).toString('base64')
}

/** A file's bytes, sealed as they come. */
export async function* sealBytes(key: KeyObject, clear: AsyncIterable<Uint8Array>): AsyncIterable<Buffer> {
  const vector = randomBytes(blockBytes)
  const sealing = createCipheriv(cipher, key, vector)
  yield vector
  // A chunk may be long, and sealing all of it at once would hold others up.
  for await (const chunk of clear)
    for (let at = 0; at < chunk.length; at += pieceBytes) {
      const sealed = sealing.update(chunk.subarray(at, at + pieceBytes))
      if (sealed.length > 0) yield sealed
    }
  yield sealing.final()
}

/** Throws `Unopenable`, in the same words whatever is wrong. */
export function openText(key: KeyObject, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64')
  const isBase64 = bytes.toString('base64') === sealed
  if (!isBase64 || bytes.length < 2 * blockBytes || bytes.length % blockBytes !== 0)
    throw new Unopenable('the content cannot be opened')
  const opening = createDecipheriv(cipher, key, bytes.subarray(0, blockBytes))
  try {
    const clear = Buffer.concat([opening.update(bytes.subarray(blockBytes)), opening.final()])
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(clear)
  } catch {
    throw new Unopenable('the content cannot be opened')
  }
}

/** A file's bytes; throws `Unopenable` at their end, and never before. */
export async function* openBytes(key: KeyObject, sealed: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  let vector = Buffer.alloc(0)
  let opening: Decipheriv | undefined
  for await (const chunk of sealed) {
    let rest = chunk
    if (!opening) {
      vector = Buffer.concat([vector, chunk])
      if (vector.length < blockBytes) continue
      opening = createDecipheriv(cipher, key, vector.subarray(0, blockBytes))
      rest = vector.subarray(blockBytes)
    }
    yield opening.update(rest)
  }
  const last = lastOf(opening)
  if (!last) throw new Unopenable('the content cannot be opened')
  yield last
}

function lastOf(opening: Decipheriv | undefined): Buffer | undefined {
  try {
    return opening?.final()
  } catch {
    return undefined // its only reasons are a block that is not whole and padding that is none
  }
}

/** How many bytes a file has once it is sealed. */
export const sealedLength = (bytes: number): number =>
  blockBytes + blockBytes * (Math.floor(bytes / blockBytes) + 1)
