import type { Business, Businesses } from '../businesses.ts'
import type { EventStreams } from '../event-streams.ts'
import type { Events } from '../events.ts'
import { failureNotice, messageNotice, type Notice, statusNotice } from '../webhooks/shapes.ts'
import type { Button, MessageContent, ReplyButton, WrittenContent } from './content.ts'
import type { Conversations } from './conversations.ts'
import { type Message, shown, type Ticks } from './message.ts'
import type { Phone, PhoneSettings } from './phone.ts'
import type { Phones } from './phones.ts'
import { type Reports, reportsAt } from './reports.ts'
import { wamid } from './wamid.ts'

export interface Needs {
  phones: Phones
  conversations: Conversations
  businesses: Pick<Businesses, 'get'>
  streams: Pick<EventStreams, 'send'>
  events: Pick<Events, 'storageFailed'>
  tell(phoneNumberId: string, notice: Notice, messageId?: string): void
  now(): number
  newId(): string
}

/** What a business says, or a person. */
export interface Saying<Content extends MessageContent = MessageContent> {
  content: Content
  replyTo?: string | undefined
  callbackData?: string | undefined
  /** Why Meta finds, after it said yes, that it cannot send this. */
  failure?: Failure | undefined
  /** How a fault wants it to be reported on. */
  reports?: Reports | undefined
}

/** An error that a status brings. */
export interface Failure {
  code: number
  details: string
}

/** How messages travel between businesses and phones, and what both hear of it. */
export interface Delivery {
  /** A business sends. Answers the message's id; everything else comes by webhook. */
  send(business: Business, msisdn: string, saying: Saying): string
  /** A person writes, or reacts. */
  write(phone: Phone, business: Business, saying: Saying<WrittenContent>): Message
  /** A person answers by a button of a message, which can be pressed no more. Answers what the person said by it. */
  press(
    phone: Phone,
    business: Business,
    pressed: { message: Message; button: Button & ReplyButton },
  ): Message
  /** A person has read a message that arrived. */
  readByPerson(message: Message): void
  /** A business has read what a person wrote. */
  readByBusiness(message: Message): void
  /** A business's receiver has what a person wrote. */
  takenByBusiness(messageId: string): void
  change(msisdn: string, settings: Partial<PhoneSettings>): Phone
  /** The clock was turned: what is due by it arrives. */
  advanced(): void
  close(): void
}

const undeliverable: Failure = { code: 131026, details: 'Message Undeliverable.' }
const undelivered: Failure = {
  code: 131049,
  details: 'Not delivered to maintain healthy ecosystem engagement.',
}
const deliveredAtOnce = 500
const longestTimerMs = 3_600_000
const afterFaultMs = 1_000

export function delivery(needs: Needs): Delivery {
  const { phones, conversations, businesses, streams, now } = needs
  /** Ids of messages that arrive with the next turn. */
  let arriving: string[] = []
  let arrival: NodeJS.Immediate | undefined
  /** One timer for whatever else is on its way: the file knows what is due. */
  let timer: NodeJS.Timeout | undefined
  let timerAt = Number.POSITIVE_INFINITY

  function send(business: Business, msisdn: string, saying: Saying): string {
    const { content, replyTo, callbackData, reports } = saying
    const { phoneNumberId, number } = business
    const phone = phones.meet(msisdn)
    const at = now()
    const id = wamid(msisdn, 'in', needs.newId())

    const isUnreachable = !phone.onWhatsApp || phone.blocked.includes(number)
    // Meta does not say which it is either.
    const failure = isUnreachable ? undeliverable : saying.failure
    if (failure) {
      needs.tell(phoneNumberId, failureNotice({ id, callbackData }, phone, { ...failure, at }))
      return id
    }

    const deliverAt = phone.online ? at + phone.deliverAfterMs : undefined
    const message = conversations.add({
      id,
      msisdn,
      phoneNumberId,
      direction: 'in',
      content,
      replyTo,
      callbackData,
      at,
      ticks: 'sent',
      deliverAt,
      reports,
    })
    streams.send(msisdn, 'message', () => shown(message))
    report(message, phone, 'sent')
    if (phone.online && phone.deliverAfterMs === 0) {
      arriving.push(id)
      arrival ??= setImmediate(arrive)
    } else if (deliverAt !== undefined) {
      wake(deliverAt)
    }
    return id
  }

  function arrive(): void {
    clearImmediate(arrival)
    arrival = undefined
    const ids = arriving
    arriving = []
    for (const id of ids) {
      const message = conversations.get(id)
      if (message) deliver(message)
    }
  }

  function deliver(message: Message): void {
    if (message.ticks !== 'sent') return
    const phone = phones.get(message.msisdn)
    message.deliverAt = undefined
    if (!phone.online) {
      conversations.update(message)
      return
    }

    climb(message, 'delivered')
    report(message, phone, 'delivered')
    if (phone.autoRead || message.reports === 'readOnly') readByPerson(message)
    if (phone.autoReply !== null) reply(phone, message)
  }

  function deliverDue(): void {
    timer = undefined
    timerAt = Number.POSITIVE_INFINITY
    arrive()
    const due = conversations.due(now(), deliveredAtOnce)
    for (const message of due) deliver(message)
    const next = conversations.nextDueAt()
    if (next !== undefined) wake(next)
  }

  function wake(at: number): void {
    if (at >= timerAt) return
    clearTimeout(timer)
    timerAt = at
    timer = setTimeout(deliverDueSafely, Math.min(Math.max(0, at - now()), longestTimerMs))
  }

  function deliverDueSafely(): void {
    try {
      deliverDue()
    } catch (error) {
      needs.events.storageFailed(error)
      wake(now() + afterFaultMs)
    }
  }

  function advanced(): void {
    clearTimeout(timer)
    deliverDueSafely()
  }

  function report(message: Message, phone: Phone, status: Ticks): void {
    const at = now()
    for (const one of reportsAt(status, message.reports)) {
      const notice =
        one === 'failed'
          ? failureNotice(message, phone, { ...undelivered, at })
          : statusNotice(message, phone, { status: one, at })
      needs.tell(message.phoneNumberId, notice)
    }
  }

  /** Nobody is written to who could not hear it. */
  function reply(phone: Phone, { phoneNumberId }: Message): void {
    const business = businesses.get(phoneNumberId)
    const text = phone.autoReply
    if (!business?.callbackUri || text === null) return
    write(phone, business, { content: { kind: 'text', text, preview: false } })
  }

  function climb(message: Message, ticks: Ticks): void {
    message.ticks = ticks
    conversations.update(message)
    streams.send(message.msisdn, 'tick', () => ({ id: message.id, ticks }))
  }

  function readByPerson(message: Message): void {
    if (message.ticks === 'sent') deliver(message)
    if (message.ticks !== 'delivered') return
    climb(message, 'read')
    report(message, phones.get(message.msisdn), 'read')
  }

  function write({ msisdn }: Phone, { phoneNumberId }: Business, saying: Saying<WrittenContent>): Message {
    const { content, replyTo } = saying
    const message = conversations.add({
      id: wamid(msisdn, 'out', needs.newId()),
      msisdn,
      phoneNumberId,
      direction: 'out',
      content,
      replyTo,
      callbackData: undefined,
      at: now(),
      ticks: 'sent',
      deliverAt: undefined,
      reports: undefined,
    })
    const quoted = replyTo === undefined ? undefined : conversations.get(replyTo)
    streams.send(msisdn, 'message', () => shown(message))
    needs.tell(phoneNumberId, messageNotice({ ...message, content }, phones.meet(msisdn), quoted), message.id)
    return message
  }

  function press(
    phone: Phone,
    business: Business,
    { message, button }: { message: Message; button: Button & ReplyButton },
  ): Message {
    const { text, payload } = button
    button.pressed = true
    conversations.update(message)
    streams.send(phone.msisdn, 'message', () => shown(message))
    return write(phone, business, { content: { kind: 'button', text, payload }, replyTo: message.id })
  }

  function takenByBusiness(messageId: string): void {
    const message = conversations.get(messageId)
    if (message?.ticks === 'sent') climb(message, 'delivered')
  }

  function change(msisdn: string, settings: Partial<PhoneSettings>): Phone {
    const before = phones.get(msisdn)
    const phone = phones.change(msisdn, settings)
    streams.send(msisdn, 'phone', () => phone)
    if (phone.online && !before.online) {
      conversations.release(msisdn, now())
      wake(now())
    }
    return phone
  }

  function close(): void {
    clearImmediate(arrival)
    clearTimeout(timer)
  }

  // What was on its way when a former run ended.
  const left = conversations.nextDueAt()
  if (left !== undefined) wake(left)

  return {
    send,
    write,
    press,
    readByPerson,
    readByBusiness: (message) => {
      if (message.ticks !== 'read') climb(message, 'read')
    },
    takenByBusiness,
    change,
    advanced,
    close,
  }
}
