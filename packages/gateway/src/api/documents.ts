import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import { endpoints, openapi, operations } from '@waypost/protocol'
import type { FastifyInstance } from 'fastify'
import { routeOf } from './surface.ts'

/** Swagger UI's files. Everything comes from this host: nothing is loaded from anywhere else. */
const pages = fileURLToPath(new URL('./static/', import.meta.resolve('@fastify/swagger-ui')))

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Waypost API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
    <link rel="icon" href="data:,">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`

const start = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null })\n`

/** `/openapi.json`, and `/docs` to read it. */
export async function documents(
  server: FastifyInstance,
  { version, publicUrl }: { version: string; publicUrl(): string },
): Promise<void> {
  let document: string | undefined
  server.get(routeOf(operations.description), async (_request, reply) => {
    document ??= JSON.stringify(openapi(endpoints, { version, url: publicUrl() }))
    return reply.type('application/json').send(document)
  })
  server.get(routeOf(operations.documentation), async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(page),
  )
  server.get('/docs/start.js', async (_request, reply) => reply.type('text/javascript').send(start))
  await server.register(fastifyStatic, { root: pages, prefix: '/docs/', index: false })
}
