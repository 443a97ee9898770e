import type { FastifyInstance } from 'fastify'
import type { App } from '../core/app.ts'
import { receive } from '../core/receive.ts'
import { StoreUnavailable } from '../core/store.ts'
import type { Reading, Webhook } from '../core/supplier.ts'

/** Meta posts up to 3 MB. */
const bodyLimit = 4 * 1024 * 1024

/** `/suppliers/<name>/<integration>`: where suppliers post. 200 is said after everything in the post is stored. */
export async function supplierWebhooks(server: FastifyInstance, app: App): Promise<void> {
  function webhookOf({ supplier, id }: { supplier: string; id: string }): Webhook | undefined {
    const integration = app.directory.integration(id)
    if (integration?.whatsapp?.supplier !== supplier) return undefined
    return app.supplierOf(integration, 'whatsapp').webhook
  }

  interface Route {
    Params: { supplier: string; id: string }
  }

  server.get<Route>('/suppliers/:supplier/:id', async ({ params, url }, reply) => {
    const challenge = webhookOf(params)?.greet(new URL(url, 'http://gateway').searchParams)
    if (challenge === undefined) return reply.code(403).send({ error: 'this is not a check we expect' })
    return reply.type('text/plain').send(challenge)
  })

  server.post<Route>('/suppliers/:supplier/:id', { bodyLimit }, async ({ params, headers, body }, reply) => {
    const webhook = webhookOf(params)
    if (!webhook) return reply.code(404).send({ error: 'nobody expects webhooks here' })
    if (!(body instanceof Uint8Array) || !webhook.verify(headers, body)) {
      app.events.webhookRefused(params.id, 'signature')
      return reply.code(401).send({ error: 'the signature does not fit' })
    }
    let reading: Reading
    try {
      reading = webhook.read(body)
    } catch {
      app.events.webhookRefused(params.id, 'unreadable')
      return reply.code(400).send({ error: 'this is not a webhook of this supplier' })
    }
    await receive(app, params.id, reading)
    return reply.code(200).send()
  })

  server.setErrorHandler((error, _request, reply) => {
    const { statusCode = 500 } = error as { statusCode?: number } // Fastify's own errors carry one
    const httpStatus = error instanceof StoreUnavailable ? 503 : statusCode
    if (httpStatus === 500) app.events.bug('supplier webhook', error)
    return reply
      .code(httpStatus)
      .send({ error: httpStatus < 500 ? 'not a webhook' : 'not stored: post it again' })
  })
}
