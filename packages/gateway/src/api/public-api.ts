import type { IncomingMessage } from 'node:http'
import { type Endpoint, legacy, one } from '@waypost/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { App } from '../core/app.ts'
import { answerInTime } from './answer-in-time.ts'
import { authenticator } from './authenticate.ts'
import { readBody } from './body/read-body.ts'
import { inlineFiles } from './inline-files.ts'
import { sendMessages as legacySend } from './legacy/send-messages.ts'
import { balance } from './one/balance.ts'
import { mediaRoutes } from './one/media.ts'
import { messageStatus } from './one/message-status.ts'
import { sendMessages as oneSend } from './one/send-messages.ts'
import { type SendBody, type SendEdge, sender } from './send.ts'
import { bodyLimit } from './server.ts'
import { Refused, routeOf } from './surface.ts'

/** `/v1` and `/wa`: what a business may ask with an API key, in both generations. */
export async function publicApi(server: FastifyInstance, app: App): Promise<void> {
  answerInTime(server)
  const callerOf = authenticator(app)
  server.decorateRequest('integration')
  // Before the body is read: who may not send is not listened to.
  server.addHook('onRequest', async (request) => {
    request.integration = callerOf(request)
  })
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', async (request: FastifyRequest, bytes: IncomingMessage) => {
    const files = inlineFiles(app, request.integration.id)
    try {
      const reading = { limit: bodyLimit, messages: app.settings.messagesPerRequest, handOut: files.take }
      return { ...(await readBody(bytes, reading)), files } satisfies SendBody
    } catch (error) {
      await files.drop()
      throw error
    }
  })
  for (const { contract, edge } of sends) {
    const send = sender(app, edge)
    for (const path of [contract.path, ...(contract.aliases ?? [])])
      server.post<{ Body: SendBody | undefined }>(path, async (request, reply) => {
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
  server.get<{ Params: { apiMessageId: string } }>(routeOf(one.messageStatus), ({ integration, params }) =>
    messageStatus(app, integration, params.apiMessageId),
  )
  server.register(async (files) => mediaRoutes(files, app))
  server.get(routeOf(one.balance), ({ integration }) => balance(app, integration))
}

const sends: { contract: Endpoint; edge: SendEdge }[] = [
  { contract: one.sendMessages, edge: oneSend },
  { contract: legacy.sendMessages, edge: legacySend },
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
