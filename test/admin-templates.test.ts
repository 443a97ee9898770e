import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, type TestContext, test } from 'node:test'
import { admin } from '@waypost/protocol'
import { operated } from './support/admin.ts'
import { ids } from './support/installation.ts'

/** What an operator does with the template catalogue. */
const operator = operated()
const { call, refused } = operator

const id = ids.one
const statement = {
  category: 'utility',
  header: { type: 'text', text: 'Statement for {{1}}' },
  body: 'Dear {{1}}, you owe {{2}}.',
  footer: 'Acme',
  buttons: [
    { type: 'reply', text: 'Pay now' },
    { type: 'url', text: 'Open', url: 'https://acme.example/{{1}}' },
    { type: 'dial', text: 'Call', phone: '27215551234' },
  ],
}
let names = 0
/** A name that no other test has. */
const newName = () => `template_${++names}`

const put = (name: string, body: unknown, language?: string) =>
  call(admin.putTemplate, { id, name, language }, body)

describe('a template', () => {
  test('is put, found again as it was put, listed, and survives a restart', async () => {
    const name = newName()
    const expected = {
      name,
      language: 'en',
      isDefault: true,
      status: 'approved',
      source: 'api',
      ...statement,
    }
    assert.deepEqual(await put(name, { language: 'en', ...statement }), expected)
    const found = () => call(admin.getTemplate, { id, name })
    assert.deepEqual(await found(), { ...expected, otherLanguages: [] })
    const { items } = await call(admin.listTemplates, { id, limit: 200 })
    assert.deepEqual(
      items.filter((each) => each.name === name),
      [expected],
    )
    await operator.gateway.restart()
    assert.deepEqual(await found(), { ...expected, otherLanguages: [] })
  })

  test('is replaced as a whole, and null leaves a member out', async () => {
    const name = newName()
    await put(name, { language: 'en', ...statement })
    const least = {
      language: 'en',
      body: 'Hello',
      header: null,
      footer: null,
      buttons: null,
      status: 'paused',
    }
    assert.deepEqual(await put(name, least), {
      name,
      language: 'en',
      isDefault: true,
      category: 'utility',
      status: 'paused',
      source: 'api',
      body: 'Hello',
      buttons: [],
    })
  })

  test('has one default among its languages, which moves to whichever is put as that', async () => {
    const name = newName()
    const languages = async (first?: string) => {
      const { otherLanguages, ...own } = await call(admin.getTemplate, { id, name, language: first })
      return [own, ...otherLanguages].map(({ language, isDefault }) => `${language}${isDefault ? '!' : ''}`)
    }
    await put(name, { body: 'Hello' }, 'en')
    await put(name, { body: 'Dag' }, 'af')
    assert.deepEqual(await languages(), ['en!', 'af'])
    assert.deepEqual(await languages('af'), ['af', 'en!'])
    await put(name, { body: 'Sawubona', language: 'zu' })
    assert.deepEqual(await languages(), ['zu!', 'en', 'af'])
    await put(name, { body: 'Hello', isDefault: true }, 'en')
    await put(name, { body: 'Hello you', isDefault: false }, 'en')
    assert.deepEqual((await languages()).sort(), ['af', 'en!', 'zu'])

    assert.equal((await refused(admin.getTemplate, { id, name, language: 'fr' })).status, 404)
    assert.equal((await refused(admin.deleteTemplate, { id, name, language: 'fr' })).status, 404)
    await call(admin.deleteTemplate, { id, name, language: 'en' })
    assert.equal((await languages()).filter((each) => each.endsWith('!')).length, 1)
    await call(admin.deleteTemplate, { id, name })
    assert.equal((await refused(admin.getTemplate, { id, name })).status, 404)
    assert.equal((await refused(admin.deleteTemplate, { id, name })).status, 404)
  })

  test('is listed in pages, by name and language', async () => {
    const own = await call(admin.createIntegration, {}, { name: 'Pages' })
    const wanted = ['a af', 'a en', 'b en', `${'c'.repeat(150)} en`, `${'c'.repeat(150)} zu`]
    for (const each of wanted.toReversed()) {
      const [name, language] = each.split(' ')
      await call(admin.putTemplate, { id: own.id, name, language }, { body: 'Hello' })
    }
    const seen: string[] = []
    let cursor: string | null | undefined
    do {
      const page = await call(admin.listTemplates, { id: own.id, limit: 2, cursor: cursor ?? undefined })
      assert.ok(page.items.length <= 2)
      seen.push(...page.items.map(({ name, language }) => `${name} ${language}`))
      cursor = page.nextCursor
    } while (cursor !== null)
    assert.deepEqual(seen, wanted)
    await call(admin.deleteIntegration, { id: own.id })
    assert.equal((await refused(admin.listTemplates, { id: own.id })).status, 404)
  })

  test('needs an integration', async () => {
    for (const contract of [
      admin.listTemplates,
      admin.getTemplate,
      admin.deleteTemplate,
      admin.syncTemplates,
    ])
      assert.equal((await refused(contract, { id: 'nobody', name: 'a' })).status, 404)
    assert.equal((await refused(admin.putTemplate, { id: 'nobody', name: 'a' }, { body: 'a' })).status, 404)
  })
})

describe('a sync', () => {
  test('adds, changes and takes away what came by sync; what was put stays, and follows Meta', async (t) => {
    const { integrationId, meta } = await withMeta(t)
    const of = { id: integrationId }
    await call(admin.putTemplate, { ...of, name: 'by_hand', language: 'en' }, { body: 'Mine' })
    await call(admin.putTemplate, { ...of, name: 'both', language: 'en' }, { body: 'Mine' })
    meta.has('both en APPROVED', 'hello en REJECTED', 'hello en_US APPROVED', 'bye en APPROVED')
    assert.deepEqual(await call(admin.syncTemplates, of), {
      added: 3,
      changed: 1,
      unchanged: 0,
      removed: 0,
      skipped: [],
    })
    assert.deepEqual(await catalogueOf(integrationId), [
      'both en! api approved',
      'by_hand en! api approved',
      'bye en! sync approved',
      'hello en sync rejected',
      'hello en_US! sync approved',
    ])
    assert.equal((await call(admin.getTemplate, { ...of, name: 'both' })).body, 'Of Meta')

    meta.has('hello en APPROVED', 'bye en PAUSED', 'new en APPROVED', 'place en LOCATION')
    const { skipped, ...counts } = await call(admin.syncTemplates, of)
    assert.deepEqual(counts, { added: 1, changed: 2, unchanged: 0, removed: 1 })
    assert.deepEqual(skipped, [{ name: 'place', language: 'en', why: 'has a header of format LOCATION' }])
    assert.deepEqual(await catalogueOf(integrationId), [
      'both en! api approved',
      'by_hand en! api approved',
      'bye en! sync paused',
      'hello en! sync approved',
      'new en! sync approved',
    ])
    const again = await call(admin.syncTemplates, of)
    assert.deepEqual([again.added, again.changed, again.unchanged, again.removed], [0, 0, 3, 0])
  })

  test('brings templates that are larger than what may be put', async (t) => {
    const { integrationId, meta } = await withMeta(t)
    meta.has('large en BUTTONS')
    assert.equal((await call(admin.syncTemplates, { id: integrationId })).added, 1)
    const { buttons } = await call(admin.getTemplate, { id: integrationId, name: 'large' })
    assert.equal(buttons.length, 10)
  })

  test('changes nothing and answers 502 when Meta refuses', async (t) => {
    const { integrationId, meta } = await withMeta(t)
    meta.has('hello en APPROVED')
    await call(admin.syncTemplates, { id: integrationId })
    meta.refuses()
    const { status, detail } = await refused(admin.syncTemplates, { id: integrationId })
    assert.equal(status, 502)
    assert.match(detail, /code 190/)
    assert.deepEqual(await catalogueOf(integrationId), ['hello en! sync approved'])
  })

  test('answers 409 when the integration was changed while Meta was asked, and nothing is mixed', async (t) => {
    const { integrationId, meta } = await withMeta(t)
    meta.has('hello en APPROVED')
    meta.meanwhile(async () => {
      await call(admin.patchIntegration, { id: integrationId }, { name: 'Changed' })
    })
    assert.equal((await refused(admin.syncTemplates, { id: integrationId })).status, 409)
    assert.deepEqual(await catalogueOf(integrationId), [])
  })

  test('answers 409 where nobody can be asked, and says what is missing', async () => {
    const without = await call(admin.createIntegration, {}, { name: 'Nobody' })
    const missing = async (id: string) => {
      const { status, errors } = await refused(admin.syncTemplates, { id })
      return [status, errors?.map(({ path }) => path)]
    }
    assert.deepEqual(await missing(without.id), [409, ['whatsapp']])
    const whatsapp = { from: '27988000001', phoneNumberId: 'id' }
    const nameless = await call(admin.createIntegration, {}, { name: 'Nobody', whatsapp })
    assert.deepEqual(await missing(nameless.id), [409, ['whatsapp.businessAccountId']])
  })
})

async function catalogueOf(integrationId: string): Promise<string[]> {
  const { items } = await call(admin.listTemplates, { id: integrationId })
  return items.map(
    ({ name, language, isDefault, source, status }) =>
      `${name} ${language}${isDefault ? '!' : ''} ${source} ${status}`,
  )
}

/** An integration whose templates are at a Meta of its own. `has` takes "name language STATUS". */
async function withMeta(t: TestContext) {
  let answer: [status: number, body: object] = [200, { data: [] }]
  let meanwhile = async () => {}
  const server = createServer(async (request, response) => {
    const isList = request.url?.startsWith('/v23.0/waba/message_templates?')
    if (isList) await meanwhile()
    const [status, body] = isList ? answer : [200, { success: true }]
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => new Promise((resolve) => server.close(resolve).closeAllConnections()))
  const { port } = server.address() as AddressInfo // a TCP server has an address and a port

  const whatsapp = {
    from: `27988${String(port).padStart(6, '0')}`,
    baseUrl: `http://127.0.0.1:${port}/v23.0`,
    phoneNumberId: `id-${port}`,
    businessAccountId: 'waba',
  }
  const { id: integrationId } = await call(admin.createIntegration, {}, { name: 'Sync', whatsapp })
  t.after(() => call(admin.deleteIntegration, { id: integrationId }))
  return {
    integrationId,
    meta: {
      has(...templates: string[]) {
        answer = [200, { data: templates.map(itemOf) }]
      },
      refuses() {
        answer = [401, { error: { code: 190, message: 'Session has expired', type: 'OAuthException' } }]
      },
      meanwhile(work: () => Promise<void>) {
        meanwhile = work
      },
    },
  }
}

/** As Meta lists it. Beside its statuses: LOCATION has a header that we cannot fill, BUTTONS ten buttons. */
function itemOf(template: string) {
  const [name, language, status] = template.split(' ')
  const components: object[] = [{ type: 'BODY', text: 'Of Meta' }]
  if (status === 'LOCATION') components.push({ type: 'HEADER', format: 'LOCATION' })
  if (status === 'BUTTONS')
    components.push({
      type: 'BUTTONS',
      buttons: Array.from({ length: 10 }, (_, i) => ({ type: 'QUICK_REPLY', text: `Button ${i}` })),
    })
  return { id: '1', name, language, status, category: 'UTILITY', components }
}
