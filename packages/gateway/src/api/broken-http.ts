import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { ReasonName } from '@waypost/protocol'
import { endSoftly } from './end-softly.ts'
import { generationOf, refusalOf } from './surface.ts'

type Answer = ServerResponse<IncomingMessage>

/**
 * What a connection gets on which something came that is not HTTP, or came too slowly: 21, and the close. But a message
 * that arrived whole before it may be stored already, and a client would take the 21 for its answer. So an answer that is
 * owed goes out by itself, and the connection ends after it.
 */
export function brokenHttp() {
  /** Per connection, what is not yet both read and answered, in the order of asking. */
  const exchanges = new WeakMap<Socket, Set<Answer>>()
  const ending = new WeakSet<Socket>()

  function settle(of: Set<Answer>, answer: Answer) {
    if (answer.req.complete) of.delete(answer)
    // Answered before its body was read, such as a wrong key.
    else answer.req.once('close', () => of.delete(answer))
  }

  return {
    /** Called before the server listens. */
    watch(http: Server): void {
      http.on('request', ({ socket }, answer) => {
        const known = exchanges.get(socket) ?? new Set()
        exchanges.set(socket, known.add(answer))
        answer.once('close', () => settle(known, answer))
      })
      // What else it expects than 100-continue may be ignored (RFC 9110, 10.1.1).
      http.on('checkExpectation', (request, answer) => http.emit('request', request, answer))
      // Nobody's proxy.
      http.on('connect', ({ url }, socket: Socket) => {
        socket.write(refusalFor('method_not_supported', url))
        endSoftly(socket)
      })
    },

    /** Node's `clientError`, which comes again with every further piece that arrives. */
    refuse(error: ClientError, socket: Socket): void {
      if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy()
      if (ending.has(socket)) return
      ending.add(socket)
      const open = [...(exchanges.get(socket) ?? [])]
      const owed = open.findLast(({ req, headersSent }) => req.complete || headersSent)
      if (!owed) socket.write(refusalFor('payload_malformed', open.at(-1)?.req.url ?? pathIn(error)))
      if (owed && !owed.writableFinished) {
        if (!owed.headersSent) owed.setHeader('connection', 'close')
        owed.once('finish', () => socket.destroySoon())
      } else endSoftly(socket)
    },
  }
}

interface ClientError {
  code?: string
  /** The piece that the parser stumbled over, if it did. */
  rawPacket?: unknown
}

/** The path of a head that is not finished, if its first line came in the piece that broke it. */
function pathIn({ rawPacket }: ClientError): string | undefined {
  if (!Buffer.isBuffer(rawPacket)) return undefined
  return /^[A-Z]+ (\/\S*)/.exec(rawPacket.toString('latin1', 0, 1024))?.[1]
}

/** As bytes. Where no path is known there is no generation either: the newer one's shape. */
function refusalFor(reason: ReasonName, path = ''): string {
  const { httpStatus, body } = refusalOf[generationOf(path)](reason)
  const text = JSON.stringify(body)
  return [
    `HTTP/1.1 ${httpStatus} ${STATUS_CODES[httpStatus]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
    '',
    text,
  ].join('\r\n')
}
