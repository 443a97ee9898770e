import { createHash } from 'node:crypto'

/** What bytes were, once they have passed. */
export interface Measure {
  bytes: number
  /** Hex. */
  sha256: string
}

/** The same bytes, measured on their way. `taken` is for after the last of them. */
export function measured(bytes: AsyncIterable<Uint8Array>): {
  bytes: AsyncIterable<Uint8Array>
  taken(): Measure
} {
  const hash = createHash('sha256')
  let length = 0
  return {
    bytes: (async function* () {
      for await (const chunk of bytes) {
        hash.update(chunk)
        length += chunk.length
        yield chunk
      }
    })(),
    taken: () => ({ bytes: length, sha256: hash.digest('hex') }),
  }
}
