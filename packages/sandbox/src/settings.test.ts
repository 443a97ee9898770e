import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { SettingsError, settingsOf } from './settings.ts'

test('everything has a default', () => {
  assert.deepEqual(settingsOf({}), {
    host: '127.0.0.1',
    port: 8090,
    dataFolder: resolve('data/sandbox'),
    logLevel: 'info',
    adminToken: undefined,
    adminTokenFile: resolve('data/admin-token'),
    trustedOrigins: new Set(['http://127.0.0.1:8080']),
  })
})

test('the environment decides, and an empty variable is none', () => {
  const env = {
    WAYPOST_HOST: '0.0.0.0',
    WAYPOST_SANDBOX_PORT: '0',
    WAYPOST_DATA: '/var/waypost',
    WAYPOST_LOG_LEVEL: '',
    WAYPOST_ADMIN_TOKEN: 'a token of sixteen',
    WAYPOST_PUBLIC_URL: 'https://waypost.example/base',
    WAYPOST_PORT: '8000',
  }
  assert.deepEqual(settingsOf(env), {
    host: '0.0.0.0',
    port: 0,
    dataFolder: '/var/waypost/sandbox',
    logLevel: 'info',
    adminToken: 'a token of sixteen',
    adminTokenFile: '/var/waypost/admin-token',
    trustedOrigins: new Set(['https://waypost.example', 'http://0.0.0.0:8000']),
  })
})

test('all problems are named at once', () => {
  const env = { WAYPOST_HOST: 'http://here', WAYPOST_SANDBOX_PORT: '80900', WAYPOST_LOG_LEVEL: 'loud' }
  assert.throws(
    () => settingsOf(env),
    (error) =>
      error instanceof SettingsError &&
      Object.entries(env).every(([name, value]) => error.message.includes(`${name} is "${value}"`)),
  )
})
