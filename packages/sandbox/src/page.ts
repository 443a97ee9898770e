import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

const securityHeaders = {
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** The phone's page and its files, as they were built. They may be built while the sandbox runs. */
export async function pageRoutes(app: FastifyInstance, { folder }: { folder: URL }): Promise<void> {
  const index = fileURLToPath(new URL('index.html', folder))
  await app.register(fastifyStatic, { root: fileURLToPath(folder), serve: false })

  app.addHook('onSend', async (_request, reply) => {
    reply.headers(securityHeaders)
  })

  app.get('/', async (_request, reply) => {
    if (existsSync(index)) return reply.sendFile('index.html', { cacheControl: false })
    return reply
      .code(503)
      .type('text/plain; charset=utf-8')
      .send('The phone page is not built yet. Build it with: npm run build -w packages/phone\n')
  })
  // Vite names these after their content, so they never change.
  app.get<{ Params: { '*': string } }>('/assets/*', (request, reply) =>
    reply.sendFile(`assets/${request.params['*']}`, { maxAge: '365d', immutable: true }),
  )
  app.get<{ Params: { file: string } }>('/:file', (request, reply) =>
    reply.sendFile(request.params.file, { maxAge: '1h' }),
  )
}
