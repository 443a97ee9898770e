import { setTimeout } from 'node:timers/promises'
import type { FastifyReply } from 'fastify'
import type { Way } from './effects.ts'

/** Answers a send in the way a fault wants it, with the answer there would be. */
export async function answerInWay(way: Way, reply: FastifyReply, answer: unknown): Promise<unknown> {
  switch (way.type) {
    case 'http':
      return reply.code(way.status).send()
    case 'hang':
      // Until the caller gives up, or the sandbox stops.
      return reply.hijack()
    case 'cut':
      reply.hijack()
      reply.raw.destroy()
      return reply
    case 'slow':
      await setTimeout(way.ms, undefined, { ref: false })
      return answer
  }
}
