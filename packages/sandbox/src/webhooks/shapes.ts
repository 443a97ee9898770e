import { errorOf } from '../graph/errors.ts'
import type { WrittenContent } from '../phones/content.ts'
import { type Message, shown, type Ticks } from '../phones/message.ts'
import type { Phone } from '../phones/phone.ts'
import { writtenShape } from './written.ts'

/** One thing to tell a business: what stands in `statuses` or `messages` of a webhook, and whom it is about. */
export interface Notice {
  kind: 'status' | 'message'
  /** JSON, in ASCII. */
  body: string
  /** JSON, in ASCII. */
  contact: string
}

export function statusNotice(message: Message, phone: Phone, report: { status: Ticks; at: number }): Notice {
  return notice('status', statusOf(message, phone, report), contactOf(phone))
}

/** Accepted, and then not delivered. */
export function failureNotice(
  message: Pick<Message, 'id' | 'callbackData'>,
  phone: Phone,
  { code, details, at }: { code: number; details: string; at: number },
): Notice {
  const { title } = errorOf(code)
  const errors = [{ code, title, message: title, error_data: { details }, href }]
  return notice('status', { ...statusOf(message, phone, { status: 'failed', at }), errors }, contactOf(phone))
}

/** What the person wrote. `quoted` is the message it answers. */
export function messageNotice(
  message: Message & { content: WrittenContent },
  phone: Phone,
  quoted: Message | undefined,
): Notice {
  const body = {
    ...(phone.hasNumber ? { from: phone.msisdn } : {}),
    from_user_id: phone.userId,
    id: message.id,
    timestamp: seconds(message.at),
    ...writtenShape(message.content),
    ...(quoted ? { context: { from: shown(quoted).from, id: quoted.id } } : {}),
  }
  return notice('message', body, { profile: { name: phone.profileName }, ...contactOf(phone) })
}

const href = 'https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/'
const dayMs = 86_400_000

function statusOf(
  { id, callbackData }: Pick<Message, 'id' | 'callbackData'>,
  phone: Phone,
  { status, at }: { status: Ticks | 'failed'; at: number },
) {
  return {
    id,
    status,
    timestamp: seconds(at),
    ...(phone.hasNumber ? { recipient_id: phone.msisdn } : {}),
    recipient_user_id: phone.userId,
    ...(callbackData === undefined ? {} : { biz_opaque_callback_data: callbackData }),
    ...(status === 'sent' ? { conversation: conversationOf(phone, at), pricing } : {}),
  }
}

const pricing = { billable: false, pricing_model: 'PMP', category: 'service', type: 'free_customer_service' }

function conversationOf({ userId }: Phone, at: number) {
  const day = Math.floor(at / dayMs)
  const id = `${userId.slice(3)}${day.toString(16)}`
  return { id, origin: { type: 'service' }, expiration_timestamp: seconds((day + 1) * dayMs) }
}

function contactOf({ hasNumber, msisdn, userId }: Phone) {
  return hasNumber ? { wa_id: msisdn, user_id: userId } : { user_id: userId }
}

function seconds(at: number): string {
  return String(Math.floor(at / 1000))
}

function notice(kind: Notice['kind'], body: object, contact: object): Notice {
  return { kind, body: ascii(JSON.stringify(body)), contact: ascii(JSON.stringify(contact)) }
}

const beyondAscii = /[\u007f-\uffff]/g

/** Meta escapes everything beyond ASCII, so that a receiver that signs its own rendering of the JSON is found out. */
function ascii(json: string): string {
  return json.replace(beyondAscii, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
