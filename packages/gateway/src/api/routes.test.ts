import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { endpoints, legacyError, oneError } from '@waypost/protocol'
import { pino } from 'pino'
import type { App } from '../core/app.ts'
import { openEvents } from '../core/events.ts'
import { admin } from './admin/index.ts'
import { documents } from './documents.ts'
import { health } from './health.ts'
import { publicApi } from './public-api.ts'
import { openServer } from './server.ts'
import { supplierWebhooks } from './supplier-webhooks.ts'

/** All surfaces on one server, and what of it the protocol describes. */
describe('the routes', () => {
  const described = endpoints.flatMap(({ method, path, aliases = [] }) =>
    [path, ...aliases].map((each) => ({ method, path: each })),
  )

  test('are those that the protocol describes, and it describes no others', async (t) => {
    const { routes } = await open(t)
    const probes = ['HEAD /health/live', 'HEAD /health/ready']
    // What the page at `/docs` loads.
    const assets = ['GET /docs/start.js', 'GET /docs/*', 'HEAD /docs/*']
    assert.deepEqual(
      routes.sort(),
      [...described.map(({ method, path }) => `${method} ${path}`), ...probes, ...assets].sort(),
    )
  })

  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
  const paths = new Set(described.map(({ path }) => path).filter((path) => !path.startsWith('/admin')))
  for (const path of paths)
    test(`${path} answers 42 to the methods it does not take`, async (t) => {
      const { server } = await open(t)
      const url = path.replaceAll(/\{\w+\}/g, 'some')
      const taken: string[] = described.filter((each) => each.path === path).map(({ method }) => method)
      for (const method of methods.filter((each) => !taken.includes(each))) {
        const answer = await server.inject({ method, url })
        const { error } = answer.json()
        const isLegacy = path.startsWith('/wa/')
        const expected = isLegacy ? legacyError('method_not_supported') : oneError('method_not_supported')
        assert.deepEqual(
          [answer.statusCode, error.code ?? error.errorCode],
          [expected.httpStatus, 42],
          method,
        )
      }
    })
})

async function open(t: TestContext) {
  // Registering asks for no more of the gateway, and nothing is served.
  const app = {
    settings: { adminToken: 'a token' },
    events: openEvents(pino({ level: 'silent' })),
  } as unknown as App
  const server = openServer(app, { trustProxy: [], requestTimeoutMs: 60_000 })
  t.after(() => server.close())
  const routes: string[] = []
  server.addHook('onRoute', ({ method, url, prefix, bodyLimit }) => {
    // The admin API answers its wrong methods by routes of their own, which have no body.
    if (prefix === '/admin' && bodyLimit === undefined) return
    for (const each of [method].flat()) routes.push(`${each} ${url.replaceAll(/:(\w+)/g, '{$1}')}`)
  })
  await server.register(async (scope) => publicApi(scope, app))
  await server.register(async (scope) => supplierWebhooks(scope, app))
  await server.register(async (scope) => admin(scope, app, { urlFlaw: () => undefined, supplierNames: [] }))
  await server.register(async (scope) => documents(scope, { version: '0.0.0', publicUrl: () => '' }))
  await server.register(async (scope) => health(scope, app))
  await server.ready()
  return { server, routes }
}
