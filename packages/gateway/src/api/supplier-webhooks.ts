import { webhooks } from '@waypost/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { App } from '../core/app.ts'
import type { Integration } from '../core/integration.ts'
import { KeyRefused, KeysUnavailable } from '../core/keys.ts'
import { receive } from '../core/receive.ts'
import { StoreUnavailable } from '../core/store.ts'
import type { Reading, Webhook } from '../core/supplier.ts'
import { answerInTime } from './answer-in-time.ts'
import { routeOf } from './surface.ts'

/** Meta posts up to 3 MB. */
const bodyLimit = 4 * 1024 * 1024

interface Route {
  Params: { integrationId: string }
}

interface Expecting {
  integration: Integration
  webhook: Webhook
}

/** Nobody's fault in here: what was posted is to come again. */
const notStored = [StoreUnavailable, KeysUnavailable, KeyRefused]

/** `/suppliers/<name>/<integration>`: where suppliers post. 200 is said after everything in the post is stored. */
export async function supplierWebhooks(server: FastifyInstance, app: App): Promise<void> {
  answerInTime(server)
  for (const [supplier, contract] of Object.entries(webhooks)) {
    const expecting = (id: string): Expecting | undefined => {
      const integration = app.directory.integration(id)
      if (integration?.whatsapp?.supplier !== supplier) return undefined
      const { webhook } = app.supplierOf(integration, 'whatsapp')
      return webhook && { integration, webhook }
    }

    server.get<Route>(routeOf(contract.greeting), async ({ params, url }, reply) => {
      const { searchParams } = new URL(url, 'http://gateway')
      const challenge = expecting(params.integrationId)?.webhook.greet(searchParams)
      if (challenge === undefined) return reply.code(403).send({ error: 'this is not a check we expect' })
      return reply.type('text/plain').send(challenge)
    })

    server.post<Route>(routeOf(contract.webhook), { bodyLimit }, async (request, reply) => {
      const whose = expecting(request.params.integrationId)
      if (!whose) return reply.code(404).send({ error: 'nobody expects webhooks here' })
      const refusal = await take(app, whose, request)
      return refusal ? reply.code(refusal.httpStatus).send({ error: refusal.error }) : reply.code(200).send()
    })
  }

  server.setErrorHandler((error, _request, reply) => {
    const { statusCode = 500 } = error as { statusCode?: number } // Fastify's own errors carry one
    const httpStatus = notStored.some((kind) => error instanceof kind) ? 503 : statusCode
    if (httpStatus === 500) app.events.bug('supplier webhook', error)
    return reply
      .code(httpStatus)
      .send({ error: httpStatus < 500 ? 'not a webhook' : 'not stored: post it again' })
  })
}

async function take(app: App, { integration, webhook }: Expecting, { headers, body }: FastifyRequest) {
  if (!(body instanceof Uint8Array) || !webhook.verify(headers, body)) {
    app.events.webhookRefused(integration.id, 'signature')
    return { httpStatus: 401, error: 'the signature does not fit' }
  }
  let reading: Reading
  try {
    reading = webhook.read(body)
  } catch {
    app.events.webhookRefused(integration.id, 'unreadable')
    return { httpStatus: 400, error: 'this is not a webhook of this supplier' }
  }
  await receive(app, integration, reading)
  return undefined
}
