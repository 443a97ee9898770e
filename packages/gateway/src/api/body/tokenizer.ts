import { textMaxLength } from '@waypost/protocol'
import { Refused } from '../surface.ts'
import { containers, type Path } from './containers.ts'
import { growingBytes } from './growing-bytes.ts'
import { insideString, quote } from './inside-string.ts'
import { type Unescaping, unescaping } from './unescaping.ts'

/** Who takes a long string. */
export interface Taker<To> {
  to: To
  /** Ends what the skeleton keeps of the string: of several at one place, `JSON.parse` says so which one counts. */
  mark: string
}

/** Bytes of a long string that go to somebody. */
export interface Handed<To> {
  to: To
  /** UTF-8 of the string's characters; perhaps a view of the piece that was read. */
  bytes: Uint8Array
  /** The string has ended. */
  last: boolean
}

/**
 * Reads JSON that arrives in pieces, and keeps a skeleton of it: the same text, with its long strings cut short. What
 * `JSON.parse` refuses in the text it refuses in the skeleton, but for what is wrong in a string behind the cut, which
 * is refused here. Numbers, literals and grammar are left to it. The text is known to be UTF-8.
 */
export interface Tokenizer<To> {
  /** Throws the refusal of the request beyond a bound, and at what no string may hold. Not to be called again then. */
  read(piece: Uint8Array): Handed<To>[]
  /** Of all that was read, as a view. */
  skeleton(): Uint8Array
}

export interface Bounds {
  skeletonBytes: number
  depth: number
  /** Members and entries of lists: what a parser spends its time on, up to a microsecond each. */
  values: number
  /** Of one string, as it is written, quotes aside. A longer one is cut there. */
  stringBytes: number
  /** What the skeleton keeps of a string that was handed out, in units of UTF-16, its mark aside. */
  handedOutKept: number
}

/** `JSON.parse` of the worst that they let pass takes about 20 ms. */
export const bodyBounds: Bounds = {
  skeletonBytes: 8 * 1024 * 1024,
  depth: 64,
  values: 32_768,
  stringBytes: 64 * 1024,
  handedOutKept: 2 * (textMaxLength + 1), // validation is to find it too long, also of emoji
}

/** The refusal beyond the bound of values, and where it was passed. */
export class TooManyValues extends Refused {
  override name = 'TooManyValues'
  readonly path: Path
  constructor(path: Path) {
    super('payload_malformed')
    this.path = path
  }
}

/** All that matters outside of strings. */
const isMark = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number('{}[]:,"'.includes(String.fromCharCode(byte))),
)

/** `handOut` is asked for each value that is a long string, and says to whom it goes, if to anyone. */
export function tokenizer<To extends object>(
  handOut: (path: Path) => Taker<To> | undefined,
  bounds = bodyBounds,
): Tokenizer<To> {
  const skeleton = growingBytes(bounds.skeletonBytes)
  const around = containers(bounds.depth)
  const inside = insideString()
  let handed: Handed<To>[] = []
  let piece: Uint8Array = new Uint8Array(0)
  /** Where in the piece begins what is not in the skeleton yet. */
  let from = 0

  // Of the string that is open.
  let isString = false
  let stringFrom = 0 // in the skeleton
  let bytesLeft = 0 // before it is long
  let isCut = false
  let taker: { to: To; characters: Unescaping } | undefined

  function read(next: Uint8Array): Handed<To>[] {
    handed = []
    piece = next
    from = 0
    let at = 0
    while (at < piece.length) at = isString ? string(at) : structure(at)
    if (!isCut) skeleton.append(piece.subarray(from))
    return handed
  }

  function structure(start: number): number {
    for (let at = start; at < piece.length; at++) {
      const byte = piece[at] ?? 0
      if (isMark[byte] === 0) continue
      if (byte === quote) {
        beginString(at + 1)
        return at + 1
      }
      around.mark(String.fromCharCode(byte))
      if (around.values() > bounds.values) {
        skeleton.append(piece.subarray(from, at)) // the names are in there
        throw new TooManyValues(around.path(nameAt))
      }
    }
    return piece.length
  }

  const inSkeleton = (at: number) => skeleton.length + at - from

  function beginString(at: number) {
    isString = true
    stringFrom = inSkeleton(at)
    bytesLeft = bounds.stringBytes
  }

  function string(at: number): number {
    const next = piece[at] ?? 0
    if (!isCut && bytesLeft === 0 && next !== quote && inside.mayEndBefore(next)) cut(at)
    // Beyond its bound byte by byte, to where it may be cut.
    const to = isCut ? piece.length : Math.min(piece.length, at + Math.max(bytesLeft, 1))
    const end = inside.read(piece, at, to)
    bytesLeft = Math.max(bytesLeft - (end - at), 0)
    if (taker) hand(taker.characters.read(piece.subarray(at, end)))
    if (end === to) return end
    endString(end)
    return end + 1
  }

  function endString(at: number) {
    if (isCut) from = at // the closing quote is kept again
    if (taker) handed.push({ to: taker.to, bytes: taker.characters.end(), last: true })
    if (around.isNameNext()) around.named(stringFrom, inSkeleton(at))
    isString = false
    isCut = false
    taker = undefined
  }

  function cut(at: number) {
    skeleton.append(piece.subarray(from, at))
    isCut = true
    const taken = around.isNameNext() ? undefined : handOut(around.path(nameAt))
    if (!taken) return
    taker = { to: taken.to, characters: unescaping() }
    const beginning = Buffer.from(taker.characters.read(skeleton.slice(stringFrom, skeleton.length)))
    hand(beginning)
    const kept = beginning.toString().slice(0, bounds.handedOutKept)
    skeleton.shorten(stringFrom)
    skeleton.append(Buffer.from(JSON.stringify(kept + taken.mark).slice(1, -1)))
  }

  function hand(bytes: Uint8Array) {
    if (taker && bytes.length > 0) handed.push({ to: taker.to, bytes, last: false })
  }

  /** Read only here, as a name may have escapes too. */
  const nameAt = (from: number, to: number): string => JSON.parse(`"${skeleton.slice(from, to)}"`)

  return { read, skeleton: () => skeleton.slice(0, skeleton.length) }
}
