import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, type TestContext, test } from 'node:test'
import { Agent } from 'undici'
import type { WhatsAppSender } from '../../core/integration.ts'
import { httpFarSide, json, page } from '../far-side.fake.ts'
import { testFiles } from '../testing.ts'
import { whatsappCloud } from './index.ts'
import { integrationWith } from './integration.fake.ts'

const files = await testFiles()

const patience = () => AbortSignal.timeout(5000)
const url = 'https://gateway.example/suppliers/whatsapp-cloud/integration'

describe('registering', () => {
  test('tells Meta where to post, on the phone number', async (t) => {
    const { graph, webhook } = await open(t)
    graph.answerWith(json(200, { success: true }))
    await webhook.register(url, patience())
    const [request] = graph.requests
    assert.equal(request?.path, '/id-2799900101')
    assert.equal(request?.headers.authorization, 'Bearer access-token')
    assert.deepEqual(JSON.parse(request?.body ?? ''), {
      webhook_configuration: { override_callback_uri: url, verify_token: 'verify-token' },
    })
  })

  const refusals = [
    {
      when: 'Meta refuses',
      answer: json(400, { error: { code: 100, message: 'Callback verification failed' } }),
    },
    { when: 'Meta says that it did not succeed', answer: json(200, { success: false }) },
    { when: 'the answer is a page', answer: page(502) },
  ]
  for (const { when, answer } of refusals) {
    test(`throws with the cause when ${when}`, async (t) => {
      const { graph, webhook } = await open(t)
      graph.answerWith(answer)
      await assert.rejects(webhook.register(url, patience()), ({ cause }: Error) => {
        assert.ok(cause)
        assert.doesNotMatch(JSON.stringify(cause), /access-token|verify-token/)
        return true
      })
    })
  }

  test('throws with the cause when Meta cannot be reached', async (t) => {
    const { graph, webhook } = await open(t)
    await graph.close()
    await assert.rejects(webhook.register(url, patience()), ({ cause }: Error) => {
      assert.partialDeepStrictEqual(cause, { type: 'deferred', supplierCode: 'ECONNREFUSED' })
      return true
    })
  })
})

describe('greeting', () => {
  const good = { 'hub.mode': 'subscribe', 'hub.verify_token': 'verify-token', 'hub.challenge': '1158201444' }
  const without = (name: keyof typeof good) =>
    Object.fromEntries(Object.entries(good).filter(([key]) => key !== name))

  test('answers the challenge of who knows the token', async (t) => {
    const { webhook } = await open(t)
    assert.equal(webhook.greet(new URLSearchParams(good)), '1158201444')
  })

  const strangers: { who: string; query: Record<string, string>; verifyToken?: string }[] = [
    { who: 'has another token', query: { ...good, 'hub.verify_token': 'verify-tokem' } },
    { who: 'has a longer token', query: { ...good, 'hub.verify_token': 'verify-token-' } },
    { who: 'has no token', query: without('hub.verify_token') },
    { who: 'wants to unsubscribe', query: { ...good, 'hub.mode': 'unsubscribe' } },
    { who: 'says no mode', query: without('hub.mode') },
    { who: 'gives no challenge', query: without('hub.challenge') },
    { who: 'has an empty token like ours', query: { ...good, 'hub.verify_token': '' }, verifyToken: '' },
  ]
  for (const { who, query, verifyToken = 'verify-token' } of strangers) {
    test(`refuses who ${who}`, async (t) => {
      const { webhook } = await open(t, { verifyToken })
      assert.equal(webhook.greet(new URLSearchParams(query)), undefined)
    })
  }
})

describe('verifying', () => {
  const body = readFileSync(new URL('fixtures/text-with-escaped-emoji.json', import.meta.url))
  const signed = (bytes: Uint8Array, secret = 'app-secret') =>
    `sha256=${createHmac('sha256', secret).update(bytes).digest('hex')}`
  const header = (value: string | string[]) => ({ 'x-hub-signature-256': value })

  test('knows the signature over the bytes as they came', async (t) => {
    const { webhook } = await open(t)
    assert.equal(webhook.verify(header(signed(body)), body), true)
    assert.equal(webhook.verify(header(signed(body).toUpperCase().replace('SHA256', 'sha256')), body), true)
  })

  test('does not know the same JSON in other bytes', async (t) => {
    const { webhook } = await open(t)
    const rewritten = Buffer.from(JSON.stringify(JSON.parse(body.toString()), undefined, 2))
    assert.notDeepEqual(rewritten, body)
    assert.equal(webhook.verify(header(signed(body)), rewritten), false)
  })

  const good = signed(body)
  const bad: { what: string; headers: Record<string, string | string[]> }[] = [
    { what: 'no signature', headers: {} },
    { what: 'an empty signature', headers: header('') },
    { what: 'two signatures', headers: header([good, good]) },
    { what: 'a signature with another secret', headers: header(signed(body, 'other')) },
    { what: 'a signature that is too short', headers: header(good.slice(0, -2)) },
    { what: 'a signature that is too long', headers: header(`${good}00`) },
    { what: 'a signature with something after it', headers: header(`${good}\n`) },
    { what: 'a signature that is not hex', headers: header(`sha256=${'z'.repeat(64)}`) },
    { what: 'a signature without its method', headers: header(good.slice('sha256='.length)) },
    { what: 'the SHA-1 signature', headers: { 'x-hub-signature': good } },
  ]
  for (const { what, headers } of bad) {
    test(`refuses ${what}`, async (t) => {
      const { webhook } = await open(t)
      assert.equal(webhook.verify(headers, body), false)
    })
  }

  test('refuses everything while we have no secret', async (t) => {
    const { webhook } = await open(t, { appSecret: '' })
    assert.equal(webhook.verify(header(signed(body, '')), body), false)
  })
})

async function open(t: TestContext, whatsapp: Partial<WhatsAppSender> = {}) {
  const graph = await httpFarSide(t)
  const agent = new Agent()
  t.after(() => agent.destroy())
  const { webhook } = whatsappCloud(integrationWith({ baseUrl: graph.url, ...whatsapp }), {
    agent,
    files,
    template: () => undefined,
    userOf: async () => undefined,
  })
  assert.ok(webhook)
  return { graph, webhook }
}
