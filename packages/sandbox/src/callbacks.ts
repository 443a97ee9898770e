import type { FastifyInstance } from 'fastify'
import type { EventStreams } from './event-streams.ts'

/** A request that reached a receiver. */
export interface Callback {
  at: number
  method: string
  headers: Record<string, string | string[] | undefined>
  /** Parsed where it is JSON, else as text; null where it is empty. */
  body: unknown
}

interface Receiver {
  callbacks: { callback: Callback; bytes: number }[]
  bytes: number
}

interface Named {
  Params: { name: string }
}

const mostCallbacks = 200
const mostBytes = 32 << 20
const mostReceivers = 100

/**
 * Receivers for whoever has no server of their own yet: the demo integrations call back here. They take everything,
 * keep the newest in memory, and check nothing: a consumer of callbacks looks elsewhere for an example.
 */
export async function callbackRoutes(
  app: FastifyInstance,
  { streams, now }: { streams: EventStreams; now(): number },
): Promise<void> {
  const receivers = new Map<string, Receiver>()

  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  function keep(name: string, callback: Callback, bytes: number): void {
    const receiver = receivers.get(name) ?? { callbacks: [], bytes: 0 }
    // The one that heard something last is last in the map; the first makes room.
    receivers.delete(name)
    receivers.set(name, receiver)
    if (receivers.size > mostReceivers) {
      for (const oldest of receivers.keys()) {
        receivers.delete(oldest)
        break
      }
    }
    receiver.callbacks.push({ callback, bytes })
    receiver.bytes += bytes
    while (
      receiver.callbacks.length > mostCallbacks ||
      (receiver.bytes > mostBytes && receiver.callbacks.length > 1)
    ) {
      receiver.bytes -= receiver.callbacks.shift()?.bytes ?? 0
    }
  }

  app.post<Named>(
    '/callbacks/:name',
    { bodyLimit: mostBytes },
    async ({ params: { name }, method, headers, body }, reply) => {
      const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0)
      const callback = { at: now(), method, headers, body: readBody(bytes) }
      keep(name, callback, bytes.length)
      streams.send(topicOf(name), 'callback', () => callback)
      return reply.code(204).send()
    },
  )
  app.get<Named>('/callbacks/:name', async ({ params: { name } }) =>
    (receivers.get(name)?.callbacks ?? []).map(({ callback }) => callback),
  )
  app.delete<Named>('/callbacks/:name', async ({ params: { name } }, reply) => {
    receivers.delete(name)
    return reply.code(204).send()
  })
  app.get<Named>('/callbacks/:name/events', (request, reply) => {
    streams.open(topicOf(request.params.name), request, reply)
  })
}

function topicOf(name: string): string {
  return `callbacks/${name}`
}

function readBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return null
  const text = bytes.toString()
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
