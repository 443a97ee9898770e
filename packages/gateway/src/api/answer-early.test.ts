import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import Fastify from 'fastify'
import { answerEarly } from './answer-early.ts'

const piece = Buffer.alloc(256 * 1024)

/** A connection to a server that answers before it has read anything, with the head of a long request on it. */
async function asked(t: TestContext, patienceMs?: number) {
  const server = Fastify()
  t.after(() => server.close())
  server.addContentTypeParser('*', (_request, _bytes, done) => done(null))
  server.post('/', (request, reply) => {
    answerEarly(request, reply, patienceMs)
    return reply.code(400).send('too much')
  })
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.server.address() as AddressInfo // of a TCP server
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true }) // goes on writing
  socket.write(
    `POST / HTTP/1.1\r\nhost: a\r\ncontent-type: a/b\r\ncontent-length: ${1000 * piece.length}\r\n\r\n`,
  )
  return socket
}

test('a client that writes on for a while hears the answer', async (t) => {
  const socket = await asked(t)
  for (let i = 0; i < 100; i++) if (!socket.write(piece)) await once(socket, 'drain')
  assert.match(await text(socket), /^HTTP\/1\.1 400 .*\r\nconnection: close\r\n.*too much$/s)
})

test('a client that never stops writing is cut off', async (t) => {
  const socket = (await asked(t, 50)).resume()
  const writing = setInterval(() => socket.write(piece), 5)
  const { promise, resolve } = Promise.withResolvers<string>()
  socket.on('error', ({ message }) => resolve(message))
  const reset = await promise
  clearInterval(writing)
  assert.match(reset, /EPIPE|ECONNRESET/)
})
