import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { pino } from 'pino'
import postgres from 'postgres'
import { loadConfig } from '../packages/gateway/src/config.ts'
import { openGateway, type Role } from '../packages/gateway/src/gateway.ts'
import { suiteServer } from '../packages/gateway/src/store/postgres/suite-server.fake.ts'
import { eventually } from './support/eventually.ts'
import {
  adminToken,
  ask,
  type Installation,
  ids,
  install,
  keys,
  numbers,
  type Overrides,
} from './support/installation.ts'
import { start } from './support/processes.ts'

const to = '27999000001'
const secret = Buffer.alloc(32, 7).toString('base64')

describe('several nodes on one PostgreSQL', () => {
  const server = suiteServer()

  async function nodes(t: TestContext, roles: readonly Role[], overrides: Overrides = {}) {
    const url = await server().newDatabase()
    const env = { WAYPOST_DATABASE_URL: url, WAYPOST_SECRET: secret, WAYPOST_MAX_MESSAGES: '1000' }
    const one = await install(t, { ...overrides, roles, env })
    return { url, one }
  }

  /** Another node beside the first one's. */
  async function another(t: TestContext, one: Installation, url: string, roles: readonly Role[]) {
    const config = loadConfig({
      WAYPOST_PORT: '0',
      WAYPOST_DATA: join(one.folder, 'other'),
      WAYPOST_DATABASE_URL: url,
      WAYPOST_SECRET: secret,
      WAYPOST_LOG_LEVEL: 'silent',
    })
    const log = pino({ level: 'silent' })
    const gateway = await openGateway({ config, log, adminToken, version: '0.0.0', roles })
    t.after(() => gateway[Symbol.asyncDispose]())
    return gateway
  }

  test('what one takes another one sends, and tells the business', async (t) => {
    const { one, url } = await nodes(t, ['api'])
    await another(t, one, url, ['dispatch', 'callbacks'])
    const { httpStatus } = await one.send('one', [{ to, content: 'Hello' }])
    assert.equal(httpStatus, 202)
    await one.received.one.call(() => true)
    assert.equal((await one.phone(to)).length, 1)
  })

  test('what one node served another one serves when the first has stopped', async (t) => {
    const { one, url } = await nodes(t, ['api'])
    const dispatcher = await another(t, one, url, ['dispatch'])
    await one.send('one', [{ to, content: 'first' }])
    await eventually(async () => (await one.phone(to)).length === 1, 'the first is sent')
    await dispatcher[Symbol.asyncDispose]()
    await one.send('one', [{ to, content: 'second' }])
    await another(t, one, url, ['dispatch'])
    await eventually(async () => (await one.phone(to)).length === 2, 'the second is sent')
  })

  test('one that waits until another one has made the tables ends when it is told to', async (t) => {
    const url = await server().newDatabase()
    const folder = await mkdtemp(join(tmpdir(), 'waypost-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    const sql = postgres(url, { max: 1 })
    t.after(() => sql.end())
    await sql`SELECT pg_advisory_lock(hashtext('waypost migrations'))`
    const gateway = start('packages/gateway/src/main.ts', ['serve'], {
      WAYPOST_PORT: '0',
      WAYPOST_DATA: folder,
      WAYPOST_ADMIN_TOKEN: adminToken,
      WAYPOST_DATABASE_URL: url,
    })
    t.after(() => gateway.child.kill('SIGKILL'))
    await eventually(
      async () => (await sql`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`).length > 0,
      'it waits',
    )
    gateway.child.kill('SIGTERM')
    assert.equal(await gateway.ended, 0, gateway.output())
  })

  test('what is changed at one is so at the others', async (t) => {
    const { one, url } = await nodes(t, ['api', 'dispatch'])
    const other = await another(t, one, url, ['api'])
    const nameAt = async () => {
      const response = await fetch(`${other.url}/admin/integrations/${ids.one}`, {
        headers: { authorization: `Bearer ${adminToken}` },
      })
      return ((await response.json()) as { name: string }).name // the contract of integrations
    }
    assert.equal(await nameAt(), 'Test (one)')
    const changed = await one.admin('PATCH', `/admin/integrations/${ids.one}`, { name: 'Another' })
    assert.equal(changed.httpStatus, 200)
    await eventually(async () => (await nameAt()) === 'Another', 'the name is changed at the other node')
  })

  /** Sends one message by a node, and answers what the ledger has of it. */
  async function sentBy(url: string) {
    const { json } = await ask(`${url}/v1/message`, 'POST', {
      key: keys.one,
      body: { messages: [{ to, content: 'Hello' }] },
    })
    const [sent] = (json as { messages: { apiMessageId: string }[] }).messages // as the contract has it
    const found = await ask(`${url}/admin/messages/${sent?.apiMessageId}`, 'GET', {
      headers: { authorization: `Bearer ${adminToken}` },
    })
    return found.json as { status: string; priority: number } // likewise
  }

  test('what one took counts towards the limits of the others', async (t) => {
    const { one, url } = await nodes(t, ['api'], { one: { limits: { perDay: 1000 } } })
    const other = await another(t, one, url, ['api'])
    const thousand = Array.from({ length: 1000 }, () => ({ to, content: 'Hello' }))
    assert.equal((await one.send('one', thousand)).httpStatus, 202)
    const statuses: string[] = []
    async function isLimited() {
      const { status } = await sentBy(other.url)
      statuses.push(status)
      return status === 'volume_limit_daily'
    }
    await eventually(isLimited, 'the other node heard of them', 30_000)
    assert.ok(statuses.length < 1000, 'it would have been limited by itself')
  })

  test('who wrote to one is answered first by the others', async (t) => {
    const { one, url } = await nodes(t, ['api'])
    const other = await another(t, one, url, ['api'])
    assert.equal((await sentBy(other.url)).priority, 1)
    await one.askSandbox('POST', `/phones/${to}/messages`, { to: numbers.one, type: 'text', text: 'Hi' })
    // The supplier tells one of them.
    for (const node of [one.url, other.url])
      await eventually(async () => (await sentBy(node)).priority === 0, `${node} heard of it`, 30_000)
  })
})
