import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { describe, test } from 'node:test'
import { admin, type Endpoint } from '@waypost/protocol'
import { operated } from './support/admin.ts'
import { ids, keys, numbers } from './support/installation.ts'

/** What an operator sets. */
const operator = operated()
const { call, refused } = operator

const whatsapp = (from: string) => ({
  from,
  baseUrl: `${operator.gateway.sandbox.url}/graph/v23.0`,
  phoneNumberId: `id-${from}`,
  accessToken: 'a token',
  appSecret: 'sandbox-app-secret',
})

describe('the account', () => {
  test('is one for all, and what is changed holds at once', async (t) => {
    t.after(() => call(admin.patchAccount, {}, { allowedIps: null, active: null }))
    assert.deepEqual(await call(admin.getAccount), {
      active: true,
      allowedIps: [],
      perDay: null,
      perMonth: null,
      testNumbersMax: null,
    })
    const changed = await call(
      admin.patchAccount,
      {},
      { allowedIps: ['10.0.0.0/8'], perDay: 5, perMonth: null },
    )
    assert.deepEqual([changed.allowedIps, changed.perDay], [['10.0.0.0/8'], 5])
    assert.equal(
      (await operator.gateway.send('one', [{ to: '27999000001', content: 'Hello' }])).httpStatus,
      401,
    )
    assert.deepEqual(await call(admin.patchAccount, {}, { perDay: null, allowedIps: null }), {
      ...changed,
      perDay: null,
      allowedIps: [],
    })
  })

  test('names every member that is wrong, and changes nothing then', async () => {
    const wrong = { active: 'yes', allowedIps: ['10.0.0.1', 'here'], perDay: -1, per_month: 1 }
    const { status, errors = [] } = await refused(admin.patchAccount, {}, wrong)
    assert.equal(status, 400)
    assert.deepEqual(
      errors.map(({ path }) => path),
      ['active', 'perDay', 'per_month', 'allowedIps[1]'],
    )
    assert.equal((await call(admin.getAccount)).perDay, null)
  })
})

describe('an integration', () => {
  test('is created with a key that works, and shows its secrets once', async () => {
    const sent = { name: 'Acme', whatsapp: whatsapp('2799900201') }
    const { apiKey, ...created } = await call(admin.createIntegration, {}, sent)
    assert.match(created.id, /^[0-9a-f]{32}$/)
    assert.match(apiKey, /^[A-Za-z0-9_-]{22}==$/)
    assert.match(created.signingSecret, /^whsec_[A-Za-z0-9+/]{32}$/)
    assert.equal(created.whatsapp?.webhook, 'registered')
    const { accessToken, appSecret, verifyToken } = created.whatsapp ?? {}
    assert.deepEqual([accessToken, appSecret, verifyToken], ['…', '…', '…'])

    const answer = await operator.gateway.ask('POST', '/v1/message', {
      key: apiKey,
      body: { messages: [{ to: '27999000002', content: 'From Acme' }] },
    })
    assert.equal(answer.httpStatus, 202)
    assert.deepEqual(await call(admin.getIntegration, { id: created.id }), { ...created, signingSecret: '…' })
  })

  test('changes by a merge patch; what was answered can be sent back', async () => {
    const { id } = await call(
      admin.createIntegration,
      {},
      {
        name: 'Patched',
        whatsapp: whatsapp('2799900202'),
        callbacks: {
          messageUrl: 'https://acme.example/in',
          basicAuth: { username: 'acme', password: 'secret' },
        },
      },
    )
    const before = await call(admin.getIntegration, { id })
    assert.equal(before.callbacks.basicAuth?.password, '…')
    assert.deepEqual(await call(admin.patchIntegration, { id }, before), before)

    const changed = await call(
      admin.patchIntegration,
      { id },
      { active: false, callbacks: { basicAuth: null } },
    )
    assert.deepEqual(changed, {
      ...before,
      active: false,
      callbacks: { ...before.callbacks, basicAuth: null },
    })
    const { signingSecret } = await call(admin.patchIntegration, { id }, { signingSecret: null })
    assert.match(signingSecret, /^whsec_/)
  })

  test('has a number to itself, also when two are created at once', async () => {
    const sent = { name: 'Twin', whatsapp: whatsapp('2799900203') }
    const twins = await Promise.all(
      [1, 2].map(() =>
        operator.gateway.admin('POST', '/admin/integrations', sent).then(({ httpStatus }) => httpStatus),
      ),
    )
    assert.deepEqual(twins.sort(), [201, 409])
    const problem = await refused(
      admin.patchIntegration,
      { id: ids.one },
      { whatsapp: { from: '2799900203' } },
    )
    assert.equal(problem.status, 409)
    assert.deepEqual(
      problem.errors?.map(({ path }) => path),
      ['whatsapp.from'],
    )
    const { whatsapp: own } = await call(admin.getIntegration, { id: ids.one })
    assert.equal(own?.from, numbers.one)
  })

  test('is answered with `failed` when its supplier refuses, and `registered` once it is told', async () => {
    const nowhere = { ...whatsapp('2799900204'), baseUrl: `${operator.gateway.sandbox.url}/nothing/here` }
    const created = await call(admin.createIntegration, {}, { name: 'Lost', whatsapp: nowhere })
    assert.equal(created.whatsapp?.webhook, 'failed')
    const { baseUrl } = whatsapp('2799900204')
    const found = await call(admin.patchIntegration, { id: created.id }, { whatsapp: { baseUrl } })
    assert.equal(found.whatsapp?.webhook, 'registered')
  })

  test('is answered with `pending` after three seconds when its supplier is silent', async (t) => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1')
    const open: { destroy(): void }[] = []
    silent.on('connection', (socket) => open.push(socket.on('error', () => {})))
    await once(silent, 'listening')
    t.after(() => {
      for (const socket of open) socket.destroy()
      silent.close()
    })
    const { port } = silent.address() as AddressInfo // a TCP server has an address and a port
    const began = performance.now()
    const created = await call(
      admin.createIntegration,
      {},
      {
        name: 'Silent',
        whatsapp: { ...whatsapp('2799900205'), baseUrl: `http://127.0.0.1:${port}` },
      },
    )
    assert.equal(created.whatsapp?.webhook, 'pending')
    assert.ok(performance.now() - began > 2900)
    await call(admin.deleteIntegration, { id: created.id })
  })

  test('is gone with its keys when it is deleted', async () => {
    const { id, apiKey } = await call(admin.createIntegration, {}, { name: 'Brief' })
    assert.equal((await operator.gateway.ask('GET', '/v1/balance', { key: apiKey })).httpStatus, 200)
    assert.equal(await call(admin.deleteIntegration, { id }), undefined)
    assert.equal((await refused(admin.getIntegration, { id })).status, 404)
    assert.equal((await operator.gateway.ask('GET', '/v1/balance', { key: apiKey })).httpStatus, 401)
  })

  test('names every member that is wrong in the refusal', async () => {
    const sent = {
      name: 'Wrong',
      generation: 'two',
      whatsapp: { from: '1' },
      callbacks: { statusUrl: 'ftp://a' },
    }
    const { errors = [] } = await refused(admin.createIntegration, {}, sent)
    assert.deepEqual(
      errors.map(({ path }) => path),
      ['generation', 'whatsapp.phoneNumberId', 'whatsapp.from', 'callbacks.statusUrl'],
    )
  })

  test('is listed by its id, page by page', async () => {
    const found: string[] = []
    for (let cursor: string | undefined, pages = 0; pages < 50; pages++) {
      const page = await call(admin.listIntegrations, { limit: 2, cursor })
      assert.ok(page.items.length <= 2)
      found.push(...page.items.map(({ id }) => id))
      if (page.nextCursor === null) break
      cursor = page.nextCursor
    }
    const { items } = await call(admin.listIntegrations, { limit: 200 })
    assert.deepEqual(
      found,
      items.map(({ id }) => id),
    )
    assert.deepEqual(found, [...new Set(found)].sort())
    assert.ok(found.includes(ids.one))
  })
})

describe('a key', () => {
  test('is issued, listed without its secret, and revoked', async () => {
    const { apiKey, ...issued } = await call(admin.createKey, { id: ids.one }, { generation: 'legacy' })
    assert.equal(issued.generation, 'legacy')
    assert.equal((await operator.gateway.ask('GET', '/v1/balance', { key: apiKey })).httpStatus, 200)

    const { items } = await call(admin.listKeys, { id: ids.one })
    assert.deepEqual(
      items.find(({ id }) => id === issued.id),
      issued,
    )
    await call(admin.deleteKey, { id: ids.one, keyId: issued.id })
    assert.equal((await operator.gateway.ask('GET', '/v1/balance', { key: apiKey })).httpStatus, 401)
    assert.equal((await operator.gateway.ask('GET', '/v1/balance', { key: keys.one })).httpStatus, 200)
  })

  test('has the integration’s generation when nothing is said', async () => {
    assert.equal((await call(admin.createKey, { id: ids.legacy })).generation, 'legacy')
    assert.equal((await call(admin.createKey, { id: ids.legacy }, {})).generation, 'legacy')
    assert.equal((await refused(admin.createKey, { id: ids.one }, { generation: 'two' })).status, 400)
  })

  test('is revoked through its own integration only', async () => {
    const [key] = (await call(admin.listKeys, { id: ids.one })).items
    assert.equal((await refused(admin.deleteKey, { id: ids.legacy, keyId: key?.id })).status, 404)
  })
})

describe('a recipient', () => {
  test('is pinned to an outcome, to the letter, until it is taken off the list', async () => {
    const one = { id: ids.one, number: '27 999/x' }
    const pinned = await call(admin.putRecipient, one, { outcome: 'not_on_channel' })
    assert.deepEqual(pinned, { number: '27 999/x', outcome: 'not_on_channel' })
    assert.deepEqual(await call(admin.getRecipient, one), pinned)
    assert.equal((await operator.gateway.send('one', [{ to: '27 999/x', content: 'Hello' }])).httpStatus, 400)
    assert.ok(
      (await call(admin.listRecipients, { id: ids.one })).items.some(({ number }) => number === '27 999/x'),
    )

    assert.equal((await call(admin.putRecipient, one, { outcome: null })).outcome, null)
    await call(admin.deleteRecipient, one)
    assert.equal((await refused(admin.getRecipient, one)).status, 404)
    assert.equal((await refused(admin.deleteRecipient, one)).status, 404)
  })

  test('takes the reasons of one message only', async () => {
    for (const outcome of ['api_key_invalid', 'no_such_reason', 27]) {
      const problem = await refused(admin.putRecipient, { id: ids.one, number: '27999' }, { outcome })
      assert.equal(problem.errors?.[0]?.path, 'outcome')
    }
  })
})

describe('an opt-out', () => {
  const person = { id: ids.one, msisdn: '27999000031' }

  test('keeps messages back from when it is recorded until it is deleted', async () => {
    const before = Date.now()
    const recorded = await call(admin.putOptOut, person)
    assert.equal(recorded.msisdn, person.msisdn)
    assert.ok(recorded.at >= before && recorded.at <= Date.now())
    assert.deepEqual(await call(admin.putOptOut, person, {}), recorded, 'the first time counts')
    assert.deepEqual(await call(admin.getOptOut, person), recorded)
    const send = () => operator.gateway.send('one', [{ to: person.msisdn, content: 'Hello' }])
    assert.equal((await send()).httpStatus, 400)
    await operator.gateway.restart()
    assert.equal((await send()).httpStatus, 400, 'a restart forgets nothing')
    assert.deepEqual(await call(admin.getOptOut, person), recorded)

    assert.equal(await call(admin.deleteOptOut, person), undefined)
    assert.equal((await send()).httpStatus, 202)
    assert.equal((await refused(admin.getOptOut, person)).status, 404)
    assert.equal((await refused(admin.deleteOptOut, person)).status, 404)
  })

  test('holds for its integration only', async (t) => {
    t.after(() => call(admin.deleteOptOut, person))
    await call(admin.putOptOut, person)
    const { httpStatus } = await operator.gateway.send('legacy', [{ to: person.msisdn, content: 'Hello' }])
    assert.equal(httpStatus, 202)
    assert.equal((await refused(admin.getOptOut, { ...person, id: ids.legacy })).status, 404)
  })

  test('is listed by its number, page by page', async () => {
    const { id } = await call(admin.createIntegration, {}, { name: 'Quiet' })
    const msisdns = ['27999000043', '27999000041', '27999000042']
    for (const msisdn of msisdns) await call(admin.putOptOut, { id, msisdn })
    const first = await call(admin.listOptOuts, { id, limit: 2 })
    const second = await call(admin.listOptOuts, { id, limit: 2, cursor: first.nextCursor })
    assert.equal(second.nextCursor, null)
    assert.deepEqual(
      [...first.items, ...second.items].map(({ msisdn }) => msisdn),
      msisdns.sort(),
    )
    assert.equal((await refused(admin.listOptOuts, { id, limit: 0 })).status, 400)

    await call(admin.deleteIntegration, { id })
    assert.equal((await refused(admin.listOptOuts, { id })).status, 404)
  })

  for (const msisdn of ['+27999000031', '27 999 000031', '278', '0999000031', '27999000031279990', 'me', 'é'])
    test(`of ${msisdn}, which no recipient is written as, is refused`, async () => {
      const problem = await refused(admin.putOptOut, { id: ids.one, msisdn })
      assert.deepEqual([problem.status, problem.errors?.[0]?.path], [400, 'msisdn'])
      assert.equal((await refused(admin.getOptOut, { id: ids.one, msisdn })).status, 404)
    })

  test('has nothing in its body', async () => {
    for (const body of [{ at: 1 }, [], null, 'yes']) {
      assert.equal((await refused(admin.putOptOut, person, body)).status, 400)
      assert.equal((await refused(admin.getOptOut, person)).status, 404)
    }
  })
})

describe('what is not there is 404', () => {
  const nowhere = { id: 'f'.repeat(32), keyId: 'f', number: '27999', name: 'welcome', msisdn: '27999000001' }
  const bodies: Record<string, unknown> = {
    putRecipient: { outcome: null },
    putTemplate: { language: 'en', body: 'Welcome' },
    patchIntegration: {},
    replayCallbacks: { endpoint: 'status', fromSequence: 1, toSequence: 2 },
  }
  const contracts: Endpoint[] = Object.values(admin).filter(({ path }) => path.includes('{id}'))
  for (const contract of contracts)
    test(`for ${contract.method} ${contract.path}`, async () => {
      const { status } = await refused(contract, { ...nowhere, endpoint: 'status' }, bodies[contract.id])
      assert.equal(status, 404)
    })
})
