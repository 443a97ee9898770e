import assert from 'node:assert/strict'
import { test } from 'node:test'
import { messageReader } from './http-messages.ts'

const accepted =
  'HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{"error":null'
const empty = 'HTTP/1.1 204 No Content\r\n\r\n'
const busy = 'HTTP/1.1 503 Service Unavailable\r\ncontent-length:2\r\nretry-after: 1\r\n\r\n{}'

function linesIn(...chunks: string[]): string[] {
  const lines: string[] = []
  const read = messageReader((firstLine) => lines.push(firstLine))
  for (const chunk of chunks) read(Buffer.from(chunk), chunk.length)
  return lines
}

const cases = [
  { name: 'one message in one chunk is found', chunks: [accepted], lines: ['HTTP/1.1 202 Accepted'] },
  { name: 'a message without a length has no body', chunks: [empty], lines: ['HTTP/1.1 204 No Content'] },
  {
    name: 'messages that came together are found in order',
    chunks: [accepted + empty + busy],
    lines: ['HTTP/1.1 202 Accepted', 'HTTP/1.1 204 No Content', 'HTTP/1.1 503 Service Unavailable'],
  },
  {
    name: 'a message is found only when all of its body is there',
    chunks: [accepted.slice(0, -1)],
    lines: [],
  },
  { name: 'a head that lacks its last byte is none yet', chunks: [empty.slice(0, -1)], lines: [] },
]
for (const { name, chunks, lines } of cases) test(name, () => assert.deepEqual(linesIn(...chunks), lines))

test('wherever messages are cut in two, the same ones are found', () => {
  const text = accepted + busy + empty
  const whole = linesIn(text)
  for (let cut = 1; cut < text.length; cut++)
    assert.deepEqual(linesIn(text.slice(0, cut), text.slice(cut)), whole, `cut at ${cut}`)
  assert.deepEqual(linesIn(...text), whole, 'byte by byte')
})

test('only as much of a chunk is read as came', () => {
  const lines: string[] = []
  const read = messageReader((firstLine) => lines.push(firstLine))
  read(Buffer.from(empty + accepted), empty.length)
  assert.deepEqual(lines, ['HTTP/1.1 204 No Content'])
})

test('a length in the body does not count as one of the head', () => {
  assert.deepEqual(linesIn(`POST / HTTP/1.1\r\nhost: a\r\n\r\n${accepted}`), [
    'POST / HTTP/1.1',
    'HTTP/1.1 202 Accepted',
  ])
})

test('a body of unknown length is refused', () => {
  assert.throws(
    () => linesIn('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'),
    /content-length/,
  )
})

test('what never becomes a head is refused', () => {
  assert.throws(() => linesIn('x'.repeat(10_000)), /without end/)
})
