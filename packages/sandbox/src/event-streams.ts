import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Server-sent events, by topic. Nothing is kept for who is not there: whoever comes back loads anew. */
export interface EventStreams {
  /** Holds the answer open and sends it what happens on the topic. */
  open(topic: string, request: FastifyRequest, reply: FastifyReply): void
  /** The data is made only when somebody listens. */
  send(topic: string, event: string, data: () => unknown): void
  /** Ends all streams, and answers new ones with 204, which tells a browser not to come back. */
  close(): void
}

const heartbeatMs = 15_000
/** A reader that is further behind than this is cut off; it comes back and is told to load anew. */
const mostBehindBytes = 1 << 20

export function eventStreams(): EventStreams {
  const topics = new Map<string, Set<ServerResponse>>()
  let lastId = 0
  let heartbeat: NodeJS.Timeout | undefined
  let closed = false

  function open(topic: string, request: FastifyRequest, reply: FastifyReply): void {
    if (closed) {
      void reply.code(204).send()
      return
    }
    reply.hijack()
    const stream = reply.raw
    stream.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    // The id reaches the browser even before the first event, so that it always says that it came back.
    stream.write(`retry: 1000\nid: ${lastId}\n\n`)
    if (request.headers['last-event-id'] !== undefined) stream.write('event: reset\ndata: {}\n\n')

    const streams = topics.get(topic) ?? new Set()
    topics.set(topic, streams.add(stream))
    heartbeat ??= setInterval(beat, heartbeatMs).unref()
    stream.on('close', () => {
      streams.delete(stream)
      if (streams.size === 0 && topics.get(topic) === streams) topics.delete(topic)
    })
  }

  function send(topic: string, event: string, data: () => unknown): void {
    const streams = topics.get(topic)
    if (!streams) return
    const text = `id: ${++lastId}\nevent: ${event}\ndata: ${JSON.stringify(data())}\n\n`
    for (const stream of streams) write(stream, text)
  }

  function write(stream: ServerResponse, text: string): void {
    if (stream.writableLength > mostBehindBytes) stream.destroy()
    else stream.write(text)
  }

  function beat(): void {
    for (const streams of topics.values()) for (const stream of streams) write(stream, ': still here\n\n')
  }

  function close(): void {
    closed = true
    clearInterval(heartbeat)
    for (const streams of topics.values()) for (const stream of streams) stream.end()
  }

  return { open, send, close }
}
