import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { checkUrl } from './callbacks/guard.ts'
import { type Directory, openDirectory } from './core/directory.ts'
import { endpointLane, pausedAfterMs } from './core/endpoint.ts'
import { template } from './core/template.fake.ts'
import { ProvisionError, provision } from './provision.ts'
import { openStore } from './store/index.ts'
import { scene } from './store/suite/scene.ts'

const whatsapp = { from: '2799900002', phoneNumberId: 'id-2799900002' }
const hello = { name: 'hello', language: 'en', body: 'Hello {{1}}' }
const acme = { id: 'acme', name: 'Acme', whatsapp, apiKeys: [{ key: 'first-key', generation: 'legacy' }] }

describe('a provisioning file', () => {
  test('brings the account, integrations, keys and recipients', async (t) => {
    const { apply, directory } = await open(t)
    await apply({
      account: { perDay: 1000 },
      integrations: [{ ...acme, recipients: { 2784: 'not_on_channel', 27999: null } }],
      templates: { acme: [] },
    })
    assert.equal(directory().account().perDay, 1000)
    assert.equal(directory().holderOf('first-key')?.name, 'Acme')
    assert.equal(directory().ownerOf('whatsapp', '2799900002')?.id, 'acme')
    assert.equal(directory().keysOf('acme')[0]?.generation, 'legacy')
    assert.equal(directory().pin('acme', '2784')?.outcome, 'not_on_channel')
    assert.equal(directory().pin('acme', '27999')?.outcome, null)
  })

  test('lists recipients as strings and objects too', async (t) => {
    const { apply, directory } = await open(t)
    const recipients = ['27999000001', { number: '2784', outcome: 'not_on_channel' }]
    await apply({ integrations: [{ ...acme, recipients }] })
    assert.deepEqual(
      directory()
        .pinsOf('acme')
        .map(({ number, outcome }) => [number, outcome]),
      [
        ['27999000001', null],
        ['2784', 'not_on_channel'],
      ],
    )
  })

  test('resumes endpoints when it calls back otherwise, and leaves them paused when it does not', async (t) => {
    const { apply, app } = await open(t)
    const acmeAt = (messageUrl: string, name = 'Acme') => ({
      integrations: [{ ...acme, name, callbacks: { messageUrl } }],
    })
    await apply(acmeAt('https://acme.example/gone'))
    const { store } = app()
    const { mo, take } = scene({ store, clock: { at: 0 } })
    await store.recordMos([mo({ integrationId: 'acme' })])
    const lease = await take('node', 0, endpointLane('acme', 'message'))
    const [callback] = await store.dueCallbacks(lease, 0, 1)
    const { id = '', sequence = 0 } = callback ?? {}
    for (const at of [0, pausedAfterMs])
      await store.recordCallbacks(lease, [{ id, sequence, at, next: { state: 'waiting', dueAt: at } }])
    await apply(acmeAt('https://acme.example/gone', 'Another name'))
    assert.equal((await store.pausedEndpoints()).length, 1)
    await apply(acmeAt('https://acme.example/here'))
    assert.deepEqual(await store.pausedEndpoints(), [])
  })

  test('writes nothing the second time, across restarts, and keeps the secrets that were made', async (t) => {
    const { apply, directory, reopen, writes } = await open(t)
    const file = {
      account: { perDay: 1 },
      integrations: [{ ...acme, recipients: { 2784: 'not_on_channel' } }],
    }
    await apply(file)
    const before = directory().integration('acme')
    assert.ok(writes.length > 0)
    await reopen()
    writes.length = 0
    await apply(file)
    assert.deepEqual(writes, [])
    assert.deepEqual(directory().integration('acme'), before)
  })

  test('replaces an integration as a whole', async (t) => {
    const { apply, directory } = await open(t)
    await apply({ integrations: [{ ...acme, ordered: true, limits: { perDay: 5 } }] })
    const before = directory().integration('acme')
    await apply({ integrations: [{ ...acme, name: 'Acme Ltd' }] })
    const after = directory().integration('acme')
    assert.deepEqual([after?.name, after?.ordered, after?.limits.perDay], ['Acme Ltd', false, null])
    assert.equal(after?.signingSecret, before?.signingSecret)
  })

  test('takes away keys that it brought and lists no more, and no others', async (t) => {
    const { apply, directory } = await open(t)
    await apply({ integrations: [acme] })
    const issued = { id: 'f00', integrationId: 'acme', generation: 'one', hash: 'f00', createdAt: 1 } as const
    await directory().putKey(issued)
    await apply({ integrations: [{ ...acme, apiKeys: undefined }] })
    assert.equal(directory().holderOf('first-key')?.id, 'acme')
    await apply({ integrations: [{ ...acme, apiKeys: [{ key: 'second-key' }] }] })
    assert.equal(directory().holderOf('first-key'), undefined)
    assert.equal(directory().holderOf('second-key')?.id, 'acme')
    assert.ok(
      directory()
        .keysOf('acme')
        .some(({ id }) => id === 'f00'),
    )
  })

  const pinned = { ...acme, recipients: { 278: 'recipient_invalid', 2784: 'not_on_channel' } }
  const recipients: { what: string; recipients: unknown; left: string[] }[] = [
    { what: 'with fewer of them', recipients: { 2784: 'not_on_channel' }, left: ['2784'] },
    { what: 'with others', recipients: ['27999'], left: ['27999'] },
    { what: 'with none in an object', recipients: {}, left: [] },
    { what: 'with none in a list', recipients: [], left: [] },
    { what: 'that does not speak of them', recipients: undefined, left: ['278', '2784', '27000'] },
    { what: 'that says null', recipients: null, left: ['278', '2784', '27000'] },
  ]
  for (const { what, recipients: sent, left } of recipients)
    test(`${what}: of the recipients, ${left.join(', ') || 'none'} stay, across a restart as well`, async (t) => {
      const { apply, directory, reopen } = await open(t)
      const other = { ...pinned, id: 'other', whatsapp: { ...whatsapp, from: '27111' }, apiKeys: [] }
      await apply({ integrations: [pinned, other] })
      await directory().putPin({ integrationId: 'acme', number: '27000', outcome: 'opted_out' })

      await apply({ integrations: [{ ...acme, recipients: sent }] })
      const numbers = (id: string) =>
        directory()
          .pinsOf(id)
          .map(({ number }) => number)
      assert.deepEqual(numbers('acme').sort(), left.sort())
      await reopen()
      assert.deepEqual(numbers('acme').sort(), left.sort())
      assert.deepEqual(numbers('other').sort(), ['278', '2784'])
    })

  test('takes the last of a number that is listed twice, at every start', async (t) => {
    const { apply, directory, writes } = await open(t)
    const twice = { ...acme, recipients: ['2784', { number: '2784', outcome: 'not_on_channel' }] }
    for (const _ of ['first', 'second']) {
      writes.length = 0
      await apply({ integrations: [twice] })
      assert.equal(directory().pin('acme', '2784')?.outcome, 'not_on_channel')
    }
    assert.deepEqual(writes, [])
  })

  test('lets two integrations swap their numbers', async (t) => {
    const { apply, directory } = await open(t)
    const pair = (first: string, second: string) => ({
      integrations: [
        { id: 'a', name: 'A', whatsapp: { ...whatsapp, from: first } },
        { id: 'b', name: 'B', whatsapp: { ...whatsapp, from: second } },
      ],
    })
    await apply(pair('27111', '27222'))
    await apply(pair('27222', '27111'))
    assert.equal(directory().ownerOf('whatsapp', '27111')?.id, 'b')
    assert.equal(directory().ownerOf('whatsapp', '27222')?.id, 'a')
  })

  test('brings templates, the first language of a name as its default unless another says so', async (t) => {
    const { apply, directory, reopen, writes } = await open(t)
    const templates = {
      acme: [
        hello,
        { ...hello, language: 'af' },
        { ...hello, name: 'bye' },
        { ...hello, name: 'bye', language: 'af', isDefault: true },
      ],
    }
    const file = { integrations: [acme], templates }
    await apply(file)
    const all = () => catalogueOf(directory())
    assert.deepEqual(all(), ['bye af! file', 'bye en file', 'hello af file', 'hello en! file'])
    assert.deepEqual(directory().template('acme', 'bye')?.body, 'Hello {{1}}')

    await reopen()
    writes.length = 0
    await apply(file)
    assert.deepEqual(writes, [])
    await apply({ templates })
    assert.deepEqual(writes, [])
  })

  test('takes away templates that it brought and lists no more, and no others', async (t) => {
    const { apply, directory } = await open(t)
    const own = { integrations: [acme] }
    await apply({
      ...own,
      templates: { acme: [hello, { ...hello, language: 'af' }, { ...hello, name: 'bye' }] },
    })
    await directory().putTemplate(template({ name: 'mine', source: 'api' }))
    await directory().putTemplate(template({ name: 'theirs', source: 'sync' }))
    const all = () => catalogueOf(directory())
    const others = ['mine en! api', 'theirs en! sync']
    await apply(own)
    assert.equal(all().length, 5)
    await apply({ ...own, templates: { acme: [{ ...hello, language: 'af' }] } })
    assert.deepEqual(all(), ['hello af! file', ...others])
    await apply({ ...own, templates: { acme: [] } })
    assert.deepEqual(all(), others)
  })

  test('brings back a template of its own that was changed since', async (t) => {
    const { apply, directory } = await open(t)
    const file = { integrations: [acme], templates: { acme: [hello] } }
    await apply(file)
    await directory().putTemplate(template({ name: 'hello', body: 'Changed', source: 'api' }))
    await apply(file)
    assert.deepEqual(catalogueOf(directory()), ['hello en! file'])
    assert.equal(directory().template('acme', 'hello')?.body, 'Hello {{1}}')
  })

  const wrong: { file: unknown; paths: string[] }[] = [
    { file: [], paths: ['the file'] },
    { file: { acount: {} }, paths: ['acount'] },
    { file: { integrations: {} }, paths: ['integrations'] },
    { file: { integrations: [{ name: 'Acme' }] }, paths: ['integrations[0].id'] },
    { file: { integrations: [{ ...acme, id: 'a:b' }] }, paths: ['integrations[0].id'] },
    {
      file: { account: { perDay: 'many' }, integrations: [{ ...acme, name: 7 }] },
      paths: ['account.perDay', 'integrations[0].name'],
    },
    {
      file: { integrations: [{ ...acme, whatsapp: { ...whatsapp, form: '1' } }] },
      paths: ['integrations[0].whatsapp.form'],
    },
    {
      file: { integrations: [{ ...acme, callbacks: { statusUrl: 'ftp://a' } }] },
      paths: ['integrations[0].callbacks.statusUrl'],
    },
    {
      file: { integrations: [{ ...acme, apiKeys: [{ key: 'with space' }] }] },
      paths: ['integrations[0].apiKeys[0].key'],
    },
    {
      file: { integrations: [{ ...acme, recipients: { 278: 'too_odd' } }] },
      paths: ['integrations[0].recipients.278'],
    },
    {
      file: { integrations: [{ ...acme, recipients: { 278: 'api_key_invalid' } }] },
      paths: ['integrations[0].recipients.278'],
    },
    {
      file: { integrations: [{ ...acme, recipients: [{ outcome: null }, 278] }] },
      paths: ['integrations[0].recipients[0]', 'integrations[0].recipients[1]'],
    },
    { file: { templates: { acme: [] } }, paths: ['templates.acme'] },
    { file: { integrations: [acme], templates: { acme: {} } }, paths: ['templates.acme'] },
    {
      file: { integrations: [acme], templates: { acme: [hello, { ...hello, body: '{{2}}' }, 7] } },
      paths: ['templates.acme[1].body', 'templates.acme[2]'],
    },
    {
      file: { integrations: [acme], templates: { acme: [{ body: 'Hello' }] } },
      paths: ['templates.acme[0].name', 'templates.acme[0].language'],
    },
    {
      file: {
        integrations: [acme],
        templates: { acme: [{ ...hello, buttons: [{ type: 'reply', text: '' }] }, hello] },
      },
      paths: ['templates.acme[0].buttons[0].text'],
    },
    { file: { integrations: [acme], templates: { acme: [hello, hello] } }, paths: ['templates.acme[1]'] },
    {
      file: {
        integrations: [acme],
        templates: {
          acme: [
            { ...hello, isDefault: true },
            { ...hello, language: 'af', isDefault: true },
          ],
        },
      },
      paths: ['templates.acme[1].isDefault'],
    },
    { file: { integrations: [acme, acme] }, paths: ['integrations[1].id'] },
    {
      file: { integrations: [acme, { ...acme, id: 'b' }] },
      paths: ['integrations[1].apiKeys[0].key', 'integrations[1].whatsapp.from'],
    },
  ]
  test('is refused as a whole, with everything that is wrong in it', async (t) => {
    const { apply, writes } = await open(t)
    for (const { file, paths } of wrong)
      await t.test(JSON.stringify(file), async () => {
        await assert.rejects(apply(file), (error) => {
          assert.ok(error instanceof ProvisionError)
          const [first, ...lines] = error.message.split('\n')
          assert.match(first ?? '', /provision\.json cannot be used:$/)
          const named = lines.map((line) => /^ {2}(the file|\S+) /.exec(line)?.[1])
          assert.deepEqual(named, paths)
          return true
        })
        assert.deepEqual(writes, [])
      })
  })

  test('may not take the number or the key of an integration that is not in it', async (t) => {
    const { apply } = await open(t)
    await apply({ integrations: [acme] })
    await assert.rejects(apply({ integrations: [{ ...acme, id: 'other' }] }), (error) => {
      assert.match(String(error), /integrations\[0\]\.apiKeys\[0\]\.key belongs to integration acme/)
      assert.match(String(error), /integrations\[0\]\.whatsapp\.from belongs to integration acme/)
      return true
    })
  })

  test('that is not there, or is not JSON, is said in words without quoting it', async (t) => {
    const { path, app } = await open(t)
    await assert.rejects(provision(app(), path, tools), / cannot be read \(ENOENT\)/)
    await writeFile(path, '{ "key": secret }')
    await assert.rejects(provision(app(), path, tools), (error) => {
      assert.match(String(error), / is not JSON/)
      assert.doesNotMatch(String(error), /secret/)
      return true
    })
  })
})

function catalogueOf(directory: Directory): string[] {
  return directory
    .templatesOf('acme')
    .map(({ name, language, isDefault, source }) => `${name} ${language}${isDefault ? '!' : ''} ${source}`)
    .sort()
}

const tools = { urlFlaw: checkUrl, supplierNames: ['whatsapp-cloud'] }

/** A ledger in a folder of its own, and what was written to it. */
async function open(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'waypost-'))
  const path = join(folder, 'provision.json')
  const writes: string[] = []
  const openIt = async () => {
    const store = await openStore(`sqlite:${join(folder, 'waypost.db')}`)
    return { store, directory: watched(await openDirectory(store), writes) }
  }
  let own = await openIt()
  t.after(async () => {
    await own.store[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })
  const app = () => ({ ...own, now: () => 1000 })
  return {
    path,
    writes,
    app,
    directory: () => own.directory,
    async reopen() {
      await own.store[Symbol.asyncDispose]()
      own = await openIt()
    },
    async apply(file: unknown) {
      await writeFile(path, JSON.stringify(file))
      await provision(app(), path, tools)
    },
  }
}

/** The same directory, which says when it is told to write. */
function watched<T extends object>(directory: T, writes: string[]): T {
  return new Proxy(directory, {
    get(target, name) {
      if (/^(put|delete)/.test(String(name))) writes.push(String(name))
      return Reflect.get(target, name)
    },
  })
}
