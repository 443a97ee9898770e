import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { scriptedGraph } from './support/graph.ts'
import { install, numbers } from './support/installation.ts'
import { start } from './support/processes.ts'
import { receiver } from './support/receiver.ts'

test('from the moment of a stop nothing new is sent, however long a callback under way takes', async (t) => {
  const hung = Promise.withResolvers<void>()
  const graph = await scriptedGraph(t, numbers.one)
  const silent = await receiver(t, () => hung.promise)
  const installation = await install(t, {
    one: { whatsapp: { ...graph.sender, messagesPerSecond: 10 }, callbacks: { statusUrl: silent.url } },
  })
  const messages = Array.from({ length: 40 }, (_, i) => ({ to: `279990000${10 + i}`, content: 'Hello' }))
  assert.equal((await installation.send('one', messages)).httpStatus, 202)
  await silent.call(() => true)

  let stopped = false
  const restarting = installation.restart().then(() => {
    stopped = true
  })
  await sleep(200) // for what is under way
  const sent = graph.sends.length
  await sleep(1500) // a second and a half's worth would have followed
  assert.equal(graph.sends.length, sent)
  assert.ok(!stopped && sent < 40)

  hung.resolve()
  await restarting
  await graph.sentTimes(40)
})

for (const signal of ['SIGTERM', 'SIGINT'] as const)
  test(`a gateway that still waits for its database ends at ${signal}`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'waypost-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    const silent = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1')
    t.after(() => silent.close())
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo // it listens on TCP
    const gateway = start('packages/gateway/src/main.ts', ['serve'], {
      WAYPOST_PORT: '0',
      WAYPOST_DATA: folder,
      WAYPOST_ADMIN_TOKEN: 'a token for tests only',
      WAYPOST_DATABASE_URL: `postgres://waypost@127.0.0.1:${port}/waypost`,
    })
    t.after(() => gateway.child.kill('SIGKILL'))
    await once(silent, 'connection')
    gateway.child.kill(signal)
    assert.equal(await gateway.ended, 0, gateway.output())
    assert.match(gateway.output(), /"gateway.stopped"/)
  })
