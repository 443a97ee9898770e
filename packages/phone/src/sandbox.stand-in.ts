import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname } from 'node:path'
import { pageFolder } from '../page.js'
import type { Business, Callback, Draft, Leads, Message, Phone, Ticks } from './api.ts'
import type { Fault } from './faults.ts'

/** The page and, on the wire, as much of a sandbox as it asks for. What happens is up to the test. */
export interface StandIn extends AsyncDisposable {
  url: string
  businesses: Business[]
  /** Where buttons lead that are no replies, by the message's id and the button's number: `a 1`. */
  leads: Map<string, Leads>
  /** What people wrote, as it was asked for. */
  drafts: Draft[]
  /** What is armed. */
  faults: Fault[]
  /** What the clock is ahead. */
  offsetMs: number
  /** What each answer to a turn of the clock says of gateways. */
  gateways: { url: string; turned: boolean; problem?: string }[]
  phone(msisdn: string): Phone
  /** A message appears on the phone, or is replaced. */
  put(msisdn: string, message: Message): void
  tick(msisdn: string, id: string, ticks: Ticks): void
  callBack(receiver: string, callback: Callback): void
  messages(msisdn: string): Message[]
  /** Ends the streams, and refuses new ones until told otherwise. */
  hangUp(): void
  pickUp(): void
}

export async function openStandIn(): Promise<StandIn> {
  const phones = new Map<string, Phone>()
  const threads = new Map<string, Message[]>()
  const callbacks = new Map<string, Callback[]>()
  const streams = new Map<string, Set<ServerResponse>>()
  const leads = new Map<string, Leads>()
  const businesses: Business[] = []
  const drafts: Draft[] = []
  const files = new Map<string, { contentType: string; bytes: Buffer }>()
  let isUp = true
  let count = 0

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => response.writeHead(500).end(String(error)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A TCP server that listens has such an address.
  const { port } = server.address() as AddressInfo

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://stand-in')
    const [, kind = '', name = '', part, id, action = ''] = pathname.split('/')
    const route = `${request.method} ${part === undefined ? kind : `${kind}/…/${part}`}${id ? '/…' : ''}`
    const body = request.method === 'POST' || request.method === 'PUT' ? await bodyOf(request) : {}

    if (part === 'events') return isUp ? stream(`${kind}/${name}`, response) : json(response, 503, {})
    switch (route) {
      case 'GET phones':
        return json(response, 200, name ? phone(name) : [...phones.values()])
      case 'PUT phones':
        Object.assign(phone(name), body)
        emit(`phones/${name}`, 'phone', phone(name))
        return json(response, 200, phone(name))
      case 'GET phones/…/messages':
        return json(response, 200, messages(name))
      case 'POST phones/…/messages':
        return json(response, ...write(name, body as unknown as Draft))
      case 'GET phones/…/messages/…': {
        const file = files.get(id ?? '')
        if (!file) return json(response, 404, {})
        return void response.writeHead(200, { 'content-type': file.contentType }).end(file.bytes)
      }
      case 'POST phones/…/messages/…':
        if (action === 'press') return json(response, ...press(name, `${id}`, Number(body.button)))
        tick(name, id ?? '', 'read')
        return json(response, 200, {})
      case 'GET clock':
        return json(response, 200, clock())
      case 'POST clock':
        standIn.offsetMs += Number(body.ms)
        return json(response, 200, { ...clock(), gateways: standIn.gateways })
      case 'GET faults':
        return json(response, 200, standIn.faults)
      case 'PUT faults':
        standIn.faults = body as unknown as Fault[]
        return json(response, 200, standIn.faults)
      case 'GET businesses':
        return json(response, 200, businesses)
      case 'GET callbacks':
        return json(response, 200, callbacks.get(name) ?? [])
      case 'DELETE callbacks':
        callbacks.delete(name)
        return json(response, 200, {})
      default:
        return page(pathname, response)
    }
  }

  const clock = () => ({ now: Date.now() + standIn.offsetMs, offsetMs: standIn.offsetMs })

  function write(msisdn: string, draft: Draft): [status: number, body: unknown] {
    if (!businesses.some(({ number }) => number === draft.to))
      return [404, { detail: `Nobody has registered the business number ${draft.to}` }]
    drafts.push(draft)
    const id = nextId()
    const envelope = { id, from: msisdn, ticks: 'sent', direction: 'out', at: clock().now } as const
    if (draft.type !== 'media') {
      const { type, ...said } = draft
      return [201, put(msisdn, { ...said, ...envelope, kind: type })]
    }
    const { media, type, ...said } = draft
    const { contentType, fileName, caption = '', data } = media
    const bytes = Buffer.from(data, 'base64')
    files.set(id, { contentType, bytes })
    const [kind = ''] = contentType.split('/')
    const shown = {
      kind: ['image', 'video', 'audio'].includes(kind) ? kind : 'document',
      media: { contentType, fileName, bytes: bytes.length, url: `/phones/${msisdn}/messages/${id}/media` },
      ...(caption && { caption }),
    }
    return [201, put(msisdn, { ...said, ...envelope, ...shown })]
  }

  function press(msisdn: string, id: string, place: number): [status: number, body: unknown] {
    const pressed = messages(msisdn).find((message) => message.id === id)
    const button = pressed?.buttons?.[place - 1]
    if (!pressed || !button) return [404, { detail: 'No such button' }]
    if (button.type !== 'reply') return [200, leads.get(`${id} ${place}`)]
    if (button.pressed) return [409, { detail: 'This button has been pressed' }]
    button.pressed = true
    emit(`phones/${msisdn}`, 'message', pressed)
    return [201, put(msisdn, { ...answerTo(pressed), id: nextId(), text: button.text, at: clock().now })]
  }

  function nextId(): string {
    count += 1
    return `written-${count}`
  }

  function phone(msisdn: string): Phone {
    const known = phones.get(msisdn)
    if (known) return known
    const made: Phone = {
      msisdn,
      profileName: '',
      onWhatsApp: true,
      online: true,
      autoRead: false,
      deliverAfterMs: 0,
      blocked: [],
      hasNumber: true,
    }
    phones.set(msisdn, made)
    return made
  }

  function messages(msisdn: string): Message[] {
    return threads.get(msisdn) ?? []
  }

  function put(msisdn: string, message: Message): Message {
    phone(msisdn)
    threads.set(msisdn, [...messages(msisdn).filter(({ id }) => id !== message.id), message])
    emit(`phones/${msisdn}`, 'message', message)
    return message
  }

  function tick(msisdn: string, id: string, ticks: Ticks): void {
    for (const message of messages(msisdn)) if (message.id === id) message.ticks = ticks
    emit(`phones/${msisdn}`, 'tick', { id, ticks })
  }

  function callBack(receiver: string, callback: Callback): void {
    callbacks.set(receiver, [...(callbacks.get(receiver) ?? []), callback])
    emit(`callbacks/${receiver}`, 'callback', callback)
  }

  function stream(name: string, response: ServerResponse): void {
    const listeners = streams.get(name) ?? new Set()
    streams.set(name, listeners.add(response))
    response.on('close', () => listeners.delete(response))
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.write(': here\n\n')
  }

  function emit(name: string, event: string, data: unknown): void {
    for (const listener of streams.get(name) ?? []) {
      listener.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
    }
  }

  const standIn: StandIn = {
    url: `http://127.0.0.1:${port}`,
    businesses,
    leads,
    drafts,
    faults: [],
    offsetMs: 0,
    gateways: [],
    phone,
    put,
    tick,
    callBack,
    messages,
    hangUp() {
      isUp = false
      for (const listeners of streams.values()) for (const listener of listeners) listener.destroy()
    },
    pickUp() {
      isUp = true
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return standIn
}

function answerTo({ id, from, to }: Message): Omit<Message, 'id' | 'at'> {
  return { from: to, to: from, kind: 'text', ticks: 'sent', direction: 'out', replyTo: id }
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}

/** With the policy a careful server would send, so that the page is held to it. */
async function page(pathname: string, response: ServerResponse): Promise<void> {
  const file = new URL(`.${pathname === '/' ? '/index.html' : pathname}`, pageFolder)
  const content = await readFile(file).catch(() => undefined)
  if (!content) return json(response, 404, {})
  response.writeHead(200, {
    'content-type': types[extname(file.pathname)] ?? 'application/octet-stream',
    'content-security-policy': "default-src 'self'; img-src 'self' data:",
  })
  response.end(content)
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text === '' ? {} : JSON.parse(text)
}
