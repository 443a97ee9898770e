import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import Fastify from 'fastify'
import { Agent, request } from 'undici'
import { closeSoon } from './closing.ts'

const connections = {
  'that said nothing': '',
  'with half a request': 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhalf',
}

for (const [which, said] of Object.entries(connections))
  test(`a connection ${which} does not keep the server from closing`, async () => {
    const server = Fastify()
    closeSoon(server, 50)
    server.post('/', async () => 'never reached')
    await server.listen({ host: '127.0.0.1', port: 0 })
    const { port } = server.server.address() as AddressInfo // of a TCP server

    const arrived = once(server.server, 'connection')
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {}) // being cut off is what is wanted
    await arrived
    if (said !== '') {
      socket.write(said)
      await once(server.server, 'request')
    }
    const closed = server.close().then(() => 'closed')
    assert.equal(await Promise.race([closed, sleep(20_000, 'still open', { ref: false })]), 'closed')
  })

test('a request under way is answered, and its connection closed, before the server closes', async (t) => {
  const server = Fastify()
  closeSoon(server)
  const asked = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  server.get('/', async () => {
    asked.resolve()
    await goOn.promise
    return 'the answer'
  })
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  const keptAlive = new Agent({ keepAliveTimeout: 60_000 })
  t.after(() => keptAlive.destroy())
  const answer = request(url, { dispatcher: keptAlive }).then(({ body }) => body.text())
  await asked.promise
  const closed = server.close().then(() => 'closed')
  await sleep(50) // now what is idle has been closed
  goOn.resolve()
  assert.equal(await answer, 'the answer')
  assert.equal(await Promise.race([closed, sleep(3000, 'still open', { ref: false })]), 'closed')
})
