import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Business, Businesses } from '../businesses.ts'
import { effectOf, type Way } from '../faults/effects.ts'
import type { Faults } from '../faults/faults.ts'
import type { MediaStore } from '../media/media.ts'
import type { Conversations } from '../phones/conversations.ts'
import type { Delivery } from '../phones/delivery.ts'
import { isMsisdn, msisdnOf } from '../phones/phone.ts'
import type { Templates } from '../templates/templates.ts'
import { checked } from './check.ts'
import { GraphError } from './errors.ts'
import { messageTypes } from './message-types.ts'
import type { Reader, Sending } from './sending.ts'

export interface Needs {
  delivery: Pick<Delivery, 'send' | 'readByBusiness'>
  conversations: Pick<Conversations, 'get'>
  businesses: Pick<Businesses, 'meet'>
  media: Pick<MediaStore, 'get' | 'use'>
  templates: Pick<Templates, 'find'>
  faults: Pick<Faults, 'take'>
}

/** What to answer, and how where a fault decides that. */
export interface Taking {
  answer?: object
  way?: Way | undefined
}

/** `POST /{phone number id}/messages`: a message, or word that the business has read one. */
export function takeMessage(needs: Needs, business: Business, body: unknown): Taking {
  if (typeof body !== 'object' || body === null)
    throw new GraphError(100, 'The request body must be a JSON object.')
  if ('status' in body) return { answer: markAsRead(needs, business, body) }

  const { media, templates } = needs
  const sender = { ...business, media, templates }
  const { content, replyTo, callbackData, failure, ...recipient } = readerOf(body)(body, sender)
  const { msisdn, contact } = personOf(recipient)
  if (msisdn === business.number)
    throw new GraphError(131021, 'Recipient phone number is the sender phone number.')

  const fault = needs.faults.take({ business, msisdn, kind: content.kind, callbackData })
  const { refusal, lost, way, reports, failure: armed } = effectOf(fault)
  if (refusal) throw refusal
  if (lost) return { way }

  needs.businesses.meet(business)
  if ('media' in content && content.media) media.use(content.media.id)
  const status = content.kind === 'template' ? { message_status: 'accepted' } : {}
  const id = needs.delivery.send(business, msisdn, {
    content,
    replyTo,
    callbackData,
    failure: failure ?? armed,
    reports,
  })
  return {
    way,
    answer: { messaging_product: 'whatsapp', contacts: [contact], messages: [{ id, ...status }] },
  }
}

function readerOf(body: object): Reader {
  const type = 'type' in body ? body.type : undefined
  if (type === undefined) throw new GraphError(100, 'The parameter type is required.')
  const reader =
    typeof type === 'string' && Object.hasOwn(messageTypes, type) ? messageTypes[type] : undefined
  if (!reader)
    throw new GraphError(131051, `Messages of type ${JSON.stringify(type)} are not supported here yet.`)
  return reader
}

/** The number wins over the user id. */
function personOf({ to, recipient }: Pick<Sending, 'to' | 'recipient'>) {
  if (to !== undefined) {
    const msisdn = to.replace(/[\s()+.-]/g, '')
    if (!isMsisdn(msisdn)) throw new GraphError(131009, `Param to "${to}" is not a phone number.`)
    return { msisdn, contact: { input: to, wa_id: msisdn } }
  }
  if (recipient === undefined) throw new GraphError(100, 'The parameter to is required.')
  const msisdn = msisdnOf(recipient)
  if (!msisdn) throw new GraphError(131009, `Param recipient "${recipient}" is not a user id.`)
  return { msisdn, contact: { input: recipient, user_id: recipient } }
}

const ReadRequest = Compile(
  Type.Object(
    {
      messaging_product: Type.Literal('whatsapp'),
      status: Type.Literal('read'),
      message_id: Type.String(),
      typing_indicator: Type.Optional(
        Type.Object({ type: Type.Literal('text') }, { additionalProperties: false }),
      ),
    },
    { additionalProperties: false },
  ),
)

function markAsRead({ delivery, conversations }: Needs, business: Business, body: object) {
  const { message_id } = checked(ReadRequest, body)
  const message = conversations.get(message_id)
  if (message?.direction !== 'out' || message.phoneNumberId !== business.phoneNumberId) {
    throw new GraphError(131009, `Param message_id "${message_id}" is no message this number received.`)
  }
  delivery.readByBusiness(message)
  return { success: true }
}
