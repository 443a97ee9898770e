import { backslash } from './inside-string.ts'

/**
 * Turns the inside of a JSON string, arriving in pieces, into the UTF-8 of its characters. The pieces are known to be
 * well-formed, and may end anywhere. Answers as `Buffer.from(JSON.parse(…))` would: half a surrogate pair is U+FFFD.
 */
export interface Unescaping {
  /** What is known after this piece; the piece itself where it has no escape. */
  read(piece: Uint8Array): Uint8Array
  /** What only the string's end decides. */
  end(): Uint8Array
}

const controls = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }
/** By the byte after the backslash. Quote, backslash and slash stand for themselves. */
const meaning = Uint8Array.from({ length: 256 }, (_, byte) => byte)
for (const [sign, control] of Object.entries(controls)) meaning[sign.charCodeAt(0)] = control.charCodeAt(0)

const u = 'u'.charCodeAt(0)
const replacement = 0xfffd

export function unescaping(): Unescaping {
  /** Of an escape that has begun: the bytes that are missing, one after the backslash or up to four digits. */
  let missing = 0
  let isNumber = false
  let unit = 0
  /** The first half of a surrogate pair, or 0. */
  let high = 0

  function read(piece: Uint8Array): Uint8Array {
    if (missing === 0 && high === 0 && piece.indexOf(backslash) === -1) return piece
    // A character is never longer than its escape; two may have begun before.
    const out = Buffer.allocUnsafe(piece.length + 6)
    let length = 0
    let at = 0
    while (at < piece.length) {
      const byte = piece[at] ?? 0
      if (missing > 0) {
        readEscape(byte)
        if (missing === 0) length = writeUnit(out, length)
        at++
      } else if (byte === backslash) {
        missing = 1
        isNumber = false
        at++
      } else {
        length = giveUpHigh(out, length)
        while (at < piece.length && piece[at] !== backslash) out[length++] = piece[at++] ?? 0
      }
    }
    return out.subarray(0, length)
  }

  function readEscape(byte: number) {
    missing--
    if (isNumber) unit = unit * 16 + (byte <= 0x39 ? byte - 0x30 : (byte | 0x20) - 0x57)
    else if (byte === u) {
      isNumber = true
      missing = 4
      unit = 0
    } else unit = meaning[byte] ?? byte
  }

  /** Writes the unit that is complete, or keeps it for the second half of its pair. Answers the new length. */
  function writeUnit(out: Uint8Array, length: number): number {
    const isLow = unit >= 0xdc00 && unit <= 0xdfff
    if (isLow && high > 0) {
      const point = 0x10000 + (high - 0xd800) * 0x400 + (unit - 0xdc00)
      high = 0
      return writePoint(point, out, length)
    }
    const after = giveUpHigh(out, length)
    if (unit < 0xd800 || unit > 0xdfff) return writePoint(unit, out, after)
    if (isLow) return writePoint(replacement, out, after)
    high = unit
    return after
  }

  function giveUpHigh(out: Uint8Array, length: number): number {
    if (high === 0) return length
    high = 0
    return writePoint(replacement, out, length)
  }

  return {
    read,
    end() {
      const out = Buffer.alloc(3)
      return out.subarray(0, giveUpHigh(out, 0))
    },
  }
}

/** As UTF-8. Answers the new length. */
function writePoint(point: number, out: Uint8Array, length: number): number {
  if (point < 0x80) {
    out[length] = point
    return length + 1
  }
  const more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3
  out[length] = ((0xff00 >> (more + 1)) & 0xff) | (point >> (6 * more))
  for (let i = 1; i <= more; i++) out[length + i] = 0x80 | ((point >> (6 * (more - i))) & 0x3f)
  return length + 1 + more
}
