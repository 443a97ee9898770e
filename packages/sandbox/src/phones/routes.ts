import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Businesses } from '../businesses.ts'
import type { EventStreams } from '../event-streams.ts'
import type { MediaStore } from '../media/media.ts'
import { checkedBody, Problem } from '../problem.ts'
import { dispositionOf, harmless } from './attachment.ts'
import type { Button, ReplyButton } from './content.ts'
import type { Conversations } from './conversations.ts'
import type { Delivery } from './delivery.ts'
import { type Message, shown } from './message.ts'
import { isMsisdn, type Phone, PhoneSettings } from './phone.ts'
import type { Phones } from './phones.ts'
import { attach, mostWrittenBytes, writingOf } from './writing.ts'

export interface Needs {
  phones: Phones
  conversations: Conversations
  businesses: Businesses
  delivery: Delivery
  media: Pick<MediaStore, 'folder' | 'receive' | 'keep' | 'use'>
  streams: EventStreams
}

interface OfPhone {
  Params: { msisdn: string }
}
interface OfMessage {
  Params: { msisdn: string; id: string }
}

/** What GET gives may come back: whose phone it is can be said, and not changed. */
const Change = Compile(
  Type.Partial(Type.Object({ ...PhoneSettings.properties, msisdn: Type.String(), userId: Type.String() }), {
    additionalProperties: false,
  }),
)

const Press = Compile(Type.Object({ button: Type.Integer({ minimum: 1 }) }, { additionalProperties: false }))

/** The phones and their people, for whoever looks at them or acts for them. */
export async function phoneRoutes(app: FastifyInstance, needs: Needs): Promise<void> {
  const { phones, conversations, businesses, delivery, media, streams } = needs
  await app.register(fastifyStatic, { root: media.folder, serve: false })

  app.get('/phones', async () => phones.all())
  app.get('/businesses', async () =>
    businesses.all().map(({ number, phoneNumberId, callbackUri }) => ({
      number,
      phoneNumberId,
      webhook: callbackUri ?? null,
    })),
  )

  app.get<OfPhone>('/phones/:msisdn', async ({ params }) => phones.get(msisdnIn(params)))
  app.put<OfPhone>('/phones/:msisdn', async ({ params, body }) => {
    const phone = phones.get(msisdnIn(params))
    return delivery.change(phone.msisdn, changeIn(phone, checkedBody(Change, body)))
  })
  app.get<OfPhone>('/phones/:msisdn/events', (request, reply) => {
    streams.open(msisdnIn(request.params), request, reply)
  })

  app.get<OfPhone>('/phones/:msisdn/messages', async ({ params }) =>
    conversations.ofPhone(msisdnIn(params)).map(shown),
  )
  app.post<OfPhone>(
    '/phones/:msisdn/messages',
    { bodyLimit: mostWrittenBytes },
    async ({ params, body }, reply) => {
      const phone = phones.get(msisdnIn(params))
      const { to, replyTo, content } = writingOf(body)
      const business = businesses.withNumber(to.replace(/^\+/, ''))
      if (!business?.callbackUri) throw new Problem(404, `Nobody has registered the business number ${to}`)
      mayWrite(phone)
      const conversation = { msisdn: phone.msisdn, phoneNumberId: business.phoneNumberId }
      if (replyTo !== undefined) said('replyTo', replyTo, conversation)
      if (content.kind === 'reaction') said('reaction.messageId', content.reaction.messageId, conversation)
      const whole = content.kind === 'file' ? await attach(media, business.phoneNumberId, content) : content
      reply.code(201)
      return shown(delivery.write(phone, business, { content: whole, replyTo }))
    },
  )

  app.post<OfMessage>('/phones/:msisdn/messages/:id/read', async ({ params }) => {
    const message = arrivedIn(params)
    delivery.readByPerson(message)
    if (message.ticks === 'sent')
      throw new Problem(409, 'The message has not reached the phone, which is off')
    return shown(message)
  })

  app.get<OfMessage>('/phones/:msisdn/messages/:id/media', async ({ params }, reply) => {
    const message = conversations.get(params.id)
    const file = message && 'media' in message.content ? message.content.media : undefined
    if (message?.msisdn !== msisdnIn(params) || !file) {
      throw new Problem(404, 'No message with this id has brought a file to this phone')
    }
    return reply
      .type(file.contentType)
      .headers({ ...harmless, 'content-disposition': dispositionOf(file) })
      .sendFile(file.id, { contentType: false, maxAge: '1h', immutable: true })
  })

  app.post<OfMessage>('/phones/:msisdn/messages/:id/press', async ({ params, body }, reply) => {
    const message = arrivedIn(params)
    const { ticks, content } = message
    if (ticks === 'sent') throw new Problem(409, 'The message has not reached the phone, which is off')
    const { button: place } = checkedBody(Press, body)
    const button = 'buttons' in content ? content.buttons?.[place - 1] : undefined
    if (!button) throw new Problem(404, `The message has no button ${place}`)
    switch (button.type) {
      case 'url':
        return { opens: button.opens }
      case 'dial':
        return { dials: button.dials }
      case 'reply':
        return reply.code(201).send(shown(answer(message, button)))
    }
  })

  function answer(message: Message, button: Button & ReplyButton): Message {
    const phone = phones.get(message.msisdn)
    mayWrite(phone)
    if (button.pressed) throw new Problem(409, 'This button has been pressed')
    const business = businesses.get(message.phoneNumberId)
    if (!business?.callbackUri) throw new Problem(404, 'Nobody has registered the business number')
    return delivery.press(phone, business, { message, button })
  }

  function mayWrite({ onWhatsApp, online }: Phone): void {
    if (!onWhatsApp) throw new Problem(409, 'This phone is not on WhatsApp')
    if (!online) throw new Problem(409, 'This phone is off')
  }

  /** A message is answered where it was said. */
  function said(
    member: string,
    id: string,
    { msisdn, phoneNumberId }: Pick<Message, 'msisdn' | 'phoneNumberId'>,
  ) {
    const message = conversations.get(id)
    if (message?.msisdn !== msisdn || message.phoneNumberId !== phoneNumberId)
      throw new Problem(400, `${member} names no message of this conversation`)
  }

  function arrivedIn({ id, ...params }: OfMessage['Params']): Message {
    const message = conversations.get(id)
    if (message?.msisdn === msisdnIn(params) && message.direction === 'in') return message
    throw new Problem(404, 'No message with this id has come to this phone')
  }
}

function changeIn(phone: Phone, { msisdn = phone.msisdn, userId = phone.userId, ...change }: Partial<Phone>) {
  if (msisdn !== phone.msisdn) throw new Problem(400, 'msisdn is the phone’s own and cannot be changed')
  if (userId !== phone.userId) throw new Problem(400, 'userId is the phone’s own and cannot be changed')
  return change
}

function msisdnIn({ msisdn }: OfPhone['Params']): string {
  const digits = msisdn.replace(/^\+/, '')
  if (!isMsisdn(digits)) throw new Problem(404, `${msisdn} is no phone number: digits, with the country code`)
  return digits
}
