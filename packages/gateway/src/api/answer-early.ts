import type { FastifyReply, FastifyRequest } from 'fastify'

/**
 * Ends the connection after an answer that goes out before the request has come in whole. Closing at once would reset it,
 * and a client that is still writing would lose the answer: what it sends until it notices is read and thrown away.
 */
export function answerEarly({ raw }: FastifyRequest, reply: FastifyReply, patienceMs = 5000): void {
  reply.header('connection', 'close')
  const { socket } = raw
  // What Node does when the last answer of a connection has gone out.
  socket.destroySoon = () => {
    socket.end()
    raw.resume()
    const over = setTimeout(() => socket.destroy(), patienceMs)
    socket.once('close', () => clearTimeout(over))
  }
}
