import { Refused } from '../surface.ts'

/** Bytes that are written one after another. Throws the refusal of the request when there would be more than `most`. */
export interface GrowingBytes {
  readonly length: number
  append(bytes: Uint8Array): void
  /** Forgets what came after. */
  shorten(length: number): void
  /** A view, to be read before the next `append`. */
  slice(from: number, to: number): Buffer
}

export function growingBytes(most: number): GrowingBytes {
  let memory = Buffer.allocUnsafe(4096)
  let length = 0

  function makeRoom(wanted: number) {
    if (wanted > most) throw new Refused('payload_malformed')
    if (wanted <= memory.length) return
    const larger = Buffer.allocUnsafe(Math.min(most, Math.max(wanted, memory.length * 2)))
    memory.copy(larger, 0, 0, length)
    memory = larger
  }

  return {
    get length() {
      return length
    },
    append(bytes) {
      makeRoom(length + bytes.length)
      memory.set(bytes, length)
      length += bytes.length
    },
    shorten(to) {
      length = to
    },
    slice: (from, to) => memory.subarray(from, to),
  }
}
