import { createSecretKey } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { Business, Businesses } from '../businesses.ts'
import type { Database } from '../database.ts'
import type { Events } from '../events.ts'
import { type Line, webhookLine } from './line.ts'
import { openOutbox } from './outbox.ts'
import { posting } from './post.ts'
import type { Notice } from './shapes.ts'

/** What the sandbox signs its webhooks with. Public on purpose: it is in the documentation. */
const appSecret = 'sandbox-app-secret'

/** Tells businesses what happens, as Meta does: signed, at least once, for up to seven days. */
export interface Webhooks extends AsyncDisposable {
  /** `messageId` names the person's message that counts as delivered once the receiver has it. */
  tell(phoneNumberId: string, notice: Notice, messageId?: string): void
  /** Registers a URL if it answers the challenge; otherwise nothing changes, and the answer says what was wrong. */
  register(phoneNumberId: string, url: string, verifyToken: string): Promise<{ problem?: string }>
  unregister(phoneNumberId: string): Business
  /** The clock was turned: what is due by it goes out. */
  advanced(): void
}

const graceMs = 2_000

interface Needs {
  database: Database
  businesses: Businesses
  events: Events
  now(): number
  newId(): string
  taken(messageId: string): void
  registered(url: string): void
}

export function openWebhooks(own: Needs): Webhooks {
  const { database, businesses, events, now, newId, taken, registered } = own
  const lines = new Map<string, Line>()
  const http = posting()
  const needs = {
    outbox: openOutbox(database),
    posting: http,
    events,
    appSecret: createSecretKey(Buffer.from(appSecret)),
    now,
    business: businesses.get,
    taken,
  }

  function lineOf(phoneNumberId: string): Line {
    const line = lines.get(phoneNumberId) ?? webhookLine(needs, phoneNumberId)
    lines.set(phoneNumberId, line)
    return line
  }

  async function register(phoneNumberId: string, url: string, verifyToken: string) {
    const problem = await challenge(url, verifyToken)
    if (problem) return { problem }
    businesses.register(phoneNumberId, url)
    events.webhookRegistered({ phoneNumberId, url })
    lineOf(phoneNumberId).restart()
    registered(url)
    return {}
  }

  /** Undefined when the URL answered as it must. */
  async function challenge(url: string, verifyToken: string): Promise<string | undefined> {
    const expected = String(Number.parseInt(newId().slice(-8), 16))
    try {
      const target = new URL(url)
      target.searchParams.set('hub.mode', 'subscribe')
      target.searchParams.set('hub.challenge', expected)
      target.searchParams.set('hub.verify_token', verifyToken)
      const { status, text } = await http.get(target.href)
      if (status !== 200) return `HTTP Status Code = ${status}`
      return text === expected ? undefined : 'The response did not match the challenge'
    } catch (error) {
      return `The URL couldn't be validated: ${error instanceof Error ? error.message : error}`
    }
  }

  // What a former run left behind goes out without anybody asking.
  for (const { phoneNumberId } of businesses.all()) lineOf(phoneNumberId).restart()

  return {
    tell: (phoneNumberId, notice, messageId) => lineOf(phoneNumberId).add(notice, messageId),
    register,
    unregister: (phoneNumberId) => businesses.register(phoneNumberId, undefined),
    advanced() {
      for (const line of lines.values()) line.pump()
    },
    async [Symbol.asyncDispose]() {
      const closed = Promise.all([...lines.values()].map((line) => line.close()))
      // Receivers may finish their answers: what is cut off here is posted twice.
      await Promise.race([closed, setTimeout(graceMs, undefined, { ref: false })])
      await http[Symbol.asyncDispose]()
      await closed
    },
  }
}
