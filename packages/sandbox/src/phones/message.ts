import { numberOf } from '../businesses.ts'
import type { ButtonContent, MessageContent } from './content.ts'
import type { Reports } from './reports.ts'

/** How far a message got, as its sender sees it. */
export type Ticks = 'sent' | 'delivered' | 'read'

export interface Message {
  /** Its place in the order of everything said. */
  readonly seq: number
  /** Meta's id, the same for business and person. */
  readonly id: string
  /** The person's number. */
  readonly msisdn: string
  readonly phoneNumberId: string
  /** Seen from the phone: `in` comes from the business, `out` was written by the person. */
  readonly direction: 'in' | 'out'
  readonly content: MessageContent
  readonly replyTo: string | undefined
  /** The business's `biz_opaque_callback_data`, echoed in each status. */
  readonly callbackData: string | undefined
  readonly at: number
  /** How it is reported on, where a fault decides that. */
  readonly reports: Reports | undefined
  ticks: Ticks
  /** When it reaches the phone; undefined once it has, and while the phone is off. */
  deliverAt: number | undefined
}

/** A message as `GET /phones/{msisdn}/messages` shows it. */
export function shown({ id, msisdn, phoneNumberId, direction, content, replyTo, ticks, at }: Message) {
  const number = numberOf(phoneNumberId)
  return {
    id,
    from: direction === 'in' ? number : msisdn,
    to: direction === 'in' ? msisdn : number,
    ...shownContent(content),
    ...shownMedia(content, `/phones/${msisdn}/messages/${id}/media`),
    ...shownButtons(content),
    ticks,
    direction,
    at,
    ...(replyTo === undefined ? {} : { replyTo }),
  }
}

function shownContent(content: MessageContent): Exclude<MessageContent, ButtonContent> {
  return content.kind === 'button' ? { kind: 'text', text: content.text, preview: false } : content
}

/** Where a file can be fetched instead of what it is called at Meta. */
function shownMedia(content: MessageContent, url: string) {
  if (!('media' in content) || !content.media) return {}
  const { id, sha256, ...media } = content.media
  return { media: { ...media, url } }
}

function shownButtons(content: MessageContent) {
  if (!('buttons' in content) || !content.buttons) return {}
  return { buttons: content.buttons.map(({ type, text, pressed }) => ({ type, text, pressed })) }
}
