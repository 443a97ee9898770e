import { ask, type Going, json, post, send } from './ask.ts'

/** What the sandbox says of a phone. A number nobody spoke of yet is a phone with the defaults. */
export interface Phone {
  msisdn: string
  profileName: string
  onWhatsApp: boolean
  online: boolean
  autoRead: boolean
  deliverAfterMs: number
  /** Business numbers this person does not want to hear from. */
  blocked: string[]
  /** Without, businesses are told the person's user id only. */
  hasNumber: boolean
}

export type Ticks = 'sent' | 'delivered' | 'read'

export interface Message {
  id: string
  from: string
  to: string
  /** One of those in content.tsx; of others the page shows the name and what text they have. */
  kind: string
  text?: string
  /** The business asked for a preview of the first URL in the text. */
  preview?: boolean
  media?: MessageMedia
  caption?: string
  location?: MessageLocation
  contacts?: Contact[]
  /** A template's, with its parameters filled in, like the body. */
  header?: string
  body?: string
  footer?: string
  buttons?: Button[]
  reaction?: Reaction
  ticks: Ticks
  /** Seen from the phone: `in` came from the business, `out` was written by the person. */
  direction: 'in' | 'out'
  /** Milliseconds since 1970. */
  at: number
  replyTo?: string
}

export interface MessageMedia {
  contentType: string
  fileName?: string
  bytes: number
  /** On the sandbox. */
  url: string
}

export interface Button {
  type: 'reply' | 'url' | 'dial'
  text: string
  pressed: boolean
}

/** Where a pressed button leads. */
export type Leads = { opens: string } | { dials: string }

export interface Reaction {
  messageId: string
  /** Empty, it takes the reaction back. */
  emoji: string
}

export interface MessageLocation {
  /** Degrees. */
  latitude: number
  longitude: number
  name?: string
  address?: string
}

export interface Contact {
  name: {
    formattedName: string
    firstName?: string
    lastName?: string
    middleName?: string
    prefix?: string
    suffix?: string
  }
  addresses?: {
    street?: string
    city?: string
    state?: string
    zip?: string
    country?: string
    countryCode?: string
    type?: string
  }[]
  /** `YYYY-MM-DD` */
  birthday?: string
  emails?: { email?: string; type?: string }[]
  org?: { company?: string; department?: string; title?: string }
  phones?: { phone?: string; type?: string; waId?: string }[]
  urls?: { url?: string; type?: string }[]
}

export interface Business {
  number: string
  phoneNumberId: string
  /** Where the sandbox posts what this phone says: a gateway's URL, which ends in the integration's id. */
  webhook: string | null
}

/** A request that reached one of the sandbox's own callback receivers. */
export interface Callback {
  at: number
  method: string
  headers: Record<string, string | string[] | undefined>
  body: unknown
}

export function getPhones(signal: AbortSignal): Promise<Phone[]> {
  return ask('/phones', { signal })
}

export function getBusinesses(signal: AbortSignal): Promise<Business[]> {
  return ask('/businesses', { signal })
}

export function getPhone(msisdn: string, signal: AbortSignal): Promise<Phone> {
  return ask(`/phones/${msisdn}`, { signal })
}

/** Changes only the settings it is given. */
export function putPhone(msisdn: string, settings: Partial<Phone>): Promise<Phone> {
  return ask(`/phones/${msisdn}`, { method: 'PUT', ...json(settings) })
}

export function getMessages(msisdn: string, signal: AbortSignal): Promise<Message[]> {
  return ask(`/phones/${msisdn}/messages`, { signal })
}

/** What a person says. */
export type Said =
  | { type: 'text'; text: string }
  | { type: 'media'; media: SaidFile }
  | { type: 'location'; location: MessageLocation }
  | { type: 'contacts'; contacts: Contact[] }
  | { type: 'reaction'; reaction: Reaction }

export interface SaidFile {
  contentType: string
  fileName: string
  caption?: string
  /** Base64. */
  data: string
}

export type Draft = Said & { to: string; replyTo?: string }

/** The person writes. Refused with 404 when no gateway has registered the number. */
export function postMessage(msisdn: string, draft: Draft, going?: Going): Promise<Message> {
  const path = `/phones/${msisdn}/messages`
  return going ? post(path, draft, going) : ask(path, { method: 'POST', ...json(draft) })
}

export async function postRead(msisdn: string, messageId: string): Promise<void> {
  await send(`/phones/${msisdn}/messages/${encodeURIComponent(messageId)}/read`, { method: 'POST' })
}

/** Buttons are counted from 1. One that answers can be pressed once, and makes a message. */
export function postPress(msisdn: string, messageId: string, button: number): Promise<Leads | Message> {
  const path = `/phones/${msisdn}/messages/${encodeURIComponent(messageId)}/press`
  return ask(path, { method: 'POST', ...json({ button }) })
}

export function getCallbacks(receiver: string, signal: AbortSignal): Promise<Callback[]> {
  return ask(`/callbacks/${receiver}`, { signal })
}

export async function deleteCallbacks(receiver: string): Promise<void> {
  await send(`/callbacks/${receiver}`, { method: 'DELETE' })
}
