import { type TProperties, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { MediaStore } from '../media/media.ts'
import type { MessageContent } from '../phones/content.ts'
import type { Failure } from '../phones/delivery.ts'
import type { Templates } from '../templates/templates.ts'

/** What every message says beside its content. */
const envelope = {
  messaging_product: Type.Literal('whatsapp'),
  recipient_type: Type.Optional(Type.Literal('individual')),
  /** A phone number. It wins when both are there. */
  to: Type.Optional(Type.String({ maxLength: 64 })),
  /** A business-scoped user id (BSUID). */
  recipient: Type.Optional(Type.String({ maxLength: 256 })),
  context: Type.Optional(strict({ message_id: Type.String({ minLength: 1 }) })),
  biz_opaque_callback_data: Type.Optional(Type.String({ maxLength: 512 })),
}

export interface Sending {
  to: string | undefined
  recipient: string | undefined
  replyTo: string | undefined
  callbackData: string | undefined
  content: MessageContent
  failure?: Failure | undefined
}

/** What a reader may look at beside the request. */
export interface Sender {
  phoneNumberId: string
  number: string
  media: Pick<MediaStore, 'get' | 'use'>
  templates: Pick<Templates, 'find'>
}

/** Reads a request of one type, or throws the error Meta answers. */
export type Reader = (body: unknown, sender: Sender) => Sending

export function requestOf<Name extends string, Content extends TProperties>(name: Name, content: Content) {
  return Compile(strict({ ...envelope, type: Type.Literal(name), ...content }))
}

export interface Envelope {
  to?: string
  recipient?: string
  context?: { message_id: string }
  biz_opaque_callback_data?: string
}

export function sendingOf(request: Envelope, content: MessageContent): Sending {
  const { to, recipient, context, biz_opaque_callback_data: callbackData } = request
  return { to, recipient, replyTo: context?.message_id, callbackData, content }
}

/** Meta refuses keys it does not know. */
export function strict<Members extends TProperties>(members: Members) {
  return Type.Object(members, { additionalProperties: false })
}
