import type { FastifyReply, FastifyRequest } from 'fastify'
import { endSoftly } from './end-softly.ts'

/**
 * Ends the connection after an answer that goes out before the request has come in whole. What the client sends until it
 * notices is read and thrown away.
 */
export function answerEarly({ raw }: FastifyRequest, reply: FastifyReply, patienceMs = 5000): void {
  reply.header('connection', 'close')
  const { socket } = raw
  // What Node does when the last answer of a connection has gone out.
  socket.destroySoon = () => {
    endSoftly(socket, patienceMs)
    raw.resume()
  }
}
