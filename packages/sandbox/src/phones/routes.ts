import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Businesses } from '../businesses.ts'
import type { EventStreams } from '../event-streams.ts'
import type { MediaStore } from '../media/media.ts'
import { checkedBody, Problem } from '../problem.ts'
import { dispositionOf, harmless } from './attachment.ts'
import type { Conversations } from './conversations.ts'
import type { Delivery } from './delivery.ts'
import { type Message, shown } from './message.ts'
import { isMsisdn, type Phone, PhoneSettings } from './phone.ts'
import type { Phones } from './phones.ts'

export interface Needs {
  phones: Phones
  conversations: Conversations
  businesses: Businesses
  delivery: Delivery
  media: Pick<MediaStore, 'folder'>
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

const Written = Compile(
  Type.Object(
    {
      to: Type.String(),
      type: Type.Literal('text'),
      text: Type.String({ minLength: 1, maxLength: 65_536 }),
      replyTo: Type.Optional(Type.String()),
    },
    { additionalProperties: false },
  ),
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
  app.post<OfPhone>('/phones/:msisdn/messages', async ({ params, body }, reply) => {
    const phone = phones.get(msisdnIn(params))
    const { to, text, replyTo } = checkedBody(Written, body)
    const business = businesses.withNumber(to.replace(/^\+/, ''))
    if (!business?.callbackUri) throw new Problem(404, `Nobody has registered the business number ${to}`)
    if (!phone.onWhatsApp) throw new Problem(409, 'This phone is not on WhatsApp')
    if (!phone.online) throw new Problem(409, 'This phone is off')
    const quoted = replyTo === undefined ? undefined : conversations.get(replyTo)
    if (
      replyTo !== undefined &&
      (quoted?.msisdn !== phone.msisdn || quoted.phoneNumberId !== business.phoneNumberId)
    ) {
      throw new Problem(400, 'replyTo names no message on this phone')
    }
    reply.code(201)
    return shown(
      delivery.write(phone, business, { content: { kind: 'text', text, preview: false }, replyTo }),
    )
  })

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

  app.post<OfMessage>('/phones/:msisdn/messages/:id/press', async ({ params, body }) => {
    const { ticks, content } = arrivedIn(params)
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
        throw new Problem(409, 'Answering by button is not there yet')
    }
  })

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
