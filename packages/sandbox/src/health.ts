import type { FastifyInstance } from 'fastify'

/** Ready as soon as it listens: what it needs, it opened before. */
export async function healthRoutes(app: FastifyInstance): Promise<void> {
  app.get('/health/live', async () => ({ status: 'ok' }))
  app.get('/health/ready', async () => ({ status: 'ok' }))
}
