import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { App } from '../core/app.ts'
import { StoreUnavailable } from '../core/store.ts'
import { answerEarly } from './answer-early.ts'
import { brokenHttp } from './broken-http.ts'
import { closeSoon } from './closing.ts'
import { generationOf, Refused, refusalOf } from './surface.ts'

export interface ServerOptions {
  /** Proxies whose `X-Forwarded-For` is believed. */
  trustProxy: string[]
  /** A client that is slower than this with one request has gone. */
  requestTimeoutMs: number
}

/** The whole request's bound in the contract, in bytes. */
export const bodyLimit = 30 * 1024 * 1024
/** How often Node looks for clients that are too slow. By itself it does every half minute. */
const connectionsCheckingInterval = 1000

/**
 * The HTTP server, with nothing on it: surfaces are registered as plugins. What it refuses by itself is refused in the shape
 * of its path's generation.
 */
export function openServer(
  { events }: Pick<App, 'events'>,
  { trustProxy, requestTimeoutMs }: ServerOptions,
): FastifyInstance {
  const broken = brokenHttp()
  const server = Fastify({
    bodyLimit,
    requestTimeout: requestTimeoutMs,
    http: {
      connectionsCheckingInterval,
      requestTimeout: requestTimeoutMs,
      headersTimeout: requestTimeoutMs,
      requireHostHeader: false, // refused below, in a shape
    },
    trustProxy: trustProxy.length > 0 ? trustProxy : false,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true },
    frameworkErrors: (_error, request, reply) => void refuse(request, reply, new Refused('resource_unknown')),
    clientErrorHandler: broken.refuse,
  })
  closeSoon(server)
  broken.watch(server.server)
  // Bodies arrive as bytes: what they are is each surface's to say.
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  const patterns: RegExp[] = []
  server.addHook('onRoute', ({ url }) => {
    // Below a star is what is there.
    if (!url.includes('*')) patterns.push(patternOf(url))
  })

  function refuse(request: FastifyRequest, reply: FastifyReply, error: unknown) {
    const { reason, subject } = refusalFor(error)
    if (reason === 'internal_error') events.bug(`${request.method} ${request.url.split('?')[0]}`, error)
    events.refused(reason)
    if (reason === 'store_unavailable') reply.header('retry-after', '1')
    if (reason === 'payload_too_big') answerEarly(request, reply)
    const { httpStatus, body } = refusalOf[generationOf(request.url)](reason, subject)
    return reply.code(httpStatus).send(body)
  }

  server.addHook('onRequest', async (request, reply) => {
    const { httpVersion, headers } = request.raw
    if (httpVersion === '1.1' && headers.host === undefined)
      return refuse(request, reply, new Refused('payload_malformed'))
  })
  server.setErrorHandler((error, request, reply) => refuse(request, reply, error))
  server.setNotFoundHandler((request, reply) => {
    const [path = ''] = request.url.split('?')
    const known = patterns.some((pattern) => pattern.test(path))
    return refuse(request, reply, new Refused(known ? 'method_not_supported' : 'resource_unknown'))
  })

  return server
}

/** Of a route's path, with its parameters. */
function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : RegExp.escape(part)))
  return new RegExp(`^${parts.join('/')}/?$`)
}

function refusalFor(error: unknown): Refused {
  if (error instanceof Refused) return error
  if (error instanceof StoreUnavailable) return new Refused('store_unavailable')
  const { code, statusCode } =
    error instanceof Error ? (error as Error & { code?: string; statusCode?: number }) : {} // Fastify's errors carry both
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new Refused('payload_too_big')
  if (statusCode !== undefined && statusCode < 500) return new Refused('payload_malformed')
  return new Refused('internal_error')
}
