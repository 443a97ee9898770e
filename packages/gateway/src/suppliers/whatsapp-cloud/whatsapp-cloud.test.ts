import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Agent } from 'undici'
import type { Outcome } from '../../core/message.ts'
import { type Answer, json, page } from '../far-side.fake.ts'
import { suppliers } from '../index.ts'
import { mtOf, supplierSuite } from '../supplier.suite.ts'
import { accepted, files, open, patience, refused, template, userOf } from './graph.fake.ts'
import { integrationWith } from './integration.fake.ts'

interface Case {
  when: string
  answer: Answer
  outcome: Outcome
}

const hello = mtOf({ type: 'text', text: { body: 'Hello' } })
describe('whatsapp-cloud', () => {
  supplierSuite(open)

  test('sends a text as Meta documents it', async (t) => {
    const { supplier, graph } = await open(t)
    graph.answerWith(accepted({ id: 'wamid.1' }))
    await supplier.send(mtOf({ type: 'text', text: { body: 'Hi 👋', previewFirstUrl: true } }), patience())
    const [request] = graph.requests
    assert.equal(request?.path, '/graph/v23.0/id-2799900101/messages')
    assert.equal(request?.headers.authorization, 'Bearer access-token')
    assert.deepEqual(JSON.parse(request?.body ?? ''), {
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      to: '27999123456',
      type: 'text',
      text: { body: 'Hi 👋', preview_url: true },
      biz_opaque_callback_data: hello.id,
    })
  })

  test('previews no URL unless asked to', async (t) => {
    const { supplier, graph } = await open(t)
    await supplier.send(hello, patience())
    assert.equal(JSON.parse(graph.requests[0]?.body ?? '').text.preview_url, false)
  })

  test('a base URL may end in a slash', async (t) => {
    const { supplier, graph } = await open(t, (url) => ({ baseUrl: `${url}/v23.0/` }))
    await supplier.send(hello, patience())
    assert.equal(graph.requests[0]?.path, '/v23.0/id-2799900101/messages')
  })

  test('has the limits of its sender', async (t) => {
    const { supplier } = await open(t, () => ({ messagesPerSecond: 20, pairLimit: false }))
    assert.partialDeepStrictEqual(supplier, { messagesPerSecond: 20, pairLimit: false })
  })

  const usage = (...minutes: unknown[]) => ({
    'x-business-use-case-usage': JSON.stringify({
      102290129340398: minutes.map((estimated_time_to_regain_access) => ({
        estimated_time_to_regain_access,
      })),
    }),
  })
  const inTwoMinutes = {
    date: 'Sat, 22 Nov 2025 10:00:00 GMT',
    'retry-after': 'Sat, 22 Nov 2025 10:02:00 GMT',
  }

  const answers: Case[] = [
    {
      when: 'Meta gives an id',
      answer: accepted({ id: 'wamid.1', message_status: 'accepted' }),
      outcome: { type: 'sent', supplierIds: ['wamid.1'] },
    },
    {
      when: 'Meta gives two ids',
      answer: accepted({ id: 'wamid.1' }, { id: 'wamid.2' }),
      outcome: { type: 'sent', supplierIds: ['wamid.1', 'wamid.2'] },
    },
    ...['held_for_quality_assessment', 'paused'].map(
      (message_status): Case => ({
        when: `Meta answers ${message_status}`,
        answer: accepted({ id: 'wamid.1', message_status }),
        outcome: { type: 'sent', supplierIds: ['wamid.1'], held: true },
      }),
    ),
    ...[accepted(), accepted({}), accepted({ id: '' }), json(200, null), json(200, [])].map(
      (answer, n): Case => ({
        when: `Meta answers with success and no id (${n})`,
        answer,
        outcome: { type: 'unknown', cause: 'no_message_id' },
      }),
    ),
    {
      when: 'a gateway before Meta fails',
      answer: page(502),
      outcome: { type: 'unknown', cause: 'http_502' },
    },
    {
      when: 'a gateway before Meta fails in JSON',
      answer: json(503, { error: { code: 503, message: 'upstream connect error' } }),
      outcome: { type: 'unknown', cause: 'http_503' },
    },
    {
      when: 'the answer is 429 without a reason',
      answer: page(429, { 'retry-after': '7' }),
      outcome: {
        type: 'deferred',
        retry: 'throughput',
        status: 'server_rate_limit',
        supplierCode: 'http_429',
        retryAfterMs: 7000,
      },
    },
    ...[302, 403, 404].map(
      (status): Case => ({
        when: `something that is not Meta answers ${status}`,
        answer: page(status),
        outcome: {
          type: 'deferred',
          retry: 'transient',
          status: 'failed_before_supplier',
          supplierCode: `http_${status}`,
        },
      }),
    ),
    {
      when: 'the token has expired',
      answer: refused(401, { code: 190 }),
      outcome: {
        type: 'deferred',
        retry: 'hold-credential',
        status: 'refused_by_supplier',
        supplierCode: '190',
      },
    },
    {
      when: 'Meta throttles the number',
      answer: refused(400, { code: 130429 }),
      outcome: {
        type: 'deferred',
        retry: 'throughput',
        status: 'server_rate_limit',
        supplierCode: '130429',
      },
    },
    {
      when: 'Meta refuses with success',
      answer: refused(200, { code: 131056 }),
      outcome: { type: 'deferred', retry: 'pair', status: 'server_rate_limit', supplierCode: '131056' },
    },
    {
      when: 'Meta breaks down and says so',
      answer: refused(500, { code: 131000 }),
      outcome: {
        type: 'deferred',
        retry: 'transient',
        status: 'refused_by_supplier',
        supplierCode: '131000',
      },
    },
    {
      when: 'the recipient has no WhatsApp',
      answer: refused(400, { code: 131026 }),
      outcome: { type: 'failed', status: 'not_on_channel', supplierCode: '131026' },
    },
    {
      when: 'the code is new to us',
      answer: refused(400, { code: 999_999 }),
      outcome: { type: 'failed', status: 'refused_by_supplier', supplierCode: '999999' },
    },
  ]
  for (const { when, answer, outcome } of answers) {
    test(`${outcome.type} when ${when}`, async (t) => {
      const { supplier, graph } = await open(t)
      graph.answerWith(answer)
      assert.deepEqual(await supplier.send(hello, patience()), outcome)
    })
  }

  const delays: { when: string; code: number; headers: Record<string, string>; delay: number | undefined }[] =
    [
      {
        when: 'the quota comes back in 5 and 11 minutes',
        code: 80007,
        headers: usage(5, 11),
        delay: 660_000,
      },
      { when: 'the quota comes back in years', code: 4, headers: usage(1e300), delay: 86_400_000 },
      { when: 'the quota is not used up', code: 4, headers: usage(0), delay: undefined },
      { when: 'the quota is unreadable', code: 4, headers: usage('soon', null, {}), delay: undefined },
      {
        when: 'the quota is no JSON',
        code: 4,
        headers: { 'x-business-use-case-usage': '{' },
        delay: undefined,
      },
      {
        when: 'the quota is null',
        code: 4,
        headers: { 'x-business-use-case-usage': 'null' },
        delay: undefined,
      },
      { when: 'the quota of calls is not what failed', code: 130429, headers: usage(5), delay: undefined },
      { when: 'Retry-After gives seconds', code: 131000, headers: { 'retry-after': '30' }, delay: 30_000 },
      { when: 'Retry-After gives a date', code: 131000, headers: inTwoMinutes, delay: 120_000 },
      { when: 'Retry-After is nonsense', code: 131000, headers: { 'retry-after': '-1' }, delay: undefined },
    ]
  for (const { when, code, headers, delay } of delays) {
    test(`waits ${delay ?? 'as long as the policy says'} when ${when}`, async (t) => {
      const { supplier, graph } = await open(t)
      graph.answerWith(refused(400, { code }, headers))
      const outcome = await supplier.send(hello, patience())
      assert.ok(outcome.type === 'deferred')
      assert.equal(outcome.retryAfterMs, delay)
    })
  }
})

test('an integration without a WhatsApp sender has no such supplier', () => {
  const agent = new Agent()
  const integration = { ...integrationWith({}), whatsapp: null }
  assert.throws(
    () => suppliers['whatsapp-cloud']?.(integration, { agent, files, template, userOf }),
    /no WhatsApp sender/,
  )
})
