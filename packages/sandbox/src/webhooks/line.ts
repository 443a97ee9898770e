import type { KeyObject } from 'node:crypto'
import type { Business } from '../businesses.ts'
import type { Events } from '../events.ts'
import { postBody, signatureOf } from './body.ts'
import type { Outbox, Waiting } from './outbox.ts'
import type { Posting } from './post.ts'
import { delayAfter, groupSize, triedForMs } from './schedule.ts'
import type { Notice } from './shapes.ts'

export interface Needs {
  outbox: Outbox
  posting: Pick<Posting, 'post'>
  events: Pick<Events, 'webhookRefused' | 'webhookUnreachable' | 'webhookDropped' | 'storageFailed'>
  appSecret: KeyObject
  now(): number
  business(phoneNumberId: string): Business | undefined
  /** The receiver has the person's message. */
  taken(messageId: string): void
}

/** What waits for one business's receiver, and the posts on their way to it. */
export interface Line {
  add(notice: Notice, messageId?: string): void
  /** The receiver registered: try everything now. */
  restart(): void
  /** Posts what is due by now, such as when the clock was turned. */
  pump(): void
  /** Begins no more posts, and resolves when the last one has ended. */
  close(): Promise<void>
}

const postsAtOnce = 4
/** More than this waits in the file only. */
const mostHeld = 2_000
const fewHeld = 500
const afterFaultMs = 1_000

/**
 * Posts a business's notices in order of age: one alone, or whatever came in the same turn and while other posts were
 * under way. What the receiver refuses is tried again by itself, later, and holds nothing up. A receiver that is not
 * there at all pauses the line, and one post now and then finds out when it is back.
 */
export function webhookLine(needs: Needs, phoneNumberId: string): Line {
  const { outbox, events, now } = needs
  let held: Waiting[] = []
  /** When the file has something for us; undefined when it has not. */
  let storedDueAt = outbox.nextDueAt(phoneNumberId)
  let pausedUntil = 0
  let silences = 0
  let closed = false
  let pumpAt: NodeJS.Immediate | undefined
  let wakeAt: NodeJS.Timeout | undefined
  const posts = new Set<Promise<void>>()

  function add(notice: Notice, messageId?: string): void {
    const at = now()
    const hold = held.length < mostHeld
    const waiting = outbox.add({ ...notice, phoneNumberId, messageId, at, dueAt: hold ? undefined : at })
    if (hold) held.push(waiting)
    else storedDueAt = earlier(storedDueAt, at)
    pumpAt ??= setImmediate(pump)
  }

  function pump(): void {
    clearImmediate(pumpAt)
    clearTimeout(wakeAt)
    pumpAt = undefined
    try {
      postWhatIsDue()
    } catch (error) {
      events.storageFailed(error)
      wake(afterFaultMs)
    }
  }

  function postWhatIsDue(): void {
    const business = needs.business(phoneNumberId)
    const at = now()
    if (closed || !business?.callbackUri) return
    if (at < pausedUntil) {
      wake(pausedUntil - at)
      return
    }

    if (storedDueAt !== undefined && storedDueAt <= at && held.length < fewHeld) {
      held = inOrder([...outbox.take(phoneNumberId, at, mostHeld - fewHeld), ...held])
      storedDueAt = outbox.nextDueAt(phoneNumberId)
    }
    while (held.length > 0 && posts.size < (silences > 0 ? 1 : postsAtOnce)) {
      const group = nextGroup(at)
      if (group.length > 0) begin(post(business, business.callbackUri, group))
    }
    // What is due already waits for room in memory, and the end of a post pumps again.
    if (storedDueAt !== undefined && (storedDueAt > at || posts.size === 0))
      wake(Math.max(0, storedDueAt - at))
  }

  function wake(delayMs: number): void {
    wakeAt = setTimeout(pump, delayMs)
  }

  /** The oldest, with those behind it that were tried as often. */
  function nextGroup(at: number): Waiting[] {
    const attempts = held[0]?.attempts ?? 0
    const most = groupSize(attempts)
    let size = 1
    while (size < most && held[size]?.attempts === attempts) size++
    const group = held.splice(0, size)

    const tooOld = group.filter((waiting) => waiting.at + triedForMs < at)
    if (tooOld.length === 0) return group
    for (const waiting of tooOld) outbox.remove(waiting)
    events.webhookDropped({ phoneNumberId, items: tooOld.length })
    return group.filter((waiting) => !tooOld.includes(waiting))
  }

  function begin(post: Promise<void>): void {
    const ended = post.finally(() => {
      posts.delete(ended)
      pump()
    })
    posts.add(ended)
  }

  async function post(business: Business, url: string, group: Waiting[]): Promise<void> {
    const body = postBody(business, group)
    const outcome = await needs.posting.post(url, body, signatureOf(body, needs.appSecret))
    if (outcome.type === 'taken') return take(group)
    if (outcome.type === 'unreachable') return pause(group, outcome.cause)
    refuse(group, outcome.cause)
  }

  function take(group: Waiting[]): void {
    silences = 0
    for (const waiting of group) {
      outbox.remove(waiting)
      if (waiting.messageId !== undefined) needs.taken(waiting.messageId)
    }
  }

  function pause(group: Waiting[], cause: string): void {
    held = inOrder([...group, ...held])
    // Posts that were under way together find out together, and count once.
    if (closed || now() < pausedUntil) return
    const retryInMs = delayAfter(++silences)
    pausedUntil = now() + retryInMs
    events.webhookUnreachable({ phoneNumberId, cause, retryInMs })
  }

  function refuse(group: Waiting[], cause: string): void {
    silences = 0
    const attempt = (group[0]?.attempts ?? 0) + 1
    const dueAt = now() + delayAfter(attempt)
    for (const waiting of group) {
      waiting.attempts = attempt
      outbox.postpone(waiting, dueAt)
    }
    storedDueAt = earlier(storedDueAt, dueAt)
    if (!closed) events.webhookRefused({ phoneNumberId, cause, items: group.length, attempt })
  }

  function restart(): void {
    outbox.release(phoneNumberId)
    storedDueAt = outbox.nextDueAt(phoneNumberId)
    for (const waiting of held) waiting.attempts = 0
    pausedUntil = 0
    silences = 0
    pump()
  }

  async function close(): Promise<void> {
    closed = true
    clearImmediate(pumpAt)
    clearTimeout(wakeAt)
    await Promise.all(posts)
  }

  return { add, restart, pump, close }
}

function inOrder(waiting: Waiting[]): Waiting[] {
  return waiting.sort((a, b) => a.seq - b.seq)
}

function earlier(one: number | undefined, other: number): number {
  return one === undefined ? other : Math.min(one, other)
}
