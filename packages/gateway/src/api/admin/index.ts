import { hash, timingSafeEqual } from 'node:crypto'
import { admin as contracts, type Endpoint } from '@waypost/protocol'
import type { FastifyInstance, HTTPMethods } from 'fastify'
import type { App } from '../../core/app.ts'
import { routeOf } from '../surface.ts'
import { accountHandlers } from './account.ts'
import { callbackHandlers } from './callbacks.ts'
import { clockHandlers } from './clock.ts'
import { type Handler, type Handlers, jsonOf, queryOf } from './contract.ts'
import { inTurn } from './in-turn.ts'
import { integrationHandlers } from './integrations.ts'
import { keyHandlers } from './keys.ts'
import { laneHandlers } from './lanes.ts'
import { messageHandlers } from './messages.ts'
import { optInHandlers, optOutHandlers } from './opt-outs.ts'
import { notFound, Problem, problemOf } from './problem.ts'
import type { Tools } from './read-integration.ts'
import { recipientHandlers } from './recipients.ts'
import { templateHandlers } from './templates.ts'
import { windowHandlers } from './windows.ts'

/** A provisioning file's worth of settings. */
const bodyLimit = 1024 * 1024

/** `/admin/…`: every contract of the protocol's `admin`, for who has the token. */
export async function admin(server: FastifyInstance, app: App, tools: Tools): Promise<void> {
  const change = inTurn()
  const handlers: Handlers = {
    ...accountHandlers(app, change),
    ...integrationHandlers(app, tools, change),
    ...keyHandlers(app, change),
    ...recipientHandlers(app, change),
    ...optOutHandlers(app, change),
    ...optInHandlers(app, change),
    ...windowHandlers(app),
    ...templateHandlers(app, change),
    ...messageHandlers(app),
    ...callbackHandlers(app),
    ...laneHandlers(app),
    ...clockHandlers(app, change),
  }
  // A prefix of its own lets unknown paths below it be answered here, behind the token.
  await server.register(async (scope) => mount(scope, app, handlers), { prefix })
}

const prefix = '/admin'

function mount(scope: FastifyInstance, app: Pick<App, 'events' | 'settings'>, handlers: Handlers): void {
  const isToken = tokenCheck(app.settings.adminToken)
  // Before the body is read: who has no token is not listened to.
  scope.addHook('onRequest', async ({ headers }) => {
    if (isToken(headers.authorization)) return
    throw new Problem(401, 'The admin token is missing or wrong.', {
      headers: { 'www-authenticate': 'Bearer realm="waypost"' },
    })
  })
  scope.setErrorHandler((error, { method, routeOptions }, reply) => {
    const problem = problemOf(error)
    if (problem.status === 500) app.events.bug(`${method} ${routeOptions.url ?? prefix}`, error)
    return reply
      .code(problem.status)
      .headers(problem.headers)
      .header('content-type', 'application/problem+json; charset=utf-8')
      .send(JSON.stringify(problem))
  })
  scope.setNotFoundHandler(() => {
    throw notFound('such path')
  })

  const methodsOf = new Map<string, HTTPMethods[]>()
  for (const [name, contract] of Object.entries(contracts)) {
    // The handler under a contract's name takes that contract's calls; which one it is, the loop cannot say.
    const handle = handlers[name as keyof Handlers] as Handler<Endpoint>
    const url = routeOf(contract).slice(prefix.length)
    methodsOf.set(url, [...(methodsOf.get(url) ?? []), contract.method])
    route(scope, url, contract, handle)
  }
  for (const [url, allowed] of methodsOf) {
    const method = methods.filter((each) => !allowed.includes(each))
    scope.route({
      method,
      url,
      handler() {
        throw new Problem(405, `Allowed here: ${allowed.join(', ')}.`, {
          headers: { allow: allowed.join(', ') },
        })
      },
    })
  }
}

const methods: HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

function route(scope: FastifyInstance, url: string, contract: Endpoint, handle: Handler<Endpoint>): void {
  const success = Number(Object.keys(contract.answers).find((status) => status.startsWith('2')))
  scope.route<{ Params: Record<string, string>; Querystring: Record<string, unknown> }>({
    method: contract.method,
    url,
    bodyLimit,
    async handler({ params, query, body, headers }, reply) {
      const call = {
        params,
        query: queryOf(contract, query),
        body: contract.request && jsonOf(body, headers['content-type']),
      }
      const answer: unknown = await handle(call)
      reply.code(success)
      if (answer === undefined) return reply.send()
      return reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(answer))
    },
  })
}

/** Compares digests, so that the time it takes tells nothing of the token. */
function tokenCheck(token: string): (authorization: string | undefined) => boolean {
  const digest = (text: string) => hash('sha256', text, 'buffer')
  const expected = digest(token)
  return (authorization = '') => {
    const [, given = ''] = /^bearer +(.+)$/i.exec(authorization) ?? []
    return timingSafeEqual(digest(given), expected)
  }
}
