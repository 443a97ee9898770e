import { isUtf8 } from 'node:buffer'
import { createHash, hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Writable } from 'node:stream'
import { Refused } from '../surface.ts'
import type { Path } from './containers.ts'
import { bodyBounds, type Taker, TooManyValues, tokenizer } from './tokenizer.ts'
import { utf8Check } from './utf8-check.ts'

/** The body of a request, as sending looks at it. */
export interface Body {
  /** JSON, or what claims to be, with its long strings cut short; or why it is not worth parsing. */
  json: Uint8Array | Refused
  /** Of the bytes as they came, in hex. */
  sha256: () => string
}

export interface Reading {
  /** In bytes. What is longer is refused before it is read to the end. */
  limit: number
  /** How many messages the body may carry. */
  messages: number
  /**
   * Asked for each value that is a string of more than 64 KiB: who gets the UTF-8 of its characters, if anyone. One that
   * is destroyed gets no more. When the body turns out to be unreadable, those that have not ended are destroyed.
   */
  handOut: (path: Path) => Taker<Writable> | undefined
}

/** From here on a body is read as a stream. */
const shortBytes = 64 * 1024
/** Members of a message, itself included: as many as a long template has. */
const valuesPerMessage = 16

/**
 * Reads the body of a request without holding up anybody else, whatever is in it. Throws what refuses it unread; that it
 * is malformed is said only after it has come in whole, so that its sender hears the answer.
 */
export function readBody(request: IncomingMessage, { limit, messages, handOut }: Reading): Promise<Body> {
  const length = Number(request.headers['content-length'])
  if (length < shortBytes) return readShort(request)
  if (length > limit) return Promise.reject(new Refused('payload_too_big'))
  return readLong(request, { limit, messages, handOut })
}

/** As nearly all are: one piece, and nothing to watch. */
function readShort(request: IncomingMessage): Promise<Body> {
  const { promise, resolve, reject } = Promise.withResolvers<Body>()
  const pieces: Buffer[] = []
  request.on('data', (piece: Buffer) => pieces.push(piece))
  request.on('end', () => {
    const bytes = Buffer.concat(pieces)
    const json = isUtf8(bytes) ? bytes : new Refused('payload_malformed')
    resolve({ json, sha256: () => hash('sha256', bytes) })
  })
  request.on('error', () => reject(new Refused('payload_malformed')))
  return promise
}

async function readLong(request: IncomingMessage, { limit, messages, handOut }: Reading): Promise<Body> {
  const bounds = { ...bodyBounds, values: Math.max(bodyBounds.values, messages * valuesPerMessage) }
  const digest = createHash('sha256')
  const utf8 = utf8Check()
  const unfinished = new Set<Writable>()
  const tokens = tokenizer((path) => {
    const taker = handOut(path)
    if (taker) unfinished.add(taker.to)
    return taker
  }, bounds)
  let refused: Refused | undefined
  let size = 0

  async function look(piece: Buffer) {
    if (!utf8.read(piece)) throw new Refused('payload_malformed')
    for (const { to, bytes, last } of tokens.read(piece)) {
      await write(to, bytes)
      if (!last) continue
      to.end()
      unfinished.delete(to)
    }
  }
  function refuse(error: unknown) {
    if (!(error instanceof Refused)) throw error
    refused = isBeyond(error, messages) ? new Refused('too_many_messages') : error
    giveUp()
  }
  function giveUp() {
    for (const to of unfinished) to.destroy()
  }

  try {
    // Leaving the loop must not destroy the request: its answer needs the same connection.
    for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += piece.length
      if (size > limit) throw new Refused('payload_too_big')
      digest.update(piece)
      if (!refused) await look(piece).catch(refuse)
    }
  } catch (error) {
    // A client that goes away half-way is no fault of ours.
    throw request.errored && !request.complete ? new Refused('payload_malformed') : error
  } finally {
    giveUp()
  }
  if (!utf8.isWhole()) refused ??= new Refused('payload_malformed')
  const sha256 = digest.digest('hex')
  return { json: refused ?? tokens.skeleton(), sha256: () => sha256 }
}

/** Whether it was in one message too many that there were too many values. */
function isBeyond(refused: Refused, messages: number): boolean {
  const [list, place] = refused instanceof TooManyValues ? refused.path : []
  return list === 'messages' && typeof place === 'number' && place >= messages
}

/** Waits for a consumer that is slower than the network, and not for one that has gone. */
async function write(to: Writable, bytes: Uint8Array): Promise<void> {
  if (to.destroyed || to.write(bytes)) return
  const { promise, resolve } = Promise.withResolvers<void>()
  to.once('drain', resolve).once('close', resolve)
  await promise
  to.off('drain', resolve).off('close', resolve)
}
