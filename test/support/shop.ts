import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { textOn } from './crowd.ts'
import { engines } from './engines.ts'
import { eventually } from './eventually.ts'
import { adminToken, ask, ids, keys, numbers, type PhoneMessage } from './installation.ts'
import { freePort, ready, start } from './processes.ts'
import { type Received, receiver } from './receiver.ts'
import { sandboxSender } from './sandbox-sender.ts'

/** How many messages ended in which status code, by what they say. */
export type Ends = Record<string, Record<number, number>>

/**
 * The shop's gateway and the sandbox, and whoever counts what they do. Answers are taken for what their contracts say:
 * other tests hold them to that, and a count that is off fails here.
 */
export async function openShop(t: TestContext) {
  const { url, sandboxUrl, calls } = await installed(t)
  /** Id → what the message says, of what was accepted. */
  const accepted = new Map<string, string>()
  const refused: Record<number, number> = {}
  const done = { texts: 0, presses: 0, files: 0, places: 0 }

  const admin = async (path: string, method: 'GET' | 'POST' = 'GET') => {
    const headers = { authorization: `Bearer ${adminToken}` }
    const { httpStatus, text, json } = await ask(`${url}${path}`, method, { headers })
    assert.equal(httpStatus, 200, text)
    return json
  }
  const sandbox = async (method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown) => {
    const { httpStatus, text, json } = await ask(`${sandboxUrl}${path}`, method, body ? { body } : {})
    assert.ok(httpStatus < 300, `${path}: ${text}`)
    return json
  }
  /** Every item of a list of the admin API, page by page. */
  async function* all<Item>(path: string, cursor = 'cursor'): AsyncGenerator<Item> {
    for (let next: string | null = ''; next !== null; ) {
      const place = next && `&${cursor}=${encodeURIComponent(next)}`
      const page = (await admin(`${path}&limit=200${place}`)) as { items: Item[]; nextCursor: string | null }
      yield* page.items
      next = page.nextCursor
    }
  }
  async function send(to: string[], says: string, message: object) {
    for (let from = 0; from < to.length; from += 100) {
      const messages = to.slice(from, from + 100).map((to) => ({ to, clientMessageId: says, ...message }))
      const { json } = await ask(`${url}/v1/message`, 'POST', { key: keys.one, body: { messages } })
      for (const { apiMessageId, error } of (json as Answer).messages)
        if (error) refused[error.code] = (refused[error.code] ?? 0) + 1
        else accepted.set(apiMessageId, says)
    }
  }
  const messagesOf = async (msisdn: string) =>
    (await sandbox('GET', `/phones/${msisdn}/messages`)) as (PhoneMessage & { replyTo?: string })[]
  await admin(`/admin/integrations/${ids.one}/templates/sync`, 'POST')

  return {
    callbacks: calls,
    accepted,
    refused,
    done,
    faults: (faults: object[]) => sandbox('PUT', '/faults', faults),
    phone: (msisdn: string, settings: object) => sandbox('PUT', `/phones/${msisdn}`, settings),
    async clock(ms: number) {
      const { gateways } = (await sandbox('POST', '/clock/advance', { ms })) as { gateways: object[] }
      assert.partialDeepStrictEqual(gateways, [{ url, turned: true }])
    },
    send: (to: string[], says: string) => send(to, says, { content: says }),
    sendTemplate: (to: string[], says: string) => send(to, says, { template: templateOf(says) }),
    async writes(msisdn: string, kind: keyof typeof done, message: object) {
      await sandbox('POST', `/phones/${msisdn}/messages`, { to: numbers.one, ...message })
      done[kind]++
    },
    async presses(msisdn: string, button: number) {
      const [campaign] = await messagesOf(msisdn)
      await sandbox('POST', `/phones/${msisdn}/messages/${campaign?.id}/press`, { button })
      done.presses++
    },
    /** Waits until the callbacks of these messages say how they end. */
    async comesTo(says: string, end: Record<number, number>) {
      const found = () => endsIn(calls, accepted)[says]
      await eventually(async () => isDeepStrictEqual(found(), end), says, 60_000).catch(() => {})
      assert.deepEqual(found(), end, says)
    },
    async settled() {
      await eventually(
        async () => {
          const { items } = (await admin('/admin/lanes')) as { items: { waiting: number }[] }
          return items.every(({ waiting }) => waiting === 0)
        },
        'nothing waits',
        60_000,
      )
    },
    heard: () => actsIn(eventsIn(calls)),
    async isOpen(msisdn: string) {
      const { open } = (await admin(`/admin/integrations/${ids.one}/windows/${msisdn}`)) as { open: boolean }
      return open
    },
    async endsByClient() {
      const found: Ends = {}
      await each([...accepted], async ([id, says]) => {
        const { json } = await ask(`${url}/v1/message/${id}`, 'GET', { key: keys.one })
        count(found, says, (json as { whatsapp: { statusCode: number } }).whatsapp.statusCode)
      })
      return found
    },
    endsByCallbacks: () => endsIn(calls, accepted),
    async endsByAdmin() {
      const found: Ends = {}
      const path = `/admin/messages?integrationId=${ids.one}`
      for await (const { clientMessageId, statusCode } of all<Found>(path))
        count(found, clientMessageId, statusCode.one)
      return found
    },
    async onPhones(people: string[]) {
      const ends: Ends = {}
      const acts = { texts: 0, presses: 0, files: 0, places: 0 }
      await each(people, async (msisdn) => {
        for (const message of await messagesOf(msisdn))
          if (message.direction === 'in') count(ends, textOn(message), message.ticks === 'read' ? 6 : 5)
          else if (message.replyTo) acts.presses++
          else
            acts[{ text: 'texts', image: 'files', location: 'places' }[message.kind] as keyof typeof acts]++
      })
      return { ends, acts }
    },
    /** The bodies that an endpoint was told, by what the operator sees. */
    events: async (endpoint: 'message' | 'status') =>
      (
        await Array.fromAsync(
          all<{ body: Body }>(`/admin/integrations/${ids.one}/events?endpoint=${endpoint}`, 'after'),
        )
      ).map(({ body }) => body),
    async callbackStates() {
      const path = `/admin/callbacks?integrationId=${ids.one}`
      return countsOf((await Array.fromAsync(all<{ state: string }>(path))).map(({ state }) => state))
    },
    async metrics() {
      const { text } = await ask(`${url}/metrics`, 'GET', {})
      const counters = new Map(text.split('\n').map((line) => line.split(' ') as [string, string]))
      return (name: string) => Number(counters.get(name))
    },
  }
}

/** Both programs, and the business that is called back. */
async function installed(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'waypost-shop-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const business = await receiver(t)
  const kept = await engines(folder, t)
  const [port, sandboxPort] = [await freePort(), await freePort()]
  const [url, sandboxUrl] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${sandboxPort}`]
  const env = {
    WAYPOST_PORT: String(port),
    WAYPOST_SANDBOX_PORT: String(sandboxPort),
    WAYPOST_DATA: folder,
    WAYPOST_ADMIN_TOKEN: adminToken,
    WAYPOST_LOG_LEVEL: 'error',
    ...kept.env,
    WAYPOST_PROVISION: join(folder, 'provision.json'),
  }
  const shop = {
    id: ids.one,
    name: 'Bakery',
    apiKeys: [{ key: keys.one, generation: 'one' }],
    whatsapp: {
      ...sandboxSender(sandboxUrl, numbers.one),
      messagesPerSecond: 1000,
      pairLimit: false,
    },
    callbacks: { messageUrl: business.url, statusUrl: business.url },
    words: { stop: { en: ['STOP'] } },
  }
  await writeFile(env.WAYPOST_PROVISION, JSON.stringify({ integrations: [shop] }))
  for (const [program, at] of [
    ['packages/sandbox/src/main.ts', sandboxUrl],
    ['packages/gateway/src/main.ts', url],
  ] as const) {
    const running = start(program, [], env)
    t.after(async () => {
      running.child.kill()
      await running.ended
    })
    await ready(at, running)
  }
  await eventually(async () => {
    const { json } = await ask(`${sandboxUrl}/businesses`, 'GET', {})
    return (json as { webhook: string | null }[]).some(({ webhook }) => webhook !== null)
  }, 'the gateway has registered')
  return { url, sandboxUrl, calls: business.calls }
}

/** The answer to a send, as the One API has it. */
interface Answer {
  messages: { apiMessageId: string; error: { code: number } | null }[]
}
/** A message that the operator finds. */
interface Found {
  clientMessageId: string
  statusCode: { one: number }
}
/** A callback of the One API, as far as the day looks at it. */
interface Body {
  event: Record<string, { relatedMessageId?: string; messageId: string; statusCode: number }[]>
}

const templateOf = (says: string) => ({
  templateName: 'test_header_with_text_quick_reply',
  header: { type: 'text', text: { parameters: { 1: 'today' } } },
  body: { parameters: { 1: says, 2: 'R13.00' } },
  buttons: { suggestedResponse: { postbackData: { 1: 'more', 2: 'call' } } },
})

/** A few at a time. */
export async function each<Item>(items: Item[], act: (item: Item) => Promise<unknown>) {
  for (let from = 0; from < items.length; from += 20) await Promise.all(items.slice(from, from + 20).map(act))
}

function count(ends: Ends, says: string, code: number) {
  const end = ends[says] ?? {}
  ends[says] = { ...end, [code]: (end[code] ?? 0) + 1 }
}

export function countsOf(names: (string | number)[]) {
  return Object.fromEntries(
    Object.entries(Object.groupBy(names, String)).map(([name, all]) => [name, all?.length]),
  )
}

/** Each event once, however often it was told. */
export const eventsIn = (calls: Received[]) =>
  Array.from(
    new Map(calls.map(({ headers, body }) => [headers['webhook-id'], body as unknown as Body])).values(),
  )
export const codesIn = ({ event }: Body) =>
  (event.messageStatusUpdate ?? []).map(({ statusCode }) => statusCode)

/** Statuses climb, and a failure has a higher code than any of the rungs: the highest is the end. */
function endsIn(calls: Received[], accepted: Map<string, string>): Ends {
  const highest = new Map<string, number>()
  for (const { event } of eventsIn(calls))
    for (const { messageId, statusCode } of event.messageStatusUpdate ?? [])
      highest.set(messageId, Math.max(statusCode, highest.get(messageId) ?? 0))
  const found: Ends = {}
  for (const [id, code] of highest) count(found, accepted.get(id) ?? 'not accepted', code)
  return found
}

/** What people did, in the words of the events that tell of it. */
export function actsIn(bodies: Body[]) {
  const acts = { texts: 0, presses: 0, files: 0, places: 0 }
  for (const { event } of bodies)
    for (const [kind, list] of Object.entries(event))
      for (const { relatedMessageId } of list)
        if (kind === 'moMedia') acts.files++
        else if (kind === 'moLocation') acts.places++
        else if (relatedMessageId) acts.presses++
        else if (kind === 'moText') acts.texts++
  return acts
}
