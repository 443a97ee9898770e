import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { request } from 'undici'
import { loadConfig } from '../../packages/gateway/src/config.ts'
import { type Gateway, openGateway, type Role, roles } from '../../packages/gateway/src/gateway.ts'
import { openSandbox } from '../../packages/sandbox/src/sandbox.ts'
import { engines } from './engines.ts'
import { receiver, type Scope } from './receiver.ts'
import { sandboxSender } from './sandbox-sender.ts'
import { tracesIn } from './traces.ts'

/** What a request came to. */
export interface Heard {
  httpStatus: number
  headers: Record<string, string | string[] | undefined>
  text: string
  json: unknown
}

export const adminToken = 'a token for tests only'
export const keys = { one: 'b25lLWtleS1mb3ItdGVzdA==', legacy: 'bGVnYWN5LWtleS10ZXN0cw==' }
export const numbers = { one: '2799900101', legacy: '2799900102' }
export const ids = { one: '00000000000000000000000000000001', legacy: '00000000000000000000000000000002' }

/** Results pinned to recipients, as the published examples show them. */
const recipients = {
  278: 'recipient_invalid',
  2784: 'not_on_channel',
  27123: 'recipient_invalid',
  '27999abcde': 'recipient_invalid',
}

/** Overrides of the two integrations of a test, member by member. */
export type Overrides = Partial<Record<'one' | 'legacy', Record<string, unknown>>> & {
  account?: Record<string, unknown>
  /** Told where the sandbox is. */
  env?: Record<string, string> | ((sandboxUrl: string) => Record<string, string>)
  roles?: readonly Role[]
}

/**
 * A gateway, the sandbox, and a business that is called back: the real parts, on ports of their own, on a data folder
 * that goes with the test. Integrations `one` and `legacy` are called back at `received.one` and `received.legacy`.
 */
export async function install(t: Scope, overrides: Overrides = {}) {
  const opened = new AsyncDisposableStack()
  t.after(() => opened.disposeAsync())
  const folder = await mkdtemp(join(tmpdir(), 'waypost-'))
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  const kept = await engines(folder, { after: (undo) => opened.defer(async () => void (await undo())) })
  const sandbox = opened.use(
    await openSandbox({ host: '127.0.0.1', port: 0, adminToken: async () => adminToken }),
  )
  const received = { one: await receiver(t), legacy: await receiver(t) }

  const integration = (generation: 'one' | 'legacy') => ({
    id: ids[generation],
    name: `Test (${generation})`,
    generation,
    apiKeys: [{ key: keys[generation], generation }],
    whatsapp: sandboxSender(sandbox.url, numbers[generation]),
    callbacks: { messageUrl: received[generation].url, statusUrl: received[generation].url },
    recipients,
    ...overrides[generation],
  })
  const file = join(folder, 'provision.json')
  const provision = { account: overrides.account, integrations: [integration('one'), integration('legacy')] }
  await writeFile(file, JSON.stringify(provision))

  const config = loadConfig({
    WAYPOST_PORT: '0',
    WAYPOST_DATA: folder,
    WAYPOST_PROVISION: file,
    WAYPOST_LOG_LEVEL: 'silent',
    ...kept.env,
    ...(typeof overrides.env === 'function' ? overrides.env(sandbox.url) : overrides.env),
  })
  const log = pino({ level: config.WAYPOST_LOG_LEVEL })
  const start = (as: readonly Role[]) => openGateway({ config, log, adminToken, version: '0.0.0', roles: as })
  let gateway: Gateway = await start(overrides.roles ?? roles)
  opened.defer(() => gateway[Symbol.asyncDispose]())

  return {
    folder,
    sandbox,
    received,
    kept,
    get url() {
      return gateway.url
    },
    stop: async () => gateway[Symbol.asyncDispose](),
    async restart(as: readonly Role[] = roles) {
      await gateway[Symbol.asyncDispose]()
      gateway = await start(as)
    },
    /** All that it keeps. */
    traces: async () => new Map([...(await tracesIn(folder)), ...(await kept.traces())]),
    /** A request to the gateway; an object body goes as JSON. */
    ask: (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, options: Asking = {}) =>
      ask(`${gateway.url}${path}`, method, options),
    /** A send by the integration of that generation's own contract. */
    send: (generation: 'one' | 'legacy', messages: unknown[], headers: Record<string, string> = {}) =>
      ask(`${gateway.url}${generation === 'one' ? '/v1/message' : '/wa/messages'}`, 'POST', {
        key: keys[generation],
        headers,
        body: { messages },
      }),
    admin: (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown) =>
      ask(`${gateway.url}${path}`, method, {
        headers: { authorization: `Bearer ${adminToken}` },
        ...(body === undefined ? {} : { body }),
      }),
    /** What is on a phone, oldest first. */
    async phone(msisdn: string) {
      const { json } = await ask(`${sandbox.url}/phones/${msisdn}/messages`, 'GET', {})
      return json as PhoneMessage[] // the sandbox's own API, documented in docs/sandbox.md
    },
    askSandbox: (method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown) =>
      ask(`${sandbox.url}${path}`, method, body === undefined ? {} : { body }),
  }
}

export type Installation = Awaited<ReturnType<typeof install>>

export interface PhoneMessage {
  id: string
  from: string
  to: string
  kind: string
  text?: string
  /** A template's. */
  body?: string
  buttons?: { type: string; text: string; pressed: boolean }[]
  ticks: string
  direction: 'in' | 'out'
  at: number
}

export interface Asking {
  key?: string
  headers?: Record<string, string>
  body?: unknown
}

export async function ask(
  url: string,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  { key, headers = {}, body }: Asking,
): Promise<Heard> {
  const raw = body === undefined || typeof body === 'string' || body instanceof Uint8Array
  const answer = await request(url, {
    method,
    headers: {
      ...(key && { authorization: key }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: raw ? (body as string | Uint8Array) : JSON.stringify(body) }), // raw says which
  })
  const text = await answer.body.text()
  return { httpStatus: answer.statusCode, headers: answer.headers, text, json: parsed(text) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // not every answer is JSON, and the test says what it wants
  }
}
