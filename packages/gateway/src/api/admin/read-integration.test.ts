import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Integration } from '../../core/integration.ts'
import { readIntegration, type Tools } from './read-integration.ts'

const tools: Tools = {
  urlFlaw: (url) => (url.startsWith('https://') ? undefined : 'must be better'),
  supplierNames: ['whatsapp-cloud'],
}

const whatsapp = { from: '2799900002', phoneNumberId: '106540352242922' }

function made(sent: unknown, source: { current?: Integration; replaces?: Integration } = {}): Integration {
  const integration = readIntegration(tools, sent, { id: '1', ...source })
  assert.ok(!Array.isArray(integration), JSON.stringify(integration))
  return integration
}

function flawsOf(sent: unknown, current?: Integration): Record<string, string> {
  const flaws = readIntegration(tools, sent, { id: '1', current })
  assert.ok(Array.isArray(flaws), 'nothing is wrong')
  return Object.fromEntries(flaws.map(({ path, message }) => [path, message]))
}

describe('an integration', () => {
  test('has every default of the published example', () => {
    const { signingSecret, whatsapp: sender, ...rest } = made({ name: 'Acme', whatsapp })
    assert.deepEqual(rest, {
      id: '1',
      name: 'Acme',
      generation: 'one',
      active: true,
      mode: 'production',
      demoExpiresAt: null,
      callbacks: {
        messageUrl: null,
        statusUrl: null,
        generation: 'one',
        basicAuth: null,
        inlineMedia: false,
        misspeltLatitude: false,
      },
      encryption: null,
      allowedIps: [],
      limits: { requestsPerSecond: null, perDay: null, perMonth: null },
      balance: { currency: 'USD', amount: null, prices: { message: 0, template: 0 } },
      shadowCallbacks: null,
      onUncertain: 'resend',
      uncertainWaitMs: 60_000,
      ordered: false,
      words: { stop: {}, start: {} },
      refuseOutsideWindow: false,
      requireOptIn: false,
    })
    const { verifyToken, ...others } = sender ?? {}
    assert.deepEqual(others, {
      ...whatsapp,
      supplier: 'whatsapp-cloud',
      baseUrl: 'https://graph.facebook.com/v23.0',
      businessAccountId: '',
      accessToken: '',
      appSecret: '',
      suspended: false,
      active: true,
      messagesPerSecond: 80,
      pairLimit: true,
      templatePolicy: 'strict',
    })
    assert.match(verifyToken ?? '', /^[0-9a-f]{32}$/)
    assert.equal(Buffer.from(signingSecret.replace('whsec_', ''), 'base64').length, 24)
  })

  test('is called back in its own generation unless it says otherwise', () => {
    assert.equal(made({ name: 'Acme', generation: 'legacy' }).callbacks.generation, 'legacy')
    const both = made({ name: 'Acme', generation: 'legacy', callbacks: { generation: 'one' } })
    assert.equal(both.callbacks.generation, 'one')
  })

  test('takes null for a default', () => {
    const sent = { name: 'Acme', mode: null, limits: null, callbacks: { basicAuth: null, generation: null } }
    const { mode, limits, callbacks } = made(sent)
    assert.deepEqual(
      [mode, limits.perDay, callbacks.basicAuth, callbacks.generation],
      ['production', null, null, 'one'],
    )
  })

  test('takes members that do nothing yet when they are off', () => {
    const off = {
      sms: null,
    }
    assert.ok(!('sms' in made({ name: 'Acme', ...off })))
  })

  test('takes the names of both keys, of one, or none', () => {
    const [mtKey, moKey] = ['arn:aws:kms:x:mt', 'arn:aws:kms:x:mo']
    for (const encryption of [{ mtKey, moKey }, { mtKey }, { moKey }])
      assert.deepEqual(made({ name: 'Acme', encryption }).encryption, encryption)
    for (const none of [{}, { encryption: null }])
      assert.equal(made({ name: 'Acme', ...none }).encryption, null)
  })

  test('has no shadow callbacks unless it says so; they have the generation that the callbacks do not have', () => {
    const name = 'Acme'
    assert.equal(made({ name }).shadowCallbacks, null)
    const shadowCallbacks = { statusUrl: 'https://acme.example/next' }
    const off = { basicAuth: null, inlineMedia: false, misspeltLatitude: false }
    const whole = { messageUrl: null, ...shadowCallbacks, ...off }
    assert.deepEqual(made({ name, shadowCallbacks }).shadowCallbacks, { ...whole, generation: 'legacy' })
    const legacy = made({ name, callbacks: { generation: 'legacy' }, shadowCallbacks })
    assert.deepEqual(legacy.shadowCallbacks, { ...whole, generation: 'one' })
  })

  const wrong: { sent: unknown; flaws: Record<string, string | RegExp> }[] = [
    { sent: undefined, flaws: { '': 'must be object' } },
    { sent: [], flaws: { '': 'must be object' } },
    { sent: {}, flaws: { name: 'is missing' } },
    {
      sent: { name: 'Acme', nmae: 1, active: 'yes' },
      flaws: { nmae: 'is not known', active: 'must be boolean' },
    },
    { sent: { name: 'Acme', typo: null }, flaws: { typo: 'is not known' } },
    { sent: { name: 'Acme', encryption: { mtKey: '' } }, flaws: { 'encryption.mtKey': /fewer than 1/ } },
    { sent: { name: '' }, flaws: { name: /fewer than 1/ } },
    { sent: { name: null }, flaws: { name: 'must be string' } },
    { sent: { name: 'Acme', generation: 'two' }, flaws: { generation: 'must be one of one, legacy' } },
    { sent: { name: 'Acme', whatsapp: 'yes' }, flaws: { whatsapp: 'must be object' } },
    {
      sent: { name: 'Acme', whatsapp: {} },
      flaws: { 'whatsapp.from': 'is missing', 'whatsapp.phoneNumberId': 'is missing' },
    },
    {
      sent: {
        name: 'Acme',
        whatsapp: { ...whatsapp, from: '+27 999', supplier: 'smpp', baseUrl: 'graph', messagesPerSecond: 0 },
      },
      flaws: {
        'whatsapp.from': /must match/,
        'whatsapp.supplier': 'must be one of whatsapp-cloud',
        'whatsapp.baseUrl': /http or https/,
        'whatsapp.messagesPerSecond': /> 0/,
      },
    },
    {
      sent: {
        name: 'Acme',
        callbacks: { messageUrl: 'http://10.0.0.1', statusUrl: 3, basicAuth: { username: 'a' } },
      },
      flaws: {
        'callbacks.messageUrl': 'must be better',
        'callbacks.statusUrl': 'must be string',
        'callbacks.basicAuth.password': 'is missing',
      },
    },
    {
      sent: { name: 'Acme', allowedIps: ['10.0.0.0/8', '::1', 'here', 4] },
      flaws: { 'allowedIps[2]': /IP address/, 'allowedIps[3]': 'must be string' },
    },
    {
      sent: { name: 'Acme', limits: { perDay: -1, perMonth: 1.5 }, uncertainWaitMs: -1 },
      flaws: { 'limits.perDay': />= 0/, 'limits.perMonth': 'must be integer', uncertainWaitMs: />= 0/ },
    },
    {
      sent: { name: 'Acme', balance: { currency: 'dollar', prices: { message: -1 } } },
      flaws: { 'balance.currency': /match/, 'balance.prices.message': />= 0/ },
    },
    { sent: { name: 'Acme', demoExpiresAt: 'tomorrow' }, flaws: { demoExpiresAt: /ISO 8601/ } },
    { sent: { name: 'Acme', demoExpiresAt: '2026-13-01T00:00:00Z' }, flaws: { demoExpiresAt: /ISO 8601/ } },
    { sent: { name: 'Acme', signingSecret: 'whsec_c2hvcnQ=' }, flaws: { signingSecret: /match/ } },
    { sent: { name: 'Acme', signingSecret: '…' }, flaws: { signingSecret: /nothing to be left/ } },
    {
      sent: { name: 'Acme', sms: { from: '27' } },
      flaws: { sms: 'is not supported by this version' },
    },
    {
      sent: JSON.parse('{ "name": "Acme", "__proto__": { "active": true } }'),
      flaws: { ['__proto__']: 'is not known' },
    },
  ]
  for (const { sent, flaws } of wrong)
    test(`is not made from ${JSON.stringify(sent)}`, () => {
      const found = flawsOf(sent)
      assert.deepEqual(Object.keys(found).sort(), Object.keys(flaws).sort())
      for (const [path, expected] of Object.entries(flaws))
        if (expected instanceof RegExp) assert.match(found[path] ?? '', expected)
        else assert.equal(found[path], expected)
    })
})

describe('a patch of an integration', () => {
  const current = made({
    name: 'Acme',
    whatsapp: { ...whatsapp, accessToken: 'token', appSecret: 'secret' },
    callbacks: { statusUrl: 'https://acme.example', basicAuth: { username: 'acme', password: 'secret' } },
    limits: { perDay: 100 },
  })

  test('changes what it names and nothing else', () => {
    const changed = made({ whatsapp: { suspended: true }, limits: { perMonth: 7 } }, { current })
    assert.deepEqual(changed, {
      ...current,
      whatsapp: { ...current.whatsapp, suspended: true },
      limits: { ...current.limits, perMonth: 7 },
    })
  })

  test('clears with null', () => {
    const changed = made(
      { callbacks: { statusUrl: null, basicAuth: null }, limits: { perDay: null } },
      { current },
    )
    assert.deepEqual([changed.callbacks.statusUrl, changed.callbacks.basicAuth], [null, null])
    assert.equal(changed.limits.perDay, null)
    assert.equal(made({ whatsapp: null }, { current }).whatsapp, null)
  })

  test('makes a signing secret anew when it is cleared', () => {
    const { signingSecret } = made({ signingSecret: null }, { current })
    assert.match(signingSecret, /^whsec_/)
    assert.notEqual(signingSecret, current.signingSecret)
  })

  test('makes a verify token anew when it is cleared', () => {
    const { whatsapp: sender } = made({ whatsapp: { verifyToken: null } }, { current })
    assert.match(sender?.verifyToken ?? '', /^[0-9a-f]{32}$/)
    assert.notEqual(sender?.verifyToken, current.whatsapp?.verifyToken)
  })

  test('leaves secrets that are sent as they were answered', () => {
    const sent = {
      id: '1',
      whatsapp: { accessToken: '…', appSecret: '…', verifyToken: '…', webhook: 'registered' },
      callbacks: { basicAuth: { username: 'other', password: '…' } },
      signingSecret: '…',
    }
    const changed = made(sent, { current })
    assert.deepEqual(changed.whatsapp, current.whatsapp)
    assert.deepEqual(changed.callbacks.basicAuth, { username: 'other', password: 'secret' })
    assert.equal(changed.signingSecret, current.signingSecret)
  })

  test('cannot leave a secret that is not there, change the id, or take the name away', () => {
    const bare = made({ name: 'Bare', whatsapp })
    assert.deepEqual(Object.keys(flawsOf({ whatsapp: { accessToken: '…' } }, bare)), ['whatsapp.accessToken'])
    const none = { name: 'Acme', whatsapp: { ...whatsapp, verifyToken: '…' } }
    assert.deepEqual(Object.keys(flawsOf(none)), ['whatsapp.verifyToken'])
    assert.deepEqual(Object.keys(flawsOf(none, made({ name: 'Acme' }))), ['whatsapp.verifyToken'])
    assert.deepEqual(flawsOf({ id: '2' }, bare), { id: 'is not known' })
    assert.deepEqual(flawsOf({ name: null }, bare), { name: 'must be string' })
  })

  test('names what a member that it makes still needs', () => {
    const bare = made({ name: 'Bare' })
    assert.deepEqual(flawsOf({ whatsapp: { from: '2799900002' } }, bare), {
      'whatsapp.phoneNumberId': 'is missing',
    })
  })
})

test('an integration that replaces one keeps the secrets that were made for it, and no others', () => {
  const replaces = made({ name: 'Acme', whatsapp: { ...whatsapp, accessToken: 'token' }, ordered: true })
  const next = made({ name: 'Acme', whatsapp }, { replaces })
  assert.equal(next.signingSecret, replaces.signingSecret)
  assert.equal(next.whatsapp?.verifyToken, replaces.whatsapp?.verifyToken)
  assert.deepEqual([next.whatsapp?.accessToken, next.ordered], ['', false])
})
