import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { scriptedGraph } from './support/graph.ts'
import { install, numbers } from './support/installation.ts'
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
