import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../support/eventually.ts'
import { scriptedGraph, taken } from '../support/graph.ts'
import { adminToken, ask, ids, install, keys, numbers } from '../support/installation.ts'
import { freePort, ready, start } from '../support/processes.ts'

/** A disk that is full: nothing is acknowledged, readiness says so, and it recovers without a restart. */
test('a full disk: 19 and 901 with HTTP 503, not ready, and back without a restart', async (t) => {
  const disk = await smallDisk(t)
  if (!disk) return
  const installation = await install(disk.scope, { env: disk.env })
  assert.equal((await installation.send('one', [text])).httpStatus, 202)

  await disk.fill()
  // What is allocated already may still take a little.
  const refused = await eventually(async () => {
    const heard = await installation.send('one', hundred)
    return heard.httpStatus === 503 && heard
  }, 'a send is refused')
  assert.deepEqual(refused.json, { error: { code: 19, description: 'Internal error, please retry.' } })
  assert.equal(refused.headers['retry-after'], '1')

  const legacy = await installation.send('legacy', hundred)
  assert.equal(legacy.httpStatus, 503)
  assert.deepEqual(legacy.json, {
    messages: [],
    error: { errorCode: 901, error: 'Internal error -please retry.' },
  })
  await eventually(
    async () => (await installation.ask('GET', '/health/ready')).httpStatus === 503,
    'it says that it is not ready',
  )
  assert.equal((await installation.ask('GET', '/health/live')).httpStatus, 200)

  await disk.clear()
  await eventually(
    async () => (await installation.ask('GET', '/health/ready')).httpStatus === 200,
    'it is ready again',
  )
  const later = await installation.send('one', [
    { ...text, content: 'After the flood', clientMessageId: 'later' },
  ])
  assert.equal(later.httpStatus, 202)
  await installation.received.one.call(({ raw }) => raw.includes('"later"') && raw.includes('DEVICE_ACK'))
})

test('a stop while the disk is full takes seconds, and what was under way counts as uncertain', async (t) => {
  const disk = await smallDisk(t)
  if (!disk) return
  const graph = await scriptedGraph(disk.scope, numbers.one)
  const answers: (() => void)[] = []
  graph.answerWith((sent, response) => void answers.push(() => taken(sent, response)))
  const folder = await mkdtemp(join(tmpdir(), 'waypost-outage-'))
  disk.scope.after(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'provision.json')
  const integration = {
    id: ids.one,
    name: 'Test',
    generation: 'one',
    apiKeys: [{ key: keys.one }],
    whatsapp: graph.sender,
    uncertainWaitMs: 100,
  }
  await writeFile(file, JSON.stringify({ integrations: [integration] }))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const gatewayAt = () =>
    start('packages/gateway/src/main.ts', [], {
      ...disk.env,
      WAYPOST_PORT: String(port),
      WAYPOST_DATA: folder,
      WAYPOST_PROVISION: file,
      WAYPOST_ADMIN_TOKEN: adminToken,
    })
  const send = (messages: unknown[]) =>
    ask(`${url}/v1/message`, 'POST', { key: keys.one, body: { messages } })

  const gateway = gatewayAt()
  disk.scope.after(async () => gateway.child.kill('SIGKILL'))
  await ready(url, gateway)
  const twenty = Array.from({ length: 20 }, (_, i) => ({ ...text, to: `279990000${10 + i}` }))
  const { messages } = (await send(twenty)).json as { messages: { apiMessageId: string }[] }
  await graph.sentTimes(20)
  await disk.fill()
  await eventually(async () => (await send(hundred)).httpStatus === 503, 'a send is refused')
  await eventually(async () => (await send([text])).httpStatus === 503, 'a small one too: nothing is left')
  for (const answer of answers) answer()
  const lines = (event: string) => gateway.output().split(`"msg":"${event}"`).length - 1
  await eventually(async () => lines('store.failed') > 0, 'the outage is logged')
  await sleep(2000) // long enough for each of the twenty to be tried several times
  assert.equal(lines('store.failed'), 1 + lines('store.recovered'), 'once an outage')
  assert.ok(lines('store.failed') < 5, gateway.output())

  const stoppedAt = performance.now()
  gateway.child.kill('SIGTERM')
  assert.equal(await gateway.ended, 0, gateway.output())
  assert.ok(performance.now() - stoppedAt < 5000, `${performance.now() - stoppedAt} ms`)

  await disk.clear()
  graph.answerWith(taken)
  const next = gatewayAt()
  disk.scope.after(async () => next.child.kill('SIGKILL'))
  await ready(url, next)
  for (const { apiMessageId } of messages)
    await eventually(async () => {
      const { text } = await ask(`${url}/admin/messages/${apiMessageId}`, 'GET', {
        headers: { authorization: `Bearer ${adminToken}` },
      })
      return /"status":"sent"/.test(text)
    }, `${apiMessageId} is known to be sent`)
  next.child.kill('SIGTERM')
  assert.equal(await next.ended, 0, next.output())
})

const text = { to: '27999000001', content: 'x'.repeat(4000) }
const hundred = Array.from({ length: 100 }, () => text)

/** A disk of its own for a ledger, which is gone after whatever was opened on it. */
async function smallDisk(t: TestContext) {
  const opened = new AsyncDisposableStack() // closed from the last to the first: the gateway, then its disk
  t.after(() => opened.disposeAsync())
  const disk = await mkdtemp(join(tmpdir(), 'waypost-disk-'))
  opened.defer(() => rm(disk, { recursive: true, force: true }))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk])
  if (mounted.status !== 0) return t.skip('only root may mount a small disk to fill')
  opened.defer(() => void spawnSync('umount', ['--lazy', disk]))
  const filler = join(disk, 'filler')
  return {
    env: { WAYPOST_DATABASE_URL: `sqlite:${disk}/ledger.db` },
    scope: { after: (undo: () => Promise<unknown>) => opened.defer(async () => void (await undo())) },
    fill: () =>
      assert.rejects(async () => {
        for (;;) await appendFile(filler, Buffer.alloc(64 * 1024))
      }, /ENOSPC/),
    clear: () => rm(filler),
  }
}
