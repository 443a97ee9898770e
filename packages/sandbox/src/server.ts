import type { FastifyInstance } from 'fastify'
import Fastify from 'fastify'
import type { Events } from './events.ts'
import { Problem, refusalOf, sendProblem } from './problem.ts'

const mostBytes = 1 << 20

interface Needs {
  events: Pick<Events, 'requestFailed'>
  /** Told of every route there comes to be, as `GET /phones`. */
  onRoute?(route: string): void
}

/** The HTTP server with what all routes share. It logs no line per request. */
export function httpServer({ events, onRoute }: Needs): FastifyInstance {
  const app = Fastify({
    bodyLimit: mostBytes,
    keepAliveTimeout: 60_000,
    requestTimeout: 60_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 512 },
  })

  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) if (one !== 'HEAD') onRoute?.(`${one} ${url}`)
  })

  // An empty body is no body, whatever the header says; what a key is called is the schemas' business.
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : JSON.parse(String(body)))
    } catch {
      done(new Problem(400, 'The body is not valid JSON'))
    }
  })

  app.setErrorHandler((error, request, reply) => {
    const refusal = refusalOf(error)
    if (refusal) return sendProblem(reply, new Problem(refusal.statusCode, refusal.message))
    events.requestFailed({ method: request.method, route: request.routeOptions.url, error })
    return sendProblem(reply, new Problem(500, 'The sandbox failed; its log says why'))
  })
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, new Problem(404, `There is no ${request.method} ${request.url.split('?')[0]}`)),
  )
  return app
}
