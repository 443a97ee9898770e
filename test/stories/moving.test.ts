import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { cp, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pino } from 'pino'
import postgres from 'postgres'
import { loadConfig } from '../../packages/gateway/src/config.ts'
import { openGateway, roles } from '../../packages/gateway/src/gateway.ts'
import { bucketServer } from '../../packages/gateway/src/media/s3/testing.ts'
import { startServer } from '../../packages/gateway/src/store/postgres/testing.ts'
import { eventually } from '../support/eventually.ts'
import { refusal, scriptedGraph, taken } from '../support/graph.ts'
import { adminToken, ask, type Installation, install, keys, numbers } from '../support/installation.ts'
import { type Running, start } from '../support/processes.ts'
import type { Received } from '../support/receiver.ts'

/** An installation that lives in its data folder moves to PostgreSQL and S3 with everything that it has under way. */
test('a moved installation goes on where it was, however often the copy was killed', async (t) => {
  const graph = await scriptedGraph(t, numbers.one)
  const whatsapp = { ...graph.sender, messagesPerSecond: 1000, pairLimit: false }
  const old = await install(t, { one: { whatsapp }, env: { ...embedded, WAYPOST_SEAL_CONTENT: 'true' } })
  const told = old.received.one
  await eventually(async () => graph.webhookUrl()?.startsWith(old.url), 'the webhook is registered')

  // What is done with, and reported of only later.
  await send(old.url, texts('early', 30))
  await graph.sentTimes(30)
  const [read, unread] = [graph.sends.slice(0, 10), graph.sends.slice(10)]
  for (const sent of read) await graph.post({ statuses: [graph.status(sent, 'delivered')] })
  const files = await Promise.all(Array.from({ length: 6 }, (_, i) => upload(old.url, i)))
  await graph.post(graph.message('text', { body: 'Hi' }))
  await told.call(({ raw }) => raw.includes('"moText"'))

  // What waits: for the supplier, for the business, for its turn.
  graph.answerWith(refusal(131016))
  await send(old.url, texts('refused for a while', 5))
  await graph.sentTimes(35)
  told.answerWith(() => 503)
  for (const sent of unread.slice(0, 5)) await graph.post({ statuses: [graph.status(sent, 'delivered')] })
  await told.call(({ raw }) => raw.includes('DEVICE_ACK') && raw.includes(unread[0]?.opaque ?? '-'))
  await old.restart(['api'])
  const waiting = await send(old.url, texts('waiting', 100), 'request-1')
  for (let request = 0; request < 20; request++) await send(old.url, texts(`more ${request}`, 100))
  await old.stop()
  const before = await fingerprint(old)
  graph.sends.splice(30) // those that were refused

  const target = await targets(t)
  const { env } = target
  const killed = await copyWithKills(t, old, target)
  assert.ok(
    killed.some((tables) => tables > 0),
    `it was killed in the middle: ${killed}`,
  )
  assert.equal(await fingerprint(old), before, 'what was copied is as it was')

  // Without the key that credentials are sealed with nothing starts.
  const folder = join(old.folder, 'new')
  await mkdir(folder)
  await assert.rejects(gatewayAt(t, { ...env, WAYPOST_DATA: folder }), /this is not the key/)
  await cp(join(old.folder, 'keys.json'), join(folder, 'keys.json'))

  graph.answerWith(taken)
  told.answerWith(() => 204)
  const { url } = await gatewayAt(t, { ...env, WAYPOST_DATA: folder })
  await eventually(async () => graph.webhookUrl()?.startsWith(url), 'the webhook is registered anew')

  assert.deepEqual(await send(url, texts('waiting', 100), 'request-1'), waiting, 'an answer is remembered')
  for (const sent of unread) await graph.post({ statuses: [graph.status(sent, 'read')] })
  for (const { opaque } of unread)
    await told.call(({ raw }) => raw.includes('"READ"') && raw.includes(opaque), 30_000)
  for (const { id, sha256 } of files) {
    const answer = await fetch(`${url}/v1/media?fileId=${id}`, { headers: { authorization: keys.one } })
    assert.equal(sha256Of(await answer.bytes()), sha256)
  }
  await graph.sentTimes(30 + 5 + 2100, 60_000)
  await eventually(async () => (await waitingAt(url)) === 0, 'nothing waits any more', 60_000)
  assert.deepEqual(
    graph.sends.map(({ text }) => text).sort(),
    [...new Set(graph.sends.map(({ text }) => text))].sort(),
    'each was sent once',
  )
  assert.equal(graph.sends.length, 30 + 5 + 2100)
  gapless(told.calls.filter(({ raw }) => raw.includes('"messageStatusUpdate"')))
})

/** Whatever the run of tests keeps things in. */
const embedded = { WAYPOST_DATABASE_URL: '', WAYPOST_MEDIA_URL: '' }

const texts = (name: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({
    to: `2799911${String(1000 + i)}`,
    content: `${name} ${i}`,
  }))

async function send(url: string, messages: unknown[], key?: string): Promise<unknown> {
  const headers = key === undefined ? {} : { 'idempotency-key': key }
  const heard = await ask(`${url}/v1/message`, 'POST', { key: keys.one, headers, body: { messages } })
  assert.equal(heard.httpStatus, 202, heard.text)
  return heard.json
}

async function upload(url: string, number: number) {
  const bytes = Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    randomBytes(number * 2_000_000 + 5000),
  ])
  const headers = { 'content-type': 'image/png' }
  const { json } = await ask(`${url}/v1/media?fileName=a.png`, 'POST', {
    key: keys.one,
    headers,
    body: bytes,
  })
  return { id: (json as { fileId: string }).fileId, sha256: sha256Of(bytes) } // the contract of uploads
}

const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Of all that makes up the old installation. */
async function fingerprint({ folder }: Installation): Promise<string> {
  const hash = createHash('sha256')
  for (const name of ['waypost.db', 'keys.json']) hash.update(await readFile(join(folder, name)))
  return hash.digest('hex')
}

interface Targets {
  env: Record<string, string>
  /** How many tables a copy has begun. */
  begun(): Promise<number>
}

async function targets(t: TestContext): Promise<Targets> {
  const server = await startServer()
  t.after(() => server[Symbol.asyncDispose]())
  const bucket = await bucketServer()
  t.after(() => bucket[Symbol.asyncDispose]())
  const url = await server.newDatabase()
  const sql = postgres(url, { max: 1 })
  t.after(() => sql.end())
  return {
    env: {
      WAYPOST_DATABASE_URL: url,
      WAYPOST_MEDIA_URL: `s3:${bucket.location('moved')}`,
      WAYPOST_SEAL_CONTENT: 'true',
      AWS_ACCESS_KEY_ID: 'any',
      AWS_SECRET_ACCESS_KEY: 'any',
    },
    async begun() {
      const [row] = await sql.unsafe('SELECT progress FROM copies').catch(() => [])
      return Object.keys(JSON.parse(row?.progress ?? '{}')).length
    },
  }
}

/** Answers how far it was each time that it was killed. */
async function copyWithKills(t: TestContext, { folder }: Installation, { env, begun }: Targets) {
  const { WAYPOST_DATABASE_URL, WAYPOST_MEDIA_URL, ...credentials } = env
  const args = [`--to-database=${WAYPOST_DATABASE_URL}`, `--to-media=${WAYPOST_MEDIA_URL}`]
  const again = (): Running => {
    const copying = start('packages/gateway/src/copy-command.ts', args, {
      ...credentials,
      WAYPOST_DATA: folder,
      WAYPOST_ADMIN_TOKEN: adminToken,
    })
    t.after(() => copying.child.kill('SIGKILL'))
    return copying
  }
  const killed: number[] = []
  for (const atLeast of [0, 1, 8, 13, 14, 23, 27]) {
    const copying = again()
    await eventually(
      async () => (await begun()) >= atLeast || copying.child.exitCode !== null,
      `${atLeast} tables are begun`,
      60_000,
    )
    copying.child.kill('SIGKILL')
    if ((await copying.ended) === 'SIGKILL') killed.push(await begun())
    if (killed.length === 3)
      await assert.rejects(
        gatewayAt(t, { ...env, WAYPOST_DATA: join(folder, 'too-early') }),
        /is not finished/,
      )
  }
  const last = again()
  assert.equal(await last.ended, 0, last.output())
  assert.match(last.output(), /messages +2,135 /)
  assert.match(last.output(), /keys\.json/)
  const more = again()
  assert.equal(await more.ended, 0, more.output())
  assert.match(more.output(), /There was nothing to do/)
  return killed
}

async function gatewayAt(t: TestContext, env: Record<string, string>) {
  const config = loadConfig({ WAYPOST_PORT: '0', ...env })
  const log = pino({ level: 'silent' })
  const gateway = await openGateway({ config, log, adminToken, version: '0.0.0', roles })
  t.after(() => gateway[Symbol.asyncDispose]())
  return gateway
}

async function waitingAt(url: string): Promise<number> {
  const headers = { authorization: `Bearer ${adminToken}` }
  const { json } = await ask(`${url}/admin/lanes`, 'GET', { headers })
  const { items } = json as { items: { waiting: number }[] } // the contract of lanes
  return items.reduce((sum, { waiting }) => sum + waiting, 0)
}

/** Every number from 1 to the highest was told, each of one event. */
function gapless(calls: Received[]) {
  const events = new Map(calls.map(({ headers }) => [headers['webhook-id'], headers['waypost-sequence']]))
  const sequences = Array.from(events.values(), Number).sort((a, b) => a - b)
  assert.deepEqual(
    sequences,
    sequences.map((_, i) => i + 1),
  )
}
