import { isUtf8 } from 'node:buffer'

/** Holds bytes that arrive in pieces to UTF-8. A piece may end in the middle of a character. */
export interface Utf8Check {
  /** Whether everything so far may be the beginning of a text. */
  read(piece: Uint8Array): boolean
  /** Whether the last piece ended where a character ends. */
  isWhole(): boolean
}

export function utf8Check(): Utf8Check {
  let rest = new Uint8Array(0)
  return {
    read(piece) {
      const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece])
      const whole = bytes.length - begun(bytes)
      rest = Uint8Array.from(bytes.subarray(whole))
      return isUtf8(bytes.subarray(0, whole))
    },
    isWhole: () => rest.length === 0,
  }
}

/** How many bytes at the end belong to a character that is not complete. */
function begun(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte >= 0xc0) return bytesOf(byte) > back ? back : 0
    if (byte < 0x80) return 0
  }
  return 0
}

/** How long the character is that begins with this byte. */
const bytesOf = (first: number) => (first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2)
