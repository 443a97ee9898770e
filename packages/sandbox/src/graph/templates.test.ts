import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Sandbox } from '../sandbox.ts'
import { ask, businessNumber, open, type Refused, sendAndShow, sendRefused } from '../testing.ts'

const account = `waba-${businessNumber}`
const path = `/graph/v23.0/${account}/message_templates`

interface List {
  data: { name: string; id: string; status: string; language: string }[]
  paging?: { cursors: { before: string; after: string }; next?: string }
}

const created = {
  name: 'statement_ready',
  language: 'en_US',
  category: 'UTILITY',
  components: [
    { type: 'header', format: 'text', text: 'For {{1}}' },
    { type: 'BODY', text: 'You owe {{1}}.', example: { body_text: [['R1']] } },
    { type: 'FOOTER', text: 'Acme' },
    {
      type: 'BUTTONS',
      buttons: [
        { type: 'QUICK_REPLY', text: 'Pay' },
        { type: 'url', text: 'Open', url: 'https://acme.example/{{1}}' },
        { type: 'PHONE_NUMBER', text: 'Call', phone_number: '+27215551234' },
      ],
    },
  ],
}

describe('the templates of a business account', () => {
  test('begin with the samples, the same ones each time', async (t) => {
    const sandbox = await open(t)
    const { data } = (await list(sandbox)).body
    assert.deepEqual(
      data.filter(({ status }) => status === 'APPROVED').map(({ name, language }) => `${name} ${language}`),
      [
        'welcome_notification_demo en',
        'test_header_with_text en',
        'test_media_header_with_image en',
        'test_header_with_text_quick_reply en',
        'test_header_with_text_dynamic_action en',
        'test_header_with_text_static_action en',
        'test_media_quick_reply_header_with_pdf en',
        'template_header_0var_one_param en',
        'sample_named_parameters en',
      ],
    )
    assert.deepEqual(Object.keys(data[0] ?? {}).toSorted(), [
      'category',
      'components',
      'id',
      'language',
      'name',
      'parameter_format',
      'status',
    ])
    assert.equal(new Set(data.map(({ id }) => id)).size, data.length)
    assert.deepEqual((await list(sandbox)).body.data, data)
  })

  test('come in pages', async (t) => {
    const sandbox = await open(t)
    const whole = (await list(sandbox)).body.data
    const names: string[] = []
    let next: string | undefined = `${sandbox.url}${path}?limit=4`
    while (next) {
      const page: List = (await ask<List>(sandbox, `GET ${next.slice(sandbox.url.length)}`)).body
      assert.ok(page.data.length <= 4)
      names.push(...page.data.map(({ name }) => name))
      next = page.paging?.next
    }
    assert.deepEqual(
      names,
      whole.map(({ name }) => name),
    )
  })

  const asked = [
    { query: 'name=sample_paused', count: 1 },
    { query: 'status=DISABLED', count: 1 },
    { query: 'language=de', count: 0 },
    { query: 'category=MARKETING&status=APPROVED', count: 1 },
  ]
  for (const { query, count } of asked) {
    test(`are ${count} when asked with ${query}`, async (t) => {
      assert.equal((await list(await open(t), `?${query}`)).body.data.length, count)
    })
  }

  for (const query of ['limit=0', 'limit=x', 'limit=1001', 'after=nothing']) {
    test(`are not told when asked with ${query}`, async (t) => {
      const answer = await ask<Refused>(await open(t), `GET ${path}?${query}`)
      assert.deepEqual([answer.status, answer.body.error.code], [400, 100])
    })
  }

  test('grow by those that are created, which can be sent at once and after a restart', async (t) => {
    const dataFolder = await mkdtemp(join(tmpdir(), 'waypost-templates-'))
    t.after(() => rm(dataFolder, { recursive: true }))
    const sandbox = await open(t, { dataFolder })
    const answer = await ask<{ id: string }>(sandbox, `POST ${path}`, created)
    const { id, ...rest } = answer.body
    assert.match(id, /^\d{16}$/)
    assert.deepEqual(rest, { status: 'APPROVED', category: 'UTILITY' })
    await sandbox[Symbol.asyncDispose]()

    const again = await open(t, { dataFolder })
    const text = (text: string) => ({ type: 'text', text })
    const components = [
      { type: 'header', parameters: [text('March')] },
      { type: 'body', parameters: [text('R1')] },
      { type: 'button', sub_type: 'url', index: 1, parameters: [text('x')] },
    ]
    const template = { name: created.name, language: { code: 'en_US' }, components }
    assert.partialDeepStrictEqual(await sendAndShow(again, { type: 'template', template }), {
      header: 'For March',
      body: 'You owe R1.',
      footer: 'Acme',
    })
    const listed = (await list(again, `?name=${created.name}`)).body.data
    assert.partialDeepStrictEqual(listed, [
      { id, parameter_format: 'POSITIONAL', components: [{ type: 'HEADER' }] },
    ])
  })

  test('of another account can be sent too, where the number’s own has none of the name', async (t) => {
    const sandbox = await open(t)
    const body = [{ type: 'BODY', text: 'Hello' }]
    await ask(sandbox, 'POST /graph/1234567/message_templates', { ...created, components: body })
    const template = { name: created.name, language: { code: 'en_US' } }
    assert.partialDeepStrictEqual(await sendAndShow(sandbox, { type: 'template', template }), {
      body: 'Hello',
    })
  })

  test('can be deleted, and are then unknown', async (t) => {
    const sandbox = await open(t)
    assert.deepEqual((await ask(sandbox, `DELETE ${path}?name=sample_named_parameters`)).body, {
      success: true,
    })
    const again = await ask<Refused>(sandbox, `DELETE ${path}?name=sample_named_parameters`)
    assert.deepEqual([again.status, again.body.error.code], [400, 100])
    assert.equal((await ask<Refused>(sandbox, `DELETE ${path}`)).body.error.code, 100)
    const template = { name: 'sample_named_parameters', language: { code: 'en' } }
    assert.equal((await sendRefused(sandbox, { type: 'template', template })).code, 132001)
  })

  test('can be deleted in one language by id', async (t) => {
    const sandbox = await open(t)
    const { id } = (await ask<{ id: string }>(sandbox, `POST ${path}`, created)).body
    await ask(sandbox, `POST ${path}`, { ...created, language: 'de' })
    await ask(sandbox, `DELETE ${path}?name=${created.name}&hsm_id=${id}`)
    const { data } = (await list(sandbox, `?name=${created.name}`)).body
    assert.deepEqual(
      data.map(({ language }) => language),
      ['de'],
    )
  })

  const body = { type: 'BODY', text: 'Hello' }
  const buttons = (...buttons: object[]) => ({ type: 'BUTTONS', buttons })
  const url = { type: 'URL', text: 'Open', url: 'https://acme.example' }
  const phone = { type: 'PHONE_NUMBER', text: 'Call', phone_number: '27215551234' }
  const refused: { when: string; given: object; details: RegExp }[] = [
    { when: 'it is there already', given: { name: 'sample_paused', language: 'en' }, details: /already/ },
    { when: 'its name has capitals', given: { name: 'Hello' }, details: /name/ },
    { when: 'its language is none', given: { language: 'English' }, details: /language/ },
    { when: 'its category is none', given: { category: 'NEWS' }, details: /category/ },
    { when: 'a key is unknown', given: { colour: 'red' }, details: /Unexpected key "colour"/ },
    { when: 'it has no body', given: { components: [{ type: 'FOOTER', text: 'a' }] }, details: /has a body/ },
    { when: 'it has two bodies', given: { components: [body, body] }, details: /at most one/ },
    {
      when: 'a part is unknown',
      given: { components: [body, { type: 'CAROUSEL' }] },
      details: /no part CAROUSEL/,
    },
    {
      when: 'a header is unknown',
      given: { components: [body, { type: 'HEADER', format: 'LOCATION' }] },
      details: /HEADER LOCATION/,
    },
    {
      when: 'its parameters have gaps',
      given: { components: [{ type: 'BODY', text: '{{1}} {{3}}' }] },
      details: /without gaps/,
    },
    {
      when: 'its footer has a parameter',
      given: { components: [body, { type: 'FOOTER', text: '{{1}}' }] },
      details: /FOOTER has 0/,
    },
    {
      when: 'its header is too long',
      given: { components: [body, { type: 'HEADER', format: 'TEXT', text: 'x'.repeat(61) }] },
      details: /at most 60/,
    },
    {
      when: 'a button is unknown',
      given: { components: [body, buttons({ type: 'FLOW', text: 'a' })] },
      details: /no part FLOW/,
    },
    {
      when: 'it has two numbers',
      given: { components: [body, buttons(phone, phone)] },
      details: /one of PHONE_NUMBER/,
    },
    {
      when: 'a URL is none of the web',
      given: { components: [body, buttons({ ...url, url: 'javascript:alert(1)' })] },
      details: /one of the web/,
    },
    {
      when: 'a URL has its parameter inside',
      given: { components: [body, buttons({ ...url, url: 'https://{{1}}.example/' })] },
      details: /at its end/,
    },
  ]
  for (const { when, given, details } of refused) {
    test(`do not get one when ${when}`, async (t) => {
      const sandbox = await open(t)
      const answer = await ask<Refused>(sandbox, `POST ${path}`, { ...created, ...given })
      assert.equal(answer.status, 400)
      assert.match(answer.body.error.error_data.details, details)
      assert.equal((await list(sandbox)).body.data.length, 11)
    })
  }

  test('are those of an id with digits', async (t) => {
    const answer = await ask<Refused>(await open(t), 'GET /graph/nobody/message_templates')
    assert.deepEqual([answer.status, answer.body.error.code], [400, 100])
  })
})

function list(sandbox: Sandbox, query = '') {
  return ask<List>(sandbox, `GET ${path}${query}`)
}
