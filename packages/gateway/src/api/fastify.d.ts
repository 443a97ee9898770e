import type { Integration } from '../core/integration.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose API key the request carries. Set before the body is read, on routes that need one. */
    integration: Integration
  }
}
