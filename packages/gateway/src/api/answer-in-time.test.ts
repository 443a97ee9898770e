import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import Fastify from 'fastify'
import { answerInTime } from './answer-in-time.ts'

/** A connection to a server that answers once the request is there, or never. */
async function connected(t: TestContext, answer: () => Promise<unknown>) {
  const server = Fastify({ forceCloseConnections: true })
  t.after(() => server.close())
  answerInTime(server, 50)
  server.post('/', answer)
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.server.address() as AddressInfo // of a TCP server
  const socket = connect({ host: '127.0.0.1', port })
  await once(socket, 'connect')
  socket.write(
    'POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 2\r\ncontent-type: application/json\r\n\r\n',
  )
  return socket
}

test('an answer that does not come is waited for so long, and no longer', async (t) => {
  const socket = await connected(t, () => new Promise(() => {}))
  socket.write('{}')
  assert.equal(await text(socket), '')
})

test('a request that takes longer to come is answered', async (t) => {
  const socket = await connected(t, async () => 'here')
  await pause(150)
  socket.write('{}')
  assert.match(await text(socket), /here$/)
})
