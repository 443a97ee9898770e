import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import { describe, type TestContext, test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { callbackSender, type Delivered, type Delivery, type SenderOptions } from './deliver.ts'

const megabyte = 1024 * 1024
const never = new AbortController().signal
const signingSecret = `whsec_${Buffer.from('the signing secret').toString('base64')}`
const someEvent: Omit<Delivery, 'url'> = {
  basicAuth: null,
  signingSecret,
  callback: { id: '0192f0c1a5b47c2d8e3f405162738495', sequence: 42 },
  body: '{"content":"Grüße 👋"}',
}

describe('what is posted', () => {
  test('is the event as JSON, with our name, the sequence and the path and query of the URL', async (t) => {
    const { url, requests } = await receiver(t, [204])
    const { deliver } = sender(t)
    assert.deepEqual(await deliver({ ...someEvent, url: `${url}/hooks/in?key=a%20b` }, never), {
      httpStatus: 204,
      verdict: 'delivered',
    })
    const [request] = requests
    assert.equal(request?.method, 'POST')
    assert.equal(request?.path, '/hooks/in?key=a%20b')
    assert.equal(request?.body, '{"content":"Grüße 👋"}')
    assert.partialDeepStrictEqual(request?.headers, {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(request?.body ?? '')),
      'user-agent': 'Waypost/1.2.3',
      'webhook-id': someEvent.callback.id,
      'waypost-sequence': '42',
    })
    assert.equal(request?.headers.authorization, undefined)
  })

  test('carries HTTP Basic as configured, colons and letters outside ASCII included', async (t) => {
    const { url, requests } = await receiver(t, [204])
    const basicAuth = { username: 'waypost', password: 'pass:wörd' }
    await sender(t).deliver({ ...someEvent, url, basicAuth }, never)
    const [, encoded = ''] = requests[0]?.headers.authorization?.split(' ') ?? []
    assert.match(requests[0]?.headers.authorization ?? '', /^Basic /)
    assert.equal(Buffer.from(encoded, 'base64').toString(), 'waypost:pass:wörd')
  })

  test('has a signature that the Standard Webhooks library verifies', async (t) => {
    const { url, requests } = await receiver(t, [204])
    await sender(t).deliver({ ...someEvent, url }, never)
    const { body, headers } = requests[0] ?? assert.fail('nothing was posted')
    // Those that the library looks at are single strings.
    const single = headers as Record<string, string>
    assert.deepEqual(new Webhook(signingSecret).verify(body, single), { content: 'Grüße 👋' })
    assert.throws(() => new Webhook(signingSecret).verify(body.replace('G', 'g'), single))
  })

  test('has the same id on each attempt and the time of each', async (t) => {
    const { url, requests } = await receiver(t, [500, 204])
    let now = Date.UTC(2026, 0, 1)
    const { deliver } = sender(t, { now: () => now })
    await deliver({ ...someEvent, url }, never)
    now += 5000
    await deliver({ ...someEvent, url }, never)
    const seen = requests.map(({ headers }) => [headers['webhook-id'], headers['webhook-timestamp']])
    assert.deepEqual(seen, [
      [someEvent.callback.id, '1767225600'],
      [someEvent.callback.id, '1767225605'],
    ])
  })

  test('goes over one connection while the receiver keeps it', async (t) => {
    const { url, requests, connections } = await receiver(t, [204, 500, 200, 302])
    const { deliver } = sender(t, { connectionsPerOrigin: 1 })
    for (let i = 0; i < 4; i++) await deliver({ ...someEvent, url }, never)
    assert.equal(requests.length, 4)
    assert.equal(connections(), 1)
  })
})

describe('an answer', () => {
  const verdicts: [Delivered['verdict'], ...statuses: number[]][] = [
    ['delivered', 200, 201, 202, 204, 299],
    ['final', 300, 301, 302, 303, 304, 307, 308],
    ['retry', 400, 401, 403, 404, 408, 410, 413, 429, 500, 502, 503, 504, 599, 999],
  ]
  for (const [verdict, ...statuses] of verdicts) {
    for (const httpStatus of statuses) {
      test(`${httpStatus} means ${verdict}`, async (t) => {
        const elsewhere = await receiver(t, [204])
        const { url } = await receiver(t, [httpStatus], { location: elsewhere.url })
        const expected = { httpStatus, verdict, ...(verdict === 'final' && { error: 'redirect' }) }
        assert.deepEqual(await sender(t).deliver({ ...someEvent, url }, never), expected)
        assert.equal(elsewhere.connections(), 0)
      })
    }
  }

  for (const [framing, headers] of [
    ['announced', { 'content-length': 100 * megabyte }],
    ['in chunks', {}],
  ] as const) {
    test(`of 100 MB ${framing} is cut off, and its status counts`, async (t) => {
      let written = 0
      const closed = Promise.withResolvers<void>()
      const url = await server(t, (_, answer) => {
        answer.writeHead(200, headers)
        const chunk = Buffer.alloc(64 * 1024)
        const chunks = Readable.from(
          (function* () {
            for (; written < 100 * megabyte; written += chunk.length) yield chunk
          })(),
          { highWaterMark: 1 },
        )
        chunks.pipe(answer).on('close', () => {
          chunks.destroy()
          closed.resolve()
        })
      })
      const result = await sender(t).deliver({ ...someEvent, url }, never)
      assert.deepEqual(result, { httpStatus: 200, verdict: 'delivered' })
      await closed.promise
      // What the two kernels' socket buffers took before the connection was closed.
      assert.ok(written < 16 * megabyte, `${written} bytes were written`)
    })
  }

  const bodies: [when: string, httpStatus: number, write: (socket: Socket) => void][] = [
    ['never ends', 200, () => {}],
    ['breaks off', 200, (socket) => socket.destroy()],
    ['breaks off by a reset', 200, (socket) => socket.resetAndDestroy()],
    ['drips', 200, (socket) => drip(socket, 'x')],
    ['never ends', 503, () => {}],
  ]
  for (const [when, httpStatus, write] of bodies) {
    test(`${httpStatus} whose body ${when} counts as ${httpStatus}`, { timeout: 5000 }, async (t) => {
      const url = await rawServer(t, (socket) => {
        const head = `HTTP/1.1 ${httpStatus} Some\r\ncontent-length: 1000\r\n\r\nbegin`
        socket.write(head, () => write(socket))
      })
      const { deliver } = sender(t, { timeoutMs: 300 })
      const verdict = httpStatus === 200 ? 'delivered' : 'retry'
      assert.deepEqual(await deliver({ ...someEvent, url }, never), { httpStatus, verdict })
    })
  }
})

describe('a slow answer', () => {
  test('counts when it comes in time, byte by byte', async (t) => {
    const url = await rawServer(t, (socket) => {
      const answer = [...'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n']
      const timer = setInterval(() => {
        const next = answer.shift()
        if (next === undefined) clearInterval(timer)
        else socket.write(next)
      }, 2)
      socket.on('close', () => clearInterval(timer))
    })
    const result = await sender(t).deliver({ ...someEvent, url }, never)
    assert.deepEqual(result, { httpStatus: 200, verdict: 'delivered' })
  })
})

describe('no answer', () => {
  const faults: [when: string, error: Delivered['error'], onRequest: (socket: Socket) => void][] = [
    ['nothing comes', 'timeout', () => {}],
    ['the status line drips', 'timeout', (socket) => drip(socket, 'HTTP/1.1 200 O', 'K')],
    ['the headers drip', 'timeout', (socket) => drip(socket, 'HTTP/1.1 200 OK\r\n', 'x-drip: 1\r\n')],
    [
      'there are only interim answers',
      'timeout',
      (socket) => drip(socket, '', 'HTTP/1.1 102 Processing\r\n\r\n'),
    ],
    ['the connection is closed', 'reset', (socket) => socket.end()],
    ['the connection is reset', 'reset', (socket) => socket.resetAndDestroy()],
    ['it breaks off in the headers', 'reset', (socket) => socket.end('HTTP/1.1 200 OK\r\nx-a: ')],
    ['it is not HTTP', 'not http', (socket) => socket.end('220 mail.example ESMTP\r\n')],
    ['the headers never end', 'not http', (socket) => flood(socket, `x-flood: ${'x'.repeat(1000)}\r\n`)],
  ]
  for (const [when, error, onRequest] of faults) {
    test(`is ${error} when ${when}`, { timeout: 5000 }, async (t) => {
      const url = await rawServer(t, onRequest)
      const result = await sender(t, { timeoutMs: 300 }).deliver({ ...someEvent, url }, never)
      assert.deepEqual(result, { error, verdict: 'retry' })
    })
  }

  test('is refused when nobody listens', async (t) => {
    const result = await sender(t).deliver({ ...someEvent, url: await closedUrl() }, never)
    assert.deepEqual(result, { error: 'refused', verdict: 'retry' })
  })

  test('is dns when the name is unknown', async (t) => {
    const resolve = () => Promise.reject(Object.assign(new Error(), { code: 'ENOTFOUND' }))
    const result = await sender(t, { resolve }).deliver({ ...someEvent, url: 'http://gone.example' }, never)
    assert.deepEqual(result, { error: 'dns', verdict: 'retry' })
  })

  test('is tls when https meets something else', async (t) => {
    const { url } = await receiver(t, [204])
    const https = url.replace('http:', 'https:')
    assert.deepEqual(await sender(t).deliver({ ...someEvent, url: https }, never), {
      error: 'tls',
      verdict: 'retry',
    })
  })

  test('is a timeout when https is never answered in TLS', { timeout: 5000 }, async (t) => {
    const url = await rawServer(t, () => {})
    const { deliver } = sender(t, { timeoutMs: 300 })
    const result = await deliver({ ...someEvent, url: url.replace('http:', 'https:') }, never)
    assert.deepEqual(result, { error: 'timeout', verdict: 'retry' })
  })

  test('is a forbidden address when the operator allows no private ones; nothing is connected to', async (t) => {
    const { url, connections } = await receiver(t, [204])
    const { deliver } = sender(t, { allowPrivate: () => false })
    const hosts = [
      '127.0.0.1',
      'localhost',
      '2130706433',
      '0177.0.0.1',
      '0x7f000001',
      '[::1]',
      '[::ffff:127.0.0.1]',
    ]
    for (const host of hosts) {
      const spelled = url.replace('127.0.0.1', host)
      const result = await deliver({ ...someEvent, url: spelled }, never)
      assert.deepEqual(result, { error: 'forbidden address', verdict: 'retry' }, host)
    }
    assert.equal(connections(), 0)
  })

  for (const url of ['nonsense', 'ftp://example.com', 'http://user:s3cret@127.0.0.1']) {
    test(`is a bad url when the URL is ${url}`, async (t) => {
      assert.deepEqual(await sender(t).deliver({ ...someEvent, url }, never), {
        error: 'bad url',
        verdict: 'retry',
      })
    })
  }

  test('is a bad signing secret when that cannot be read', async (t) => {
    const { url, connections } = await receiver(t, [204])
    const result = await sender(t).deliver({ ...someEvent, url, signingSecret: 'whsec_***' }, never)
    assert.deepEqual(result, { error: 'bad signing secret', verdict: 'retry' })
    assert.equal(connections(), 0)
  })

  test('is an unreadable file when that breaks off, and not the fault of the endpoint', async (t) => {
    const { url, connections } = await receiver(t, [204])
    async function* pieces(): AsyncIterable<Buffer> {
      yield Buffer.from('{"content":"')
      throw Object.assign(new Error('the bucket is gone'), { code: 'ECONNRESET' })
    }
    const result = await sender(t).deliver({ ...someEvent, url, body: { bytes: 100, pieces } }, never)
    assert.deepEqual(result, { error: 'file unreadable', verdict: 'retry' })
    assert.equal(connections(), 0)
  })

  test('is stopped when we stop, before the attempt or during it', { timeout: 5000 }, async (t) => {
    const asked = Promise.withResolvers<void>()
    const url = await rawServer(t, () => asked.resolve())
    const { deliver } = sender(t)
    const stopping = new AbortController()
    const attempt = deliver({ ...someEvent, url }, stopping.signal)
    await asked.promise
    stopping.abort()
    assert.deepEqual(await attempt, { error: 'stopped', verdict: 'retry' })
    const another = await deliver({ ...someEvent, url }, stopping.signal)
    assert.deepEqual(another, { error: 'stopped', verdict: 'retry' })
  })
})

describe('one receiver', () => {
  test('that hangs with all its connections taken does not delay another', { timeout: 5000 }, async (t) => {
    const slow = await rawServer(t, () => {})
    const quick = await receiver(t, [204])
    const { deliver } = sender(t, { connectionsPerOrigin: 2 })
    const stopping = new AbortController()
    const stuck = Array.from({ length: 6 }, () => deliver({ ...someEvent, url: slow }, stopping.signal))
    const { verdict } = await deliver({ ...someEvent, url: quick.url }, never)
    assert.equal(verdict, 'delivered')
    stopping.abort()
    for (const { error } of await Promise.all(stuck)) assert.equal(error, 'stopped')
  })

  test('that has no connection free in time is a timeout for those that wait for one', async (t) => {
    const url = await rawServer(t, () => {})
    const { deliver } = sender(t, { timeoutMs: 500, connectionsPerOrigin: 1 })
    const began = performance.now()
    const results = await Promise.all(Array.from({ length: 40 }, () => deliver({ ...someEvent, url }, never)))
    assert.ok(results.every(({ error }) => error === 'timeout'))
    assert.ok(performance.now() - began < 20 * 500, 'not one after the other')
  })

  test('is recovered from: after a timeout the next attempt has a new connection', {
    timeout: 5000,
  }, async (t) => {
    let requests = 0
    const url = await rawServer(t, (socket) => {
      if (++requests > 1) socket.write('HTTP/1.1 204 No Content\r\n\r\n')
    })
    const { deliver } = sender(t, { timeoutMs: 200, connectionsPerOrigin: 1 })
    assert.equal((await deliver({ ...someEvent, url }, never)).error, 'timeout')
    assert.equal((await deliver({ ...someEvent, url }, never)).verdict, 'delivered')
  })
})

function sender(t: TestContext, options: Partial<SenderOptions> = {}) {
  const made = callbackSender({ now: Date.now, version: '1.2.3', allowPrivate: () => true, ...options })
  t.after(() => made[Symbol.asyncDispose]())
  return made
}

interface Received {
  method: string | undefined
  path: string | undefined
  headers: IncomingHttpHeaders
  body: string
}

/** Gives these statuses in turn and keeps what was posted. */
async function receiver(t: TestContext, statuses: number[], headers = {}) {
  const requests: Received[] = []
  let connections = 0
  const listener: RequestListener = async (request, answer) => {
    const body = Buffer.concat(await request.toArray()).toString()
    requests.push({ method: request.method, path: request.url, headers: request.headers, body })
    answer.writeHead(statuses[requests.length - 1] ?? 500, headers).end()
  }
  const url = await server(t, listener, () => connections++)
  return { url, requests, connections: () => connections }
}

async function server(t: TestContext, listener: RequestListener, onConnection = () => {}): Promise<string> {
  const http = createServer(listener).on('connection', onConnection)
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  t.after(() => {
    http.closeAllConnections()
    http.close()
  })
  return urlOf(http.address())
}

/** For what `node:http` would not say: the socket, once the request has begun to arrive. */
async function rawServer(t: TestContext, onRequest: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const tcp = createTcpServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {}) // The sender ends connections at any time: that is what is tested.
    socket.once('data', () => onRequest(socket))
  })
  tcp.listen(0, '127.0.0.1')
  await once(tcp, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    tcp.close()
  })
  return urlOf(tcp.address())
}

async function closedUrl(): Promise<string> {
  const tcp = createTcpServer().listen(0, '127.0.0.1')
  await once(tcp, 'listening')
  const url = urlOf(tcp.address())
  tcp.close()
  await once(tcp, 'close')
  return url
}

function urlOf(address: unknown): string {
  // A TCP server's address is an object with a port.
  return `http://127.0.0.1:${(address as AddressInfo).port}`
}

function drip(socket: Socket, first: string, rest = first) {
  socket.write(first)
  const timer = setInterval(() => socket.write(rest), 10)
  socket.on('close', () => clearInterval(timer))
}

function flood(socket: Socket, header: string) {
  const more = () => {
    while (!socket.destroyed && socket.write(header)) {}
  }
  socket.on('drain', more).write('HTTP/1.1 200 OK\r\n')
  more()
}
