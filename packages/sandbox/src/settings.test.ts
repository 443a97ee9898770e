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
  })
})

test('the environment decides, and an empty variable is none', () => {
  const env = {
    WAYPOST_HOST: '0.0.0.0',
    WAYPOST_SANDBOX_PORT: '0',
    WAYPOST_DATA: '/var/waypost',
    WAYPOST_LOG_LEVEL: '',
  }
  assert.deepEqual(settingsOf(env), {
    host: '0.0.0.0',
    port: 0,
    dataFolder: '/var/waypost/sandbox',
    logLevel: 'info',
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
