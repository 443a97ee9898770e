import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import type { shown } from './phones/message.ts'
import type { Phone } from './phones/phone.ts'
import { type Options, openSandbox, type Sandbox } from './sandbox.ts'

/** What the tests of the sandbox share: the sandbox itself, a business's receiver on the wire, and how to ask. */

export async function open(t: TestContext, options: Partial<Options> = {}): Promise<Sandbox> {
  const sandbox = await openSandbox({ host: '127.0.0.1', port: 0, ...options })
  t.after(() => sandbox[Symbol.asyncDispose]())
  return sandbox
}

export const phoneNumberId = 'id-2799900101'
export const businessNumber = '2799900101'
export const msisdn = '27820000001'

export interface Answer<Body> {
  status: number
  type: string
  body: Body
}

/** What the sandbox answers, as far as tests look inside. */
export type ShownMessage = ReturnType<typeof shown> & { text?: string }
export interface Sent {
  contacts: unknown[]
  messages: { id: string }[]
}
export interface Refused {
  error: {
    message: string
    type: string
    code: number
    error_data: { messaging_product: string; details: string }
    fbtrace_id: string
  }
}

/** `Body` is what the test expects; its assertions find out. */
export async function ask<Body = unknown>(
  { url }: Sandbox,
  request: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<Body>> {
  const [method = '', path = ''] = request.split(' ')
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(path.startsWith('/graph') ? { authorization: 'Bearer any' } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await answer.text()
  const type = answer.headers.get('content-type') ?? ''
  // Not known to be true: a test with a wrong expectation fails at its first look inside.
  return { status: answer.status, type, body: (type.includes('json') ? JSON.parse(text) : text) as Body }
}

/** The business sends a text; the answer is its id. */
export async function sendText(sandbox: Sandbox, text: string, more: object = {}): Promise<string> {
  const message = { messaging_product: 'whatsapp', to: msisdn, type: 'text', text: { body: text }, ...more }
  const { body } = await ask<Sent>(sandbox, `POST /graph/v23.0/${phoneNumberId}/messages`, message)
  return body.messages[0]?.id ?? ''
}

/** Sends a message of any type, which must be taken; the answer is what the phone then shows of it. */
export async function sendAndShow(sandbox: Sandbox, message: object): Promise<object> {
  const answer = await sendMessage<Sent>(sandbox, message)
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  const shown = (await messagesOf(sandbox)).find(({ id }) => id === answer.body.messages[0]?.id)
  assert.ok(shown)
  const { id, from, to, at, ticks, direction, ...content } = shown
  return content
}

/** Sends a message of any type, which must be refused; the answer is Meta's error, and nothing is on the phone. */
export async function sendRefused(sandbox: Sandbox, message: object): Promise<Refused['error']> {
  const answer = await sendMessage<Refused>(sandbox, message)
  assert.ok(answer.body.error, JSON.stringify(answer.body))
  assert.deepEqual(await messagesOf(sandbox), [])
  return answer.body.error
}

function sendMessage<Body>(sandbox: Sandbox, message: object): Promise<Answer<Body>> {
  const path = `/graph/v23.0/${phoneNumberId}/messages`
  return ask<Body>(sandbox, `POST ${path}`, { messaging_product: 'whatsapp', to: msisdn, ...message })
}

/** Uploads a file; the answer is its id. */
export async function upload(
  { url }: Sandbox,
  { type, content }: { type: string; content: Uint8Array<ArrayBuffer> },
): Promise<string> {
  const form = new FormData()
  form.set('messaging_product', 'whatsapp')
  form.set('type', type)
  form.set('file', new Blob([content], { type }), 'file')
  const answer = await fetch(`${url}/graph/v23.0/${phoneNumberId}/media`, {
    method: 'POST',
    headers: { authorization: 'Bearer any' },
    body: form,
  })
  const { id } = (await answer.json()) as { id: string } // or the assertion fails
  assert.equal(answer.status, 200)
  return id
}

export async function userIdOf(sandbox: Sandbox): Promise<string> {
  return (await ask<Phone>(sandbox, `GET /phones/${msisdn}`)).body.userId
}

/** The person writes a text to the business. */
export function write(sandbox: Sandbox, text: string, more: object = {}): Promise<Answer<ShownMessage>> {
  return ask(sandbox, `POST /phones/${msisdn}/messages`, { to: businessNumber, type: 'text', text, ...more })
}

export async function messagesOf(sandbox: Sandbox, of = msisdn): Promise<ShownMessage[]> {
  const { body } = await ask<ShownMessage[]>(sandbox, `GET /phones/${of}/messages`)
  return body
}

/** How far each message of the phone got, oldest first. */
export async function ticksOf(sandbox: Sandbox, of = msisdn): Promise<string> {
  return (await messagesOf(sandbox, of)).map(({ ticks }) => ticks).join()
}

export function register(sandbox: Sandbox, url: string): Promise<Answer<unknown>> {
  const webhook_configuration = { override_callback_uri: url, verify_token: 'verify-me' }
  return ask(sandbox, `POST /graph/v23.0/${phoneNumberId}`, { webhook_configuration })
}

export interface Post {
  headers: IncomingHttpHeaders
  raw: Buffer
  body: { object: string }
  changes: Change[]
}

interface Change {
  field: string
  value: {
    messaging_product: string
    metadata: object
    contacts: object[]
    statuses?: Status[]
    messages?: { id: string; text?: { body: string } }[]
  }
}

interface Status {
  id: string
  status: string
  conversation?: { id: string }
}

/** A business's webhook receiver. It passes the challenge and keeps every post. */
export interface Receiver {
  url: string
  posts: Post[]
  /** Decides what a post is answered, by default 200. It may take its time. */
  answer: (post: Post) => number | Promise<number>
  close(): void
  /** All statuses of all posts that got 200, in the order they came. */
  statuses(): Status[]
  /** All messages of all posts that got 200, in the order they came. */
  messages(): { id: string }[]
}

export async function openReceiver(t: TestContext, port = 0): Promise<Receiver> {
  const taken: Post[] = []
  const receiver: Receiver = {
    url: '',
    posts: [],
    answer: () => 200,
    close,
    statuses: () => changesOf(taken).flatMap(({ value }) => value.statuses ?? []),
    messages: () => changesOf(taken).flatMap(({ value }) => value.messages ?? []),
  }
  const server = createServer(async (request, response) => {
    if (request.method === 'GET') {
      const { searchParams } = new URL(request.url ?? '/', 'http://receiver')
      const right =
        searchParams.get('hub.mode') === 'subscribe' && searchParams.get('hub.verify_token') === 'verify-me'
      response.writeHead(right ? 200 : 403).end(searchParams.get('hub.challenge'))
      return
    }
    const raw = Buffer.concat(await request.toArray())
    const body = JSON.parse(raw.toString())
    const changes = body.entry.flatMap((entry: { changes: Change[] }) => entry.changes)
    const post = { headers: request.headers, raw, body, changes }
    receiver.posts.push(post)
    const status = await receiver.answer(post)
    if (status === 200) taken.push(post)
    response.writeHead(status).end()
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  t.after(close)
  function close(): void {
    server.close()
    server.closeAllConnections()
  }
  // A server on a TCP port has an address of this kind.
  const address = server.address() as AddressInfo
  receiver.url = `http://127.0.0.1:${address.port}/webhook`
  return receiver
}

export function changesOf(posts: Post[]): Change[] {
  return posts.flatMap(({ changes }) => changes)
}

/** Asks until the answer is true, for at most five seconds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

export interface ServerEvent {
  id?: string
  event?: string
  data?: unknown
}

/** A reader of server-sent events; what it has read grows while the stream is open. */
export async function openEvents(t: TestContext, url: string, headers: Record<string, string> = {}) {
  const stopped = new AbortController()
  t.after(() => stopped.abort())
  const answer = await fetch(url, { headers, signal: stopped.signal })
  const events: ServerEvent[] = []
  const stream = { answer, events, ended: read(), close: () => stopped.abort() }

  async function read(): Promise<void> {
    let rest = ''
    try {
      for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        const blocks = (rest + chunk).split('\n\n')
        rest = blocks.pop() ?? ''
        events.push(...blocks.map(eventOf))
      }
    } catch (error) {
      if (!stopped.signal.aborted) throw error
    }
  }
  return stream
}

function eventOf(block: string): ServerEvent {
  const fields = block.split('\n').map((line) => line.split(/: (.*)/s))
  const { id, event, data } = Object.fromEntries(fields)
  return { ...(id && { id }), ...(event && { event }), ...(data && { data: JSON.parse(data) }) }
}
