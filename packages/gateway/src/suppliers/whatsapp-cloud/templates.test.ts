import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { Agent } from 'undici'
import { TemplatesUnreachable } from '../../core/supplier.ts'
import { type Answer, breakOff, httpFarSide, json, page, reset, silence } from '../far-side.fake.ts'
import { sender } from './integration.fake.ts'
import { templatesOf } from './templates.ts'

const patience = () => AbortSignal.timeout(5000)

const body = { type: 'BODY', text: 'Dear {{1}}, you owe {{2}}.', example: { body_text: [['Ann', 'R13']] } }
const item = (changes: object = {}) => ({
  id: '920070352646140',
  name: 'statement',
  language: 'en_US',
  status: 'APPROVED',
  category: 'UTILITY',
  components: [body],
  ...changes,
})
const read = {
  name: 'statement',
  language: 'en_US',
  status: 'approved',
  category: 'utility',
  body: 'Dear {{1}}, you owe {{2}}.',
  buttons: [],
}

describe('Meta’s list of templates', () => {
  test('is asked for with the token, at the business account', async (t) => {
    const { graph, templates } = await open(t)
    graph.answerWith(json(200, { data: [] }))
    assert.deepEqual(await templates(patience()), { templates: [], skipped: [] })
    const [request] = graph.requests
    const { pathname, searchParams } = new URL(request?.path ?? '', graph.url)
    assert.deepEqual([request?.method, pathname], ['GET', '/v23.0/102290129340398/message_templates'])
    assert.equal(request?.headers.authorization, 'Bearer access-token')
    assert.equal(searchParams.get('fields'), 'name,language,status,category,components')
  })

  test('is read to its last page, by cursors and at the place that was asked first', async (t) => {
    const { graph, templates } = await open(t)
    const cursors: (string | null)[] = []
    graph.answerWith((response) => {
      const after = new URL(graph.requests.at(-1)?.path ?? '', graph.url).searchParams.get('after')
      cursors.push(after)
      const number = Number(after ?? 0)
      json(200, {
        data: [item({ name: `template_${number}` })],
        paging: {
          cursors: { before: 'x', after: String(number + 1) },
          ...(number < 2 && { next: 'https://elsewhere.example/?access_token=stolen' }),
        },
      })(response)
    })
    const found = await templates(patience())
    assert.deepEqual(cursors, [null, '1', '2'])
    assert.deepEqual(
      found.templates.map(({ name }) => name),
      ['template_0', 'template_1', 'template_2'],
    )
  })

  const readings: { what: string; sent: object; read: object }[] = [
    { what: 'a body', sent: item(), read },
    {
      what: 'every part',
      sent: item({
        category: 'MARKETING',
        components: [
          { type: 'HEADER', format: 'TEXT', text: 'Statement for {{1}}' },
          body,
          { type: 'FOOTER', text: 'Acme' },
          {
            type: 'BUTTONS',
            buttons: [
              { type: 'QUICK_REPLY', text: 'Pay now' },
              { type: 'URL', text: 'Open', url: 'https://acme.example/{{1}}', example: ['a'] },
              { type: 'PHONE_NUMBER', text: 'Call', phone_number: '+27215551234' },
              { type: 'COPY_CODE', text: 'Copy' },
              { type: 'CATALOG' },
            ],
          },
        ],
      }),
      read: {
        ...read,
        category: 'marketing',
        header: { type: 'text', text: 'Statement for {{1}}' },
        footer: 'Acme',
        buttons: [
          { type: 'reply', text: 'Pay now' },
          { type: 'url', text: 'Open', url: 'https://acme.example/{{1}}' },
          { type: 'dial', text: 'Call', phone: '+27215551234' },
          { type: 'other', text: 'Copy' },
          { type: 'other', text: 'CATALOG' },
        ],
      },
    },
    ...(['IMAGE', 'VIDEO', 'DOCUMENT'] as const).map((format) => ({
      what: `a header of format ${format}`,
      sent: item({
        components: [{ type: 'HEADER', format, example: { header_handle: ['https://…'] } }, body],
      }),
      read: { ...read, header: { type: format.toLowerCase() } },
    })),
    {
      what: 'a component that is new to us',
      sent: item({ components: [body, { type: 'SPARKLES' }, { type: 'constructor' }] }),
      read,
    },
    ...Object.entries({
      PENDING: 'pending',
      IN_APPEAL: 'pending',
      REJECTED: 'rejected',
      PAUSED: 'paused',
      DISABLED: 'disabled',
      PENDING_DELETION: 'disabled',
      SOMETHING_NEW: 'disabled',
    }).map(([status, ours]) => ({
      what: `the status ${status} as ${ours}`,
      sent: item({ status }),
      read: { ...read, status: ours },
    })),
    { what: 'a category that is new to us as utility', sent: item({ category: 'ACCOUNT_UPDATE' }), read },
  ]
  for (const { what, sent, read } of readings)
    test(`has ${what}`, async (t) => {
      const { graph, templates } = await open(t)
      graph.answerWith(json(200, { data: [sent] }))
      assert.deepEqual(await templates(patience()), { templates: [read], skipped: [] })
    })

  const unusable: { what: string; sent: unknown; why: string }[] = [
    { what: 'without a body', sent: item({ components: [] }), why: 'has no body' },
    {
      what: 'with a location for a header',
      sent: item({ components: [{ type: 'HEADER', format: 'LOCATION' }, body] }),
      why: 'has a header of format LOCATION',
    },
    {
      what: 'that is a carousel',
      sent: item({ components: [body, { type: 'CAROUSEL', cards: [] }] }),
      why: 'is a carousel',
    },
    {
      what: 'that is an offer',
      sent: item({ components: [body, { type: 'LIMITED_TIME_OFFER' }] }),
      why: 'is a limited-time offer',
    },
    {
      what: 'with buttons that are none',
      sent: item({ components: [body, { type: 'BUTTONS', buttons: [{}] }] }),
      why: 'has buttons that cannot be read',
    },
    {
      what: 'with a component that is none',
      sent: item({ components: [body, 'BODY'] }),
      why: 'cannot be read',
    },
    { what: 'without components', sent: item({ components: undefined }), why: 'cannot be read' },
    { what: 'that is null', sent: null, why: 'cannot be read' },
  ]
  for (const { what, sent, why } of unusable)
    test(`has one ${what}: it is skipped by name, and the others are read`, async (t) => {
      const { graph, templates } = await open(t)
      graph.answerWith(json(200, { data: [sent, item({ name: 'other' })] }))
      const found = await templates(patience())
      assert.deepEqual(found.templates, [{ ...read, name: 'other' }])
      assert.deepEqual(
        found.skipped.map((each) => each.why),
        [why],
      )
    })

  const again: Answer = json(200, { data: [], paging: { cursors: { after: 'same' }, next: 'https://…' } })
  const faults: { when: string; answer: Answer; why: RegExp }[] = [
    {
      when: 'Meta refuses',
      answer: json(401, { error: { code: 190, message: 'Malformed access-token' } }),
      why: /code 190/,
    },
    {
      when: 'an error comes with 200',
      answer: json(200, { error: { code: 4, message: 'Slow' } }),
      why: /code 4/,
    },
    { when: 'a page of a proxy comes', answer: page(502), why: /HTTP 502/ },
    { when: 'the page is of something else', answer: page(200), why: /HTTP 200/ },
    { when: 'there is no data', answer: json(200, {}), why: /HTTP 200/ },
    {
      when: 'the answer is a redirect',
      answer: json(302, { data: [] }, { location: 'https://elsewhere.example' }),
      why: /HTTP 302/,
    },
    { when: 'the connection is reset', answer: reset, why: /ECONNRESET|UND_ERR/ },
    { when: 'the answer breaks off', answer: breakOff, why: /could not be asked/ },
    {
      when: 'the answer is longer than a page can be',
      answer: json(200, { data: ['x'.repeat(9_000_000)] }),
      why: /could not be asked/,
    },
    { when: 'the list does not end', answer: again, why: /does not end/ },
  ]
  for (const { when, answer, why } of faults)
    test(`is unreachable when ${when}, which says why and no secret`, async (t) => {
      const { graph, templates } = await open(t)
      graph.answerWith(answer)
      await assert.rejects(templates(patience()), (error: Error) => {
        assert.ok(error instanceof TemplatesUnreachable, String(error))
        assert.match(error.message, why)
        assert.doesNotMatch(error.message, /access-token/)
        return true
      })
    })

  test('is unreachable when a later page is', async (t) => {
    const { graph, templates } = await open(t)
    graph.answerWith((response) => {
      const isFirst = graph.requests.length === 1
      const paging = { cursors: { after: 'second' }, next: 'https://…' }
      ;(isFirst ? json(200, { data: [item()], paging }) : page(503))(response)
    })
    await assert.rejects(templates(patience()), TemplatesUnreachable)
  })

  test('is unreachable when nobody listens, and when nobody answers in time', async (t) => {
    const { graph, templates } = await open(t)
    graph.answerWith(silence)
    await assert.rejects(templates(AbortSignal.timeout(200)), /TimeoutError|ABORT/)
    await graph.close()
    await assert.rejects(templates(patience()), /ECONNREFUSED|ECONNRESET|UND_ERR/)
  })
})

async function open(t: TestContext) {
  const graph = await httpFarSide(t)
  const agent = new Agent()
  t.after(() => agent.destroy())
  return { graph, templates: templatesOf({ ...sender, baseUrl: `${graph.url}/v23.0/` }, agent) }
}
