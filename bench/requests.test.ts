import assert from 'node:assert/strict'
import { test } from 'node:test'
import { messageReader } from './http-messages.ts'
import { recipientPool, requestMaker } from './requests.ts'

const shape = { apiKey: 'a-key', messages: 3, recipients: recipientPool(50), connection: 7 }

interface Sent {
  messages: { to: string; clientMessageId: string }[]
}

const bodyOf = (bytes: Buffer): Sent => JSON.parse(bytes.toString().split('\r\n\r\n')[1] ?? '')

test('a request is one whole HTTP message', () => {
  const lines: string[] = []
  const bytes = requestMaker(shape)()
  messageReader((firstLine) => lines.push(firstLine))(bytes, bytes.length)
  assert.deepEqual(lines, ['POST /v1/message HTTP/1.1'])
  assert.match(bytes.toString(), /\r\nauthorization: a-key\r\n/)
})

test('no client message id comes twice, on no connection', () => {
  const makers = [7, 8].map((connection) => requestMaker({ ...shape, connection }))
  const ids = makers.flatMap((make) =>
    Array.from({ length: 200 }, () => bodyOf(make()).messages.map(({ clientMessageId }) => clientMessageId)),
  )
  assert.equal(new Set(ids.flat()).size, 2 * 200 * 3)
})

test('every recipient of the pool is written to', () => {
  const make = requestMaker(shape)
  const recipients = Array.from({ length: 50 }, () => bodyOf(make()).messages.map(({ to }) => to)).flat()
  assert.deepEqual(new Set(recipients), new Set(shape.recipients.map(String)))
})

test('the recipients of a pool differ', () => {
  assert.equal(new Set(recipientPool(5000).map(String)).size, 5000)
})
