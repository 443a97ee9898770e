import type { FastifyInstance } from 'fastify'

/** Longer than anything that has an end takes. What may have none is asking what became of a commit. */
const longestMs = 120_000

/** Whoever has sent all of a request, and waits for its answer for so long, gets none: the connection is closed. */
export function answerInTime(server: FastifyInstance, withinMs = longestMs): void {
  server.addHook('onRequest', async ({ raw }, reply) => {
    const timer = setTimeout(() => {
      if (!raw.complete) timer.refresh()
      else if (!reply.raw.headersSent) raw.socket.destroy()
    }, withinMs).unref()
    reply.raw.once('close', () => clearTimeout(timer))
  })
}
