import type { Channel, Generation, ReasonName } from '@waypost/protocol'
import type { Template, TemplatePolicy } from './template.ts'

/** One account per installation. `null` means no limit. */
export interface Account {
  active: boolean
  /** Addresses and CIDR ranges requests may come from; empty allows all. */
  allowedIps: string[]
  perDay: number | null
  perMonth: number | null
  /** How many recipients a sandbox-mode integration may list. */
  testNumbersMax: number | null
}

export const defaultAccount: Account = {
  active: true,
  allowedIps: [],
  perDay: null,
  perMonth: null,
  testNumbersMax: null,
}

/** A customer's set-up, every default filled in. */
export interface Integration {
  id: string
  name: string
  generation: Generation
  active: boolean
  mode: 'production' | 'sandbox' | 'emulated'
  /** Refuses people who neither wrote to it nor were recorded as opted in. */
  requireOptIn: boolean
  /** Ends free-form messages outside the 24-hour window here instead of at the supplier. */
  refuseOutsideWindow: boolean
  /** ISO 8601; after it every send is refused with 46. */
  demoExpiresAt: string | null
  whatsapp: WhatsAppSender | null
  callbacks: Callbacks
  /** Called back as well, each endpoint in a lane and sequence of its own; null or without a URL: it is not there. */
  shadowCallbacks: Callbacks | null
  /** What clients seal their messages under. Absent before there was such a setting. */
  encryption?: Encryption | null
  allowedIps: string[]
  limits: { requestsPerSecond: number | null; perDay: number | null; perMonth: number | null }
  /** `amount` is what was last set; what is there now, the store knows. */
  balance: { currency: string; amount: number | null; prices: { message: number; template: number } }
  onUncertain: 'resend' | 'hold'
  uncertainWaitMs: number
  ordered: boolean
  /** What people write who want no more messages, and who want them again, by language. */
  words: Record<Wish, Record<string, string[]>>
  signingSecret: string
}

export type Wish = 'stop' | 'start'

export interface WhatsAppSender {
  from: string
  supplier: string
  baseUrl: string
  phoneNumberId: string
  businessAccountId: string
  accessToken: string
  appSecret: string
  verifyToken: string
  suspended: boolean
  /** False: the channel is linked, and switched off (38). */
  active: boolean
  messagesPerSecond: number
  pairLimit: boolean
  /** Whether what WhatsApp says templates must not be filled with is refused here, or left to it. */
  templatePolicy: TemplatePolicy
}

export interface Callbacks {
  messageUrl: string | null
  statusUrl: string | null
  generation: Generation
  basicAuth: { username: string; password: string } | null
  /** Files from people come inside the One API's event, in base64, instead of by reference. */
  inlineMedia: boolean
  /** The One API's locations say `latitute` as well. */
  misspeltLatitude: boolean
}

/** Names of the customer's keys, one for each way; nothing is sealed on a way without one. */
export interface Encryption {
  mtKey?: string
  moKey?: string
  /** Those of before: what is under way may have been sealed under them. */
  formerKeys?: string[]
}

export interface ApiKey {
  id: string
  integrationId: string
  /** Which generation it was issued for; any key works on both send paths. */
  generation: Generation
  /** SHA-256 of the key, hex. The key itself is shown once and not kept. */
  hash: string
  createdAt: number
}

/** A result pinned to a raw `to` string; `outcome` null lists the number without one. */
export interface Pin {
  integrationId: string
  number: string
  outcome: ReasonName | null
}

/** A person, by number, who does not want messages of an integration. */
export interface OptOut {
  integrationId: string
  msisdn: string
  at: number
}

/** A person, by number, who agreed to messages of an integration. */
export type OptIn = OptOut

/** Everything that is set up and not sent: kept in the store, and in memory. */
export interface Settings {
  /** Of the last change in it. */
  version: number
  account: Account | undefined
  integrations: Integration[]
  keys: ApiKey[]
  pins: Pin[]
  optOuts: OptOut[]
  optIns: OptIn[]
  templates: Template[]
}

/** The senders an integration has, by channel. */
export function linkedChannels({ whatsapp }: Integration): Channel[] {
  return whatsapp ? ['whatsapp'] : []
}
