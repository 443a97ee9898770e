import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { type ClientRequest, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough, Writable } from 'node:stream'
import { describe, type TestContext, test } from 'node:test'
import { Refused } from '../surface.ts'
import type { Path } from './containers.ts'
import { type Body, type Reading, readBody } from './read-body.ts'
import type { Taker } from './tokenizer.ts'

const limit = 1_000_000
const long = 'x'.repeat(100_000)
const short = Buffer.from(JSON.stringify({ messages: [{ to: '27999000001', content: 'Hello' }] }))

/** Takes the contents of messages, and does nothing with them. */
function contentDropped(path: Path): Taker<Writable> | undefined {
  const [list, , member] = path
  const isContent = path.length === 3 && list === 'messages' && member === 'content'
  return isContent ? unmarked(new Writable({ write: (_bytes, _encoding, done) => done() })) : undefined
}

const unmarked = (to: Writable): Taker<Writable> => ({ to, mark: '' })

/** A server that reads one body as given, and the request to it. */
async function open(t: TestContext, reading: Partial<Reading> = {}, length?: number) {
  const { promise, resolve } = Promise.withResolvers<Body | Refused>()
  const server = createServer((request, response) => {
    const body = readBody(request, { limit, messages: 100, handOut: contentDropped, ...reading }).catch(
      (error: Refused) => error,
    )
    void body.then(() => response.end('heard'))
    resolve(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close().closeAllConnections())
  const { port } = server.address() as AddressInfo
  const headers = length === undefined ? {} : { 'content-length': length }
  const client = request({ port, method: 'POST', headers })
  client.on('error', () => {}) // those that the server closes
  return { client, body: promise }
}

async function read(
  t: TestContext,
  bytes: Uint8Array,
  reading: Partial<Reading> & { chunked?: boolean } = {},
) {
  const { client, body } = await open(t, reading, reading.chunked ? undefined : bytes.length)
  client.end(bytes)
  return { body: await body, client }
}

function isBody(body: Body | Refused): asserts body is Body {
  assert.ok(!(body instanceof Refused))
}

const textOf = (body: Body | Refused) => {
  isBody(body)
  return body.json instanceof Refused ? body.json.reason : Buffer.from(body.json).toString()
}

async function written(client: ClientRequest, text: string) {
  await new Promise((resolve) => client.write(text, resolve))
}

describe('a body', () => {
  for (const { what, bytes } of [
    { what: 'that is short', bytes: short },
    { what: 'that is empty', bytes: Buffer.alloc(0) },
    {
      what: 'of many short strings',
      bytes: Buffer.from(JSON.stringify(Array(10_000).fill('a short string'))),
    },
  ])
    for (const chunked of [false, true])
      test(`${what} is what was sent, ${chunked ? 'in chunks' : 'with its length'}`, async (t) => {
        const { body } = await read(t, bytes, { chunked })
        assert.equal(textOf(body), bytes.toString())
        isBody(body)
        assert.equal(body.sha256(), createHash('sha256').update(bytes).digest('hex'))
      })

  const malformed = [
    { what: 'invalid UTF-8', bytes: Buffer.concat([short, Buffer.from([0xff])]) },
    { what: 'half a character at its end', bytes: Buffer.concat([short, Buffer.from([0xe2, 0x82])]) },
    { what: 'invalid UTF-8 in a long string', bytes: Buffer.from(`["${long}\u00ff${long}"]`, 'latin1') },
    { what: 'a control character in a long string', bytes: Buffer.from(`["${long}\n${long}"]`) },
    { what: 'an escape that there is not', bytes: Buffer.from(`["${long}\\x41${long}"]`) },
  ]
  for (const { what, bytes } of malformed)
    test(`with ${what} is read to its end, hashed, and not worth parsing`, async (t) => {
      const { body } = await read(t, bytes, { chunked: true })
      assert.equal(textOf(body), 'payload_malformed')
      isBody(body)
      assert.equal(body.sha256(), createHash('sha256').update(bytes).digest('hex'))
    })

  const values = `"a":[${'1,'.repeat(40_000)}1]`
  const entries = `"messages":[${'{},'.repeat(40_000)}{}]`
  for (const { what, text, reason } of [
    { what: 'more values than are worth parsing', text: `{${values}}`, reason: 'payload_malformed' },
    { what: 'as many in a message', text: `{"messages":[{${values}}]}`, reason: 'payload_malformed' },
    { what: 'more messages than it may have', text: `{${entries}}`, reason: 'too_many_messages' },
    { what: 'as many entries elsewhere', text: `{"a":{${entries}}}`, reason: 'payload_malformed' },
  ])
    test(`with ${what} is ${reason}`, async (t) => {
      const { body } = await read(t, Buffer.from(text))
      assert.equal(textOf(body), reason)
    })

  test('may have many values where it may have many messages', async (t) => {
    const text = `{${entries}}`
    const { body } = await read(t, Buffer.from(text), { messages: 10_000 })
    assert.equal(textOf(body), text)
  })

  for (const chunked of [false, true])
    test(`over the limit is refused, ${chunked ? 'in chunks' : 'with its length'}, and its sender can be answered`, async (t) => {
      const { body, client } = await read(t, Buffer.alloc(limit + 1, ' '), { chunked })
      assert.ok(body instanceof Refused)
      assert.equal(body.reason, 'payload_too_big')
      const [answer] = await once(client, 'response')
      assert.equal(answer.statusCode, 200)
    })

  for (const length of [1000, 500_000])
    test(`of ${length} bytes whose sender goes away half-way is refused as malformed`, async (t) => {
      const { client, body } = await open(t, {}, length)
      await written(client, '{"messages":[')
      client.destroy()
      const heard = await body
      assert.ok(heard instanceof Refused)
      assert.equal(heard.reason, 'payload_malformed')
    })
})

describe('a long content of a message', () => {
  const text = `{"messages":[{"to":"1","content":"${long}"}]}`
  const kept = `{"messages":[{"to":"1","content":"${'x'.repeat(2 * 4097)}"}]}`

  test('is dropped but for the beginning of it', async (t) => {
    const { body } = await read(t, Buffer.from(text))
    assert.equal(textOf(body), kept)
  })

  test('goes to whoever takes it, who may be slow', async (t) => {
    let heard = ''
    const to = new Writable({
      highWaterMark: 1,
      write(bytes, _encoding, done) {
        heard += bytes
        setImmediate(done)
      },
    })
    const { body } = await read(t, Buffer.from(text), { handOut: () => unmarked(to) })
    assert.equal(textOf(body), kept)
    assert.equal(heard, long)
  })

  test('is read to its end when who takes it has had enough', async (t) => {
    const to = new Writable({
      write(_bytes, _encoding, done) {
        this.destroy()
        done()
      },
    })
    const { body } = await read(t, Buffer.from(text), { handOut: () => unmarked(to) })
    assert.equal(textOf(body), kept)
  })

  const ends: { what: string; end(client: ClientRequest): void; begin?: string }[] = [
    { what: 'is malformed as soon as it is taken', begin: `["${long}\n`, end: (client) => client.end('"]') },
    { what: 'turns out to be malformed later', end: (client) => client.end('\n"]') },
    { what: 'ends before its string', end: (client) => client.end() },
    { what: 'is never sent to its end', end: (client) => client.destroy() },
    { what: 'turns out to be too big', end: (client) => client.end('x'.repeat(limit)) },
  ]
  for (const { what, end, begin = `["${long}` } of ends)
    test(`is taken in vain when the body ${what}`, async (t) => {
      const to = new PassThrough().resume()
      const { promise: asked, resolve } = Promise.withResolvers<void>()
      const handOut = () => {
        resolve()
        return unmarked(to)
      }
      const { client } = await open(t, { handOut })
      client.write(begin)
      await asked
      end(client)
      if (!to.closed) await once(to, 'close')
      assert.equal(to.writableEnded, false)
    })
})
