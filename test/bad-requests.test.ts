import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ReasonName } from '@waypost/protocol'
import { type Asking, install, keys, type Overrides } from './support/installation.ts'
import { type Generation, generations, refusedWith } from './support/refusals.ts'
import { shared } from './support/shared.ts'

/**
 * What bad requests gets: the documented code in the documented shape, in both generations; never a stack trace, never a
 * 5xx, and nothing stored.
 */
const paths = { one: '/v1/message', legacy: '/wa/messages' }
const text = { to: '27999000001', content: 'Hello' }
const valid = { messages: [text] }
const deep = `${'{"a":['.repeat(100_000)}1${']}'.repeat(100_000)}`

describe('a request that cannot be read', () => {
  const installation = shared()
  const rows: { what: string; reason: ReasonName; asking: Asking }[] = [
    { what: 'not JSON', reason: 'payload_malformed', asking: { body: '{"messages":' } },
    { what: 'an empty body', reason: 'payload_malformed', asking: { body: '' } },
    { what: 'no body at all', reason: 'payload_malformed', asking: {} },
    { what: 'JSON that is no object', reason: 'payload_malformed', asking: { body: '[]' } },
    { what: 'null', reason: 'payload_malformed', asking: { body: 'null' } },
    { what: 'no messages', reason: 'payload_malformed', asking: { body: {} } },
    { what: 'messages that are no list', reason: 'payload_malformed', asking: { body: { messages: text } } },
    { what: 'an empty list of messages', reason: 'payload_malformed', asking: { body: { messages: [] } } },
    { what: 'nesting without end', reason: 'payload_malformed', asking: { body: deep } },
    {
      what: 'invalid UTF-8',
      reason: 'payload_malformed',
      asking: {
        body: Buffer.concat([
          Buffer.from('{"messages":[{"to":"27999000001","content":"'),
          Buffer.from([0xff, 0xfe]),
          Buffer.from('"}]}'),
        ]),
      },
    },
    {
      what: 'a form',
      reason: 'payload_malformed',
      asking: {
        body: JSON.stringify(valid),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      },
    },
    {
      what: 'JSON in another character set',
      reason: 'payload_malformed',
      asking: {
        body: JSON.stringify(valid),
        headers: { 'content-type': 'application/json; charset=iso-8859-1' },
      },
    },
    { what: '31 MB', reason: 'payload_too_big', asking: { body: Buffer.alloc(31 * 1024 * 1024, 0x20) } },
  ]
  for (const generation of generations)
    for (const { what, reason, asking } of rows)
      test(`${generation}: ${what} is ${reason}`, async () => {
        const heard = await installation().ask('POST', paths[generation], {
          key: keys[generation],
          ...asking,
        })
        assert.deepEqual({ httpStatus: heard.httpStatus, json: heard.json }, refusedWith(generation, reason))
        assert.match(String(heard.headers['content-type']), /^application\/json/)
      })

  test('nothing of it was stored', async () => {
    const { json } = await installation().admin('GET', '/admin/messages')
    assert.deepEqual(json, { items: [], nextCursor: null })
  })

  for (const generation of generations)
    test(`${generation}: it goes on answering`, async () => {
      assert.equal((await installation().send(generation, [text])).httpStatus, 202)
    })
})

describe('a request to the wrong place', () => {
  const installation = shared()
  const rows: {
    method: 'GET' | 'POST' | 'PUT' | 'DELETE'
    path: string
    generation: Generation
    reason: ReasonName
  }[] = [
    { method: 'GET', path: '/', generation: 'one', reason: 'resource_unknown' },
    { method: 'POST', path: '/v1/nothing', generation: 'one', reason: 'resource_unknown' },
    { method: 'POST', path: '/v2/message', generation: 'one', reason: 'resource_unknown' },
    { method: 'GET', path: '/v1/message/%ff', generation: 'one', reason: 'resource_unknown' },
    { method: 'POST', path: '/wa/nothing', generation: 'legacy', reason: 'resource_unknown' },
    { method: 'GET', path: '/v1/message', generation: 'one', reason: 'method_not_supported' },
    { method: 'PUT', path: '/v1/messages', generation: 'one', reason: 'method_not_supported' },
    { method: 'DELETE', path: '/v1/message/abc', generation: 'one', reason: 'method_not_supported' },
    { method: 'POST', path: '/v1/balance', generation: 'one', reason: 'method_not_supported' },
    { method: 'GET', path: '/docs/nothing', generation: 'one', reason: 'resource_unknown' },
    { method: 'GET', path: '/docs/..%2f..%2fpackage.json', generation: 'one', reason: 'resource_unknown' },
    {
      method: 'PUT',
      path: '/suppliers/whatsapp-cloud/abc',
      generation: 'one',
      reason: 'method_not_supported',
    },
    { method: 'GET', path: '/wa/messages', generation: 'legacy', reason: 'method_not_supported' },
  ]
  for (const { method, path, generation, reason } of rows)
    test(`${method} ${path} is ${reason}`, async () => {
      const { httpStatus, json } = await installation().ask(method, path, { key: keys[generation] })
      assert.deepEqual({ httpStatus, json }, refusedWith(generation, reason))
    })
})

describe('a caller who may not send', () => {
  const rows: {
    who: string
    overrides: Overrides
    asking?: Asking
    /** A path that is asked first, and answered. */
    earlier?: string
    reason: ReasonName
    subject?: string
  }[] = [
    { who: 'no key', overrides: {}, asking: { headers: {} }, reason: 'api_key_invalid' },
    { who: 'an unknown key', overrides: {}, asking: { key: 'unknown' }, reason: 'api_key_invalid' },
    {
      who: 'a key with a scheme word',
      overrides: {},
      asking: { key: `Bearer ${keys.one}` },
      reason: 'api_key_invalid',
    },
    { who: 'an inactive integration', overrides: both({ active: false }), reason: 'integration_inactive' },
    { who: 'an inactive account', overrides: { account: { active: false } }, reason: 'account_inactive' },
    {
      who: 'an address the account forbids',
      overrides: { account: { allowedIps: ['192.0.2.0/24'] } },
      reason: 'ip_forbidden_by_account',
    },
    {
      who: 'an address the integration forbids',
      overrides: both({ allowedIps: ['192.0.2.1'] }),
      reason: 'ip_forbidden_by_integration',
      subject: '127.0.0.1',
    },
    {
      who: 'who asks too often',
      overrides: both({ limits: { requestsPerSecond: 0.0001 } }),
      earlier: '/v1/balance',
      reason: 'rate_limited',
    },
  ]
  function both(members: Record<string, unknown>): Overrides {
    return { one: members, legacy: members }
  }

  for (const { who, overrides, asking, earlier, reason, subject } of rows)
    test(`${who} gets ${reason} in both shapes`, async (t) => {
      const installation = await install(t, overrides)
      for (const generation of generations) {
        const ask = () =>
          installation.ask('POST', paths[generation], {
            ...(asking ?? { key: keys[generation] }),
            body: valid,
          })
        if (earlier) {
          const { httpStatus } = await installation.ask('GET', earlier, { key: keys[generation] })
          assert.equal(httpStatus, 200)
        }
        const { httpStatus, json } = await ask()
        assert.deepEqual({ httpStatus, json }, refusedWith(generation, reason, subject))
      }
      const { json } = await installation.admin('GET', '/admin/messages')
      assert.deepEqual(json, { items: [], nextCursor: null }, 'nothing was stored')
    })

  test('allowed addresses may be ranges, and IPv4 in IPv6 clothes', async (t) => {
    const installation = await install(t, {
      one: { allowedIps: ['127.0.0.0/8'] },
      legacy: { allowedIps: ['::1', '127.0.0.1'] },
    })
    for (const generation of generations)
      assert.equal((await installation.send(generation, [text])).httpStatus, 202)
  })

  const proxies: { trusted: string; says: string; isAllowed: boolean }[] = [
    { trusted: '', says: '192.0.2.7', isAllowed: false },
    { trusted: '10.0.0.0/8', says: '192.0.2.7', isAllowed: false },
    { trusted: '127.0.0.1', says: '192.0.2.7', isAllowed: true },
    { trusted: '127.0.0.0/8,10.0.0.0/8', says: '192.0.2.7, 10.1.2.3', isAllowed: true },
    { trusted: '127.0.0.1', says: '192.0.2.7, 203.0.113.9', isAllowed: false },
    { trusted: '127.0.0.1', says: 'nonsense', isAllowed: false },
  ]
  for (const { trusted, says, isAllowed } of proxies)
    test(`X-Forwarded-For: ${says} is ${isAllowed ? '' : 'not '}enough where ${trusted || 'nobody'} is trusted`, async (t) => {
      const installation = await install(t, {
        one: { allowedIps: ['192.0.2.0/24'] },
        env: { WAYPOST_TRUST_PROXY: trusted },
      })
      const { httpStatus } = await installation.ask('GET', '/v1/balance', {
        key: keys.one,
        headers: { 'x-forwarded-for': says },
      })
      assert.equal(httpStatus, isAllowed ? 200 : 401)
    })

  test('a key of either generation works on both paths, which decide the shape', async (t) => {
    const installation = await install(t)
    const one = await installation.ask('POST', '/v1/message', { key: keys.legacy, body: valid })
    const legacy = await installation.ask('POST', '/wa/messages', { key: keys.one, body: valid })
    assert.ok('apiMessageId' in ((one.json as { messages: object[] }).messages[0] ?? {}))
    assert.ok('messageId' in ((legacy.json as { messages: object[] }).messages[0] ?? {}))
  })
})
