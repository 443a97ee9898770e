import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { admin as contracts } from '@waypost/protocol'
import Fastify from 'fastify'
import type { App } from '../../core/app.ts'
import { StoreUnavailable } from '../../core/store.ts'
import { admin } from './index.ts'

/** The plugin by itself: what every call of it goes through before it means anything. */
describe('the admin API', () => {
  test('has a route for every contract, a contract for every route, and no third thing', async (t) => {
    const { routes } = await open(t)
    const expected = Object.values(contracts).map(({ method, path }) => `${method} ${path}`)
    const own = routes.filter(({ isRefusal }) => !isRefusal).map(({ route }) => route)
    assert.deepEqual(own.sort(), expected.sort())
    const paths = new Set(Object.values(contracts).map(({ path }) => path))
    assert.deepEqual(new Set(routes.map(({ route }) => route.split(' ')[1])), paths)
  })

  const keysThatAreNone = [
    { what: 'no header', authorization: undefined },
    { what: 'an empty token', authorization: 'Bearer ' },
    { what: 'another token', authorization: 'Bearer a tokem' },
    { what: 'the beginning of the token', authorization: 'Bearer a toke' },
    { what: 'another scheme', authorization: 'Basic a token' },
    { what: 'the bare token', authorization: 'a token' },
  ]
  for (const { what, authorization } of keysThatAreNone)
    test(`answers 401 to ${what}, whatever the path`, async (t) => {
      const { server } = await open(t)
      for (const url of ['/admin/account', '/admin/nowhere', '/admin']) {
        const answer = await server.inject({ url, headers: authorization ? { authorization } : {} })
        assert.equal(answer.statusCode, 401, url)
        assert.equal(answer.headers['www-authenticate'], 'Bearer realm="waypost"')
        assert.equal(answer.json().title, 'Unauthorized')
      }
    })

  test('takes the scheme in any case', async (t) => {
    const { server } = await open(t)
    const answer = await server.inject({
      url: '/admin/account',
      headers: { authorization: 'bearer a token' },
    })
    assert.equal(answer.statusCode, 200)
  })

  const refusals = [
    { when: 'there is no such path', url: '/admin/nowhere', status: 404 },
    { when: 'there is only a prefix', url: '/admin', status: 404 },
    { when: 'the method is wrong', method: 'PUT', url: '/admin/account', status: 405, allow: 'GET, PATCH' },
    { when: 'only the head is asked for', method: 'HEAD', url: '/admin/lanes', status: 405, allow: 'GET' },
    { when: 'the body is not JSON', method: 'PATCH', payload: '{"active":', status: 400 },
    { when: 'the body is not UTF-8', method: 'PATCH', payload: Buffer.from([0x22, 0xff, 0x22]), status: 400 },
    { when: 'the body is missing', method: 'PATCH', status: 400 },
    { when: 'the body is nested deeply', method: 'PATCH', payload: '{"a":'.repeat(150_000), status: 400 },
    {
      when: 'the body is a deep list',
      method: 'PATCH',
      payload: `${'['.repeat(400_000)}${']'.repeat(400_000)}`,
      status: 400,
    },
    {
      when: 'the body is a deep object',
      method: 'PATCH',
      payload: `${'{"active":'.repeat(90_000)}1${'}'.repeat(90_000)}`,
      status: 400,
    },
    {
      when: 'the body is something else',
      method: 'PATCH',
      payload: 'a=b',
      type: 'application/x-www-form-urlencoded',
      status: 415,
    },
    { when: 'the body is too big', method: 'PATCH', payload: ' '.repeat(1024 * 1024 + 1), status: 413 },
    { when: 'the ledger is out of reach', method: 'PATCH', payload: '{"perDay":1}', status: 503 },
    { when: 'there is a bug', method: 'PATCH', payload: '{"perDay":2}', status: 500 },
  ] as const
  for (const refusal of refusals)
    test(`answers ${refusal.status} when ${refusal.when}`, async (t) => {
      const { server, bugs } = await open(t)
      const {
        method = 'GET',
        url = '/admin/account',
        payload,
        type = 'application/json',
        status,
        allow,
      } = {
        allow: undefined,
        ...refusal,
      } as Refusal // the table's rows have these members, or not
      const answer = await server.inject({
        method,
        url,
        headers: { authorization: 'Bearer a token', ...(payload && { 'content-type': type }) },
        ...(payload && { payload }),
      })
      assert.equal(answer.statusCode, status)
      assert.equal(answer.headers.allow, allow)
      assert.equal(answer.headers['retry-after'], status === 503 ? '1' : undefined)
      assert.equal(bugs.length, status === 500 ? 1 : 0)
      if (method === 'HEAD') return
      assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8')
      const { type: kind, status: said, detail } = answer.json()
      assert.deepEqual([kind, said], ['about:blank', status])
      assert.ok(!detail.includes('at '), 'a stack')
    })

  test('takes JSON as a merge patch too, and an empty parameter for none', async (t) => {
    const { server, accounts } = await open(t)
    const headers = { authorization: 'Bearer a token', 'content-type': 'application/merge-patch+json' }
    const answer = await server.inject({
      method: 'PATCH',
      url: '/admin/account',
      headers,
      payload: '{"perDay":3}',
    })
    assert.equal(answer.json().perDay, 3)
    assert.equal(accounts.length, 1)
    const list = await server.inject({
      url: '/admin/integrations?cursor=&limit=',
      headers: { authorization: headers.authorization },
    })
    assert.deepEqual(list.json(), { items: [], nextCursor: null })
  })

  const queries = [
    { query: 'limit=0', path: 'limit' },
    { query: 'limit=201', path: 'limit' },
    { query: 'limit=ten', path: 'limit' },
    { query: 'limit=1&limit=2', path: 'limit' },
    { query: 'limits=1', path: 'limits' },
  ]
  for (const { query, path } of queries)
    test(`names the parameter in ?${query}`, async (t) => {
      const { server } = await open(t)
      const headers = { authorization: 'Bearer a token' }
      const answer = await server.inject({ url: `/admin/integrations?${query}`, headers })
      assert.equal(answer.statusCode, 400)
      assert.deepEqual(
        answer.json().errors.map((flaw: { path: string }) => flaw.path),
        [path],
      )
    })
})

interface Refusal {
  method?: 'GET' | 'HEAD' | 'PUT' | 'PATCH'
  url?: string
  payload?: string | Buffer
  type?: string
  status: number
  allow: string | undefined
}

async function open(t: TestContext) {
  const bugs: unknown[] = []
  const accounts: unknown[] = []
  const account = { active: true, allowedIps: [], perDay: null, perMonth: null, testNumbersMax: null }
  // Of the gateway only what these calls reach: an account whose store has its moods.
  const app = {
    settings: { adminToken: 'a token' },
    events: { bug: (_where: string, error: unknown) => bugs.push(error) },
    store: { pausedEndpoints: async () => [] },
    directory: {
      account: () => account,
      integrations: () => [],
      async putAccount({ perDay }: { perDay: number }) {
        if (perDay === 1) throw new StoreUnavailable('disk full')
        if (perDay === 2) throw new Error('at fault')
        accounts.push(perDay)
      },
    },
  } as unknown as App
  const server = Fastify({ exposeHeadRoutes: false })
  t.after(() => server.close())
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  const routes: { route: string; isRefusal: boolean }[] = []
  server.addHook('onRoute', ({ method, url, bodyLimit }) => {
    const path = url.replaceAll(/:(\w+)/g, '{$1}')
    for (const each of [method].flat())
      routes.push({ route: `${each} ${path}`, isRefusal: bodyLimit === undefined })
  })
  await server.register(async (scope) => admin(scope, app, { urlFlaw: () => undefined, supplierNames: [] }))
  await server.ready()
  return { server, routes, bugs, accounts }
}
