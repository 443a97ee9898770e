import type { IncomingMessage } from 'node:http'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { App } from '../core/app.ts'
import { StoreUnavailable } from '../core/store.ts'
import { answerEarly } from './answer-early.ts'
import { authenticator } from './authenticate.ts'
import { readBody } from './body/read-body.ts'
import { brokenHttp } from './broken-http.ts'
import { closeSoon } from './closing.ts'
import { inlineFiles } from './inline-files.ts'
import { sendMessages as legacySend } from './legacy/send-messages.ts'
import { balance } from './one/balance.ts'
import { mediaRoutes } from './one/media.ts'
import { messageStatus } from './one/message-status.ts'
import { sendMessages as oneSend } from './one/send-messages.ts'
import { type SendBody, type SendEdge, sender } from './send.ts'
import { generationOf, Refused, refusalOf } from './surface.ts'

export interface ServerOptions {
  /** Proxies whose `X-Forwarded-For` is believed. */
  trustProxy: string[]
  /** A client that is slower than this with one request has gone. */
  requestTimeoutMs: number
}

/** The whole request's bound in the contract, in bytes. */
const bodyLimit = 30 * 1024 * 1024
/** How often Node looks for clients that are too slow. By itself it does every half minute. */
const connectionsCheckingInterval = 1000

/** The HTTP server with the public API of both generations; other surfaces are registered on it. */
export function openServer(app: App, { trustProxy, requestTimeoutMs }: ServerOptions): FastifyInstance {
  const broken = brokenHttp()
  const server = Fastify({
    bodyLimit,
    requestTimeout: requestTimeoutMs,
    http: { connectionsCheckingInterval, requestTimeout: requestTimeoutMs, headersTimeout: requestTimeoutMs },
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

  function refuse(request: FastifyRequest, reply: FastifyReply, error: unknown) {
    const { reason, subject } = refusalFor(error)
    if (reason === 'internal_error') app.events.bug(`${request.method} ${request.url.split('?')[0]}`, error)
    app.events.refused(reason)
    if (reason === 'store_unavailable') reply.header('retry-after', '1')
    if (reason === 'payload_too_big') answerEarly(request, reply)
    const { httpStatus, body } = refusalOf[generationOf(request.url)](reason, subject)
    return reply.code(httpStatus).send(body)
  }

  server.setErrorHandler((error, request, reply) => refuse(request, reply, error))
  server.setNotFoundHandler((request, reply) => {
    const [path = ''] = request.url.split('?')
    const known = routes.some(({ pattern }) => pattern.test(path))
    return refuse(request, reply, new Refused(known ? 'method_not_supported' : 'resource_unknown'))
  })

  const callerOf = authenticator(app)
  server.register(async (keyed) => {
    keyed.decorateRequest('integration')
    // Before the body is read: who may not send is not listened to.
    keyed.addHook('onRequest', async (request) => {
      request.integration = callerOf(request)
    })
    keyed.removeAllContentTypeParsers()
    keyed.addContentTypeParser('*', async (_request: FastifyRequest, bytes: IncomingMessage) => {
      const files = inlineFiles(app)
      try {
        const reading = { limit: bodyLimit, messages: app.settings.messagesPerRequest, handOut: files.take }
        return { ...(await readBody(bytes, reading)), files } satisfies SendBody
      } catch (error) {
        await files.drop()
        throw error
      }
    })
    for (const { paths, edge } of sends) {
      const send = sender(app, edge)
      for (const path of paths)
        keyed.post<{ Body: SendBody | undefined }>(path, async (request, reply) => {
          try {
            if (!isJson(request.headers['content-type'])) throw new Refused('payload_malformed')
            const key = request.headers['idempotency-key']
            const { httpStatus, body } = await send({
              integration: request.integration,
              body: request.body,
              idempotencyKey: typeof key === 'string' ? key : undefined,
            })
            return reply.code(httpStatus).header('content-type', json).send(body)
          } finally {
            await request.body?.files.drop()
          }
        })
    }
    keyed.get<{ Params: { id: string } }>('/v1/message/:id', ({ integration, params }) =>
      messageStatus(app, integration, params.id),
    )
    keyed.register(async (files) => mediaRoutes(files, app))
    keyed.get('/v1/balance', async ({ integration }) => balance(integration))
  })
  return server
}

const sends: { paths: string[]; edge: SendEdge }[] = [
  { paths: ['/v1/message', '/v1/messages'], edge: oneSend },
  { paths: ['/wa/messages'], edge: legacySend },
]

const routes = [
  ...sends.flatMap(({ paths }) => paths.map((path) => ({ pattern: new RegExp(`^${path}/?$`) }))),
  { pattern: /^\/v1\/message\/[^/]+\/?$/ },
  { pattern: /^\/v1\/media(\/[^/]+)?\/?$/ },
  { pattern: /^\/v1\/balance\/?$/ },
  { pattern: /^\/(health\/(live|ready)|metrics|openapi\.json|docs)\/?$/ },
]

const json = 'application/json; charset=utf-8'

/** JSON is UTF-8; a type that says otherwise is not what it claims to be. */
function isJson(contentType: string | undefined): boolean {
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';')
  const charset = parameters
    .map((parameter) => /^\s*charset="?([^"]*)"?\s*$/.exec(parameter)?.[1])
    .find(Boolean)
  return type.trim() === 'application/json' && (charset === undefined || /^utf-?8$/.test(charset))
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
