import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { ConfigError, loadConfig } from './config.ts'

test('everything has a default that works on a laptop', () => {
  const config = loadConfig({})
  assert.equal(config.WAYPOST_PORT, 8080)
  assert.equal(config.WAYPOST_DATABASE_URL, `sqlite:${resolve('data/waypost.db')}`)
  assert.equal(config.WAYPOST_CALLBACKS_ALLOW_PRIVATE, true)
})

test('the ledger is in the data folder', () => {
  assert.equal(
    loadConfig({ WAYPOST_DATA: '/srv/waypost' }).WAYPOST_DATABASE_URL,
    'sqlite:/srv/waypost/waypost.db',
  )
})

test('an empty variable counts as absent, for the settings that look at it as well', () => {
  const folder = loadConfig({ WAYPOST_DATA: '' })
  assert.equal(folder.WAYPOST_DATABASE_URL, `sqlite:${resolve('data/waypost.db')}`)
  assert.equal(loadConfig({ WAYPOST_SANDBOX_PORT: ' 0 ' }).WAYPOST_CALLBACKS_ALLOW_PRIVATE, false)
  assert.equal(loadConfig({ WAYPOST_PORT: ' ' }).WAYPOST_PORT, 8080)
})

const clocks: [string, Record<string, string>, boolean][] = [
  ['on a laptop', {}, true],
  ['without the sandbox', { WAYPOST_SANDBOX_PORT: '0' }, false],
  ['on a public address', { WAYPOST_HOST: '0.0.0.0' }, false],
  ['on a public address beside a sandbox', { WAYPOST_HOST: '0.0.0.0', WAYPOST_SANDBOX_PORT: '8090' }, true],
  ['when the operator forbids it', { WAYPOST_TEST_CLOCK: 'false' }, false],
]
for (const [when, env, turnable] of clocks)
  test(`the clock ${when} can${turnable ? '' : 'not'} be turned`, () => {
    assert.equal(loadConfig(env).WAYPOST_TEST_CLOCK, turnable)
  })

const privateTargets: [string, Record<string, string>, boolean][] = [
  ['beside the sandbox on loopback', {}, true],
  ['without the sandbox', { WAYPOST_SANDBOX_PORT: '0' }, false],
  ['on a public address', { WAYPOST_HOST: '0.0.0.0' }, false],
  ['when the operator says so', { WAYPOST_HOST: '0.0.0.0', WAYPOST_CALLBACKS_ALLOW_PRIVATE: 'true' }, true],
  ['when the operator forbids it', { WAYPOST_CALLBACKS_ALLOW_PRIVATE: 'false' }, false],
]
for (const [when, env, allowed] of privateTargets)
  test(`callbacks to private addresses ${when}: ${allowed ? 'allowed' : 'refused'}`, () => {
    assert.equal(loadConfig(env).WAYPOST_CALLBACKS_ALLOW_PRIVATE, allowed)
  })

const sandboxes: [string, Record<string, string>, string[]][] = [
  ['on the port that is set', { WAYPOST_SANDBOX_PORT: '9000' }, ['http://127.0.0.1:9000']],
  ['that is not set, since nothing says that there is one', {}, []],
  ['whose port is empty', { WAYPOST_SANDBOX_PORT: ' ' }, []],
  ['that is switched off', { WAYPOST_SANDBOX_PORT: '0' }, []],
  ['on every address', { WAYPOST_SANDBOX_PORT: '9000', WAYPOST_HOST: '0.0.0.0' }, ['http://127.0.0.1:9000']],
  ['on every IPv6 address', { WAYPOST_SANDBOX_PORT: '9000', WAYPOST_HOST: '::' }, ['http://[::1]:9000']],
  ['on one address', { WAYPOST_SANDBOX_PORT: '9000', WAYPOST_HOST: '10.1.2.3' }, ['http://10.1.2.3:9000']],
  ['behind a name', { WAYPOST_SANDBOX_PORT: '9000', WAYPOST_HOST: 'Box.lan' }, ['http://box.lan:9000']],
  ['on the port of the scheme', { WAYPOST_SANDBOX_PORT: '80' }, ['http://127.0.0.1']],
  ['on a host that is none', { WAYPOST_SANDBOX_PORT: '9000', WAYPOST_HOST: 'a host' }, []],
  [
    'while private addresses are forbidden',
    { WAYPOST_SANDBOX_PORT: '9000', WAYPOST_CALLBACKS_ALLOW_PRIVATE: 'false' },
    ['http://127.0.0.1:9000'],
  ],
]
for (const [which, env, origins] of sandboxes)
  test(`of a sandbox ${which}, ${origins[0] ?? 'nothing'} may be called back`, () => {
    assert.deepEqual([...loadConfig(env).callbackOrigins], origins)
  })

test('every problem is named at once, and no secret is printed', () => {
  const env = {
    WAYPOST_PORT: '99999',
    WAYPOST_PUBLIC_URL: 'gateway',
    WAYPOST_ADMIN_TOKEN: 'short-secret',
    WAYPOST_LOG_LEVEL: 'loud',
    WAYPOST_DATABASE_URL: 'mysql://user:short-secret@host/db',
    WAYPOST_MEDIA_URL: 'media',
    WAYPOST_TRUST_PROXY: 'loopback',
    WAYPOST_PROVISION: '/nowhere/at/all.json',
  }
  assert.throws(
    () => loadConfig(env),
    (error) => {
      assert.ok(error instanceof ConfigError)
      for (const name of Object.keys(env)) assert.match(error.message, new RegExp(name))
      assert.doesNotMatch(error.message, /short-secret/)
      return true
    },
  )
})
