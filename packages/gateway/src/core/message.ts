import type { Body, Channel, Content, Generation, ReasonName, StatusName } from '@waypost/protocol'
import type { MediaFile } from './media.ts'

/** A message to a handset: what the store keeps and a supplier carries. Times are milliseconds since 1970. */
export interface Mt {
  /** Ours, 32 hex digits, ascending in order of acceptance. */
  id: string
  integrationId: string
  channel: Channel
  /** The sender's number, digits. With the channel it names the lane. */
  from: string
  /** The recipient as the business wrote it, digits. */
  to: string
  content: Content
  /** The wrapped key that the client sealed the content's leaves with: they are as they came. Absent where they are clear. */
  encryptionKey?: string
  clientMessageId?: string
  /** Which generation's endpoint accepted it. */
  generation: Generation
  priority: Priority
  acceptedAt: number
  /** When it may be sent; undefined when nothing waits any more. */
  dueAt?: number
  /** When trying ends. */
  expiresAt: number
  /** Holds the messages of one conversation in order; undefined where order does not matter. */
  conversation?: string
  status: StatusName
  statusAt: number
  /** Sends begun so far. */
  attempts: number
  /** What it ends in should its time run out while it waits to be sent again; expired when absent. */
  fault?: StatusName
  /** The last attempt may have reached the supplier, and nobody knows. */
  uncertain: boolean
  /** What follows then: sending again after the wait, or holding until the time runs out. */
  onUncertain: 'resend' | 'hold'
  uncertainWaitMs: number
  /** What it costs, in millionths of the currency, and what became of that; undefined where nothing is charged. */
  charge?: { price: number; state: 'reserved' | 'charged' | 'released' }
}

/** A message, and whose it is: a ledger that is spread over servers by integration looks for it there. */
export interface MtName {
  integrationId: string
  mtId: string
}

export const nameOf = ({ integrationId, id }: Pick<Mt, 'integrationId' | 'id'>): MtName => ({
  integrationId,
  mtId: id,
})

/** The file that a message carries, where it carries one. */
export function fileIdOf(content: Content): string | undefined {
  if (content.type === 'media') return content.media.fileId
  if (content.type !== 'template') return undefined
  const { header } = content.template
  return header && 'media' in header ? header.media.fileId : undefined
}

/** 0 goes first: replies in an open window and one-time passwords. 1 is the rest. */
export type Priority = 0 | 1

/** A message from a handset, as a supplier reported it. */
export interface Mo {
  id: string
  integrationId: string
  channel: Channel
  /** The supplier's id of it: the same one twice is the same message. */
  supplierId: string
  /** Digits; absent where the person shows a supplier's user id only. */
  from?: string
  /** The supplier's lasting id of the person (Meta: BSUID), where it gave one. */
  userId?: string
  to: string
  profileName?: string
  /** The supplier's id of the message this one answers. */
  relatedSupplierId?: string
  content: MoContent
  /** The wrapped key that we sealed its content and profile name with. Absent where they are clear. */
  encryptionKey?: string
  /** When the handset sent it. */
  at: number
}

export type MoContent =
  | { type: 'text'; text: { body: string } }
  | { type: 'attachment'; attachment: Attachment }
  | { type: 'media'; media: MoMedia }
  | { type: 'location'; location: Body<'location'> }
  | { type: 'contacts'; contacts: Body<'contacts'> }
  | { type: 'button'; button: PressedButton }
  | { type: 'reaction'; reaction: { emoji?: string } }
  /** A file that could not be had from the supplier. */
  | { type: 'lost'; lost: Pick<Attachment, 'contentType' | 'caption'> }
  | { type: 'unsupported'; unsupported: { kind: string } }

/** A file that a person sent, while only its supplier has it. */
export interface Attachment {
  supplierId: string
  contentType: string
  /** As the person's handset calls it, if it says. */
  fileName?: string
  caption?: string
  /** What the supplier says the bytes hash to; hex. */
  sha256?: string
  /** Of a sealed MO: what is told, sealed as well, should the file not be had. By then its key may not be. */
  ifLost?: string
}

/** A file that a person sent, once it is here. Of a sealed one `bytes` and `sha256` are those of the clear file. */
export interface MoMedia extends Pick<MediaFile, 'contentType' | 'fileName' | 'bytes' | 'sha256'> {
  fileId: string
  caption?: string
}

/** One of the buttons that we sent, or that somebody else sent from the same number. */
export interface PressedButton {
  text: string
  /** What the button was to send back. */
  payload?: string
  /** What the business gave the button to be told, if anything. */
  postbackData?: string
}

/** A supplier's report on an MT. At least one of the ids is known. */
export interface Dlr {
  integrationId: string
  supplierId: string
  /** Our id, where we could send it along. */
  messageId?: string
  report: DlrReport
  at: number
}

export type DlrReport =
  | { type: 'sent' | 'delivered' | 'read' }
  | {
      type: 'failed'
      status: StatusName
      supplierCode?: string
      retry?: Retry
      repeats?: number
      /** What the supplier calls the message's file is of no use any more: the file is to be handed over anew. */
      fileUnusable?: boolean
    }

/** How to go on after a fault that may pass. Data in each supplier's error table; `core/retry.ts` reckons the delay. */
export type Retry =
  | 'transient'
  | 'throughput'
  | 'pair'
  | 'api-quota'
  | 'maintenance'
  | 'template-sync'
  | 'hold-credential'
  | 'hold-account'

/**
 * What one `send` came to, and so what may be done next.
 *
 *  - `sent`: the supplier has it.
 *  - `failed`: it does not, and trying again cannot help.
 *  - `deferred`: it certainly does not, and trying again may help. `status` is what the message ends in if its time runs
 *    out, or if it meets the same code again after `repeats` tries more.
 *  - `unknown`: it may have it.
 *
 * `unasked` says that the supplier was not even asked: it speaks neither for it nor against it.
 */
export type Outcome =
  | { type: 'sent'; supplierIds: string[]; held?: boolean }
  | { type: 'failed'; status: StatusName; supplierCode?: string; unasked?: true }
  | {
      type: 'deferred'
      retry: Retry
      status: StatusName
      retryAfterMs?: number
      supplierCode?: string
      repeats?: number
      unasked?: true
    }
  | { type: 'unknown'; cause: string }

/** The supplier certainly does not have it. */
export type NotSent = Exclude<Outcome, { type: 'sent' | 'unknown' }>

/** Why acceptance refused a message: a row of the protocol's table of reasons, and what its wording names. */
export interface Refusal {
  reason: ReasonName
  /** Fills the placeholder of the row's wording: a parameter's name, a number, a character set. */
  subject?: string
}
