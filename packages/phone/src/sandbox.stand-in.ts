import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname } from 'node:path'
import { pageFolder } from '../page.js'
import type { Business, Callback, Leads, Message, Phone, Ticks } from './api.ts'

/** The page and, on the wire, as much of a sandbox as it asks for. What happens is up to the test. */
export interface StandIn extends AsyncDisposable {
  url: string
  businesses: Business[]
  /** Where buttons lead, by the message's id and the button's number: `a 1`. */
  leads: Map<string, Leads>
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
  let isUp = true
  let written = 0

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
      case 'POST phones/…/messages': {
        if (!businesses.some(({ number }) => number === body.to))
          return json(response, 404, { detail: `Nobody has registered the business number ${body.to}` })
        written += 1
        const message = {
          ...(body as { to: string; text: string }),
          id: `written-${written}`,
          from: name,
          kind: 'text',
          ticks: 'sent' as const,
          direction: 'out' as const,
          at: Date.now(),
        }
        put(name, message)
        return json(response, 201, message)
      }
      case 'POST phones/…/messages/…':
        if (action === 'press') return json(response, 200, leads.get(`${id} ${String(body.button)}`))
        tick(name, id ?? '', 'read')
        return json(response, 200, {})
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

  function put(msisdn: string, message: Message): void {
    phone(msisdn)
    threads.set(msisdn, [...messages(msisdn).filter(({ id }) => id !== message.id), message])
    emit(`phones/${msisdn}`, 'message', message)
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

  return {
    url: `http://127.0.0.1:${port}`,
    businesses,
    leads,
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
