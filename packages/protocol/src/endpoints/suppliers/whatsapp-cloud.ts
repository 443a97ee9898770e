import { Type } from 'typebox'
import { type Answer, endpoint } from '../endpoint.ts'

const path = '/suppliers/whatsapp-cloud/{integrationId}'
const integrationId = {
  integrationId: { in: 'path', schema: Type.String(), description: 'Whose sender it is about.' },
} as const

const Refusal = Type.Object({ error: Type.String() }, { title: 'WebhookRefusal' })
const refusal = (description: string) => ({ description, schema: Refusal }) satisfies Answer

export const greeting = endpoint({
  id: 'greetWhatsappCloud',
  surface: 'suppliers',
  method: 'GET',
  path,
  summary: 'Meta checks our webhook',
  parameters: {
    ...integrationId,
    'hub.mode': { in: 'query', schema: Type.Literal('subscribe'), description: 'What it is about to do.' },
    'hub.verify_token': {
      in: 'query',
      schema: Type.String(),
      description: 'The integration’s `whatsapp.verifyToken`.',
    },
    'hub.challenge': { in: 'query', schema: Type.String(), description: 'What it wants to hear.' },
  },
  answers: {
    200: { description: 'The challenge.', schema: Type.String(), contentType: 'text/plain' },
    403: refusal('This is not a check we expect.'),
  },
})

export const webhook = endpoint({
  id: 'postWhatsappCloud',
  surface: 'suppliers',
  method: 'POST',
  path,
  summary: 'Meta posts reports and messages',
  description:
    'The answer leaves after everything in the post is stored. What is refused may be posted again.',
  parameters: {
    ...integrationId,
    'X-Hub-Signature-256': {
      in: 'header',
      required: true,
      schema: Type.String(),
      description:
        '`sha256=` and the HMAC-SHA256 of the bytes, under the integration’s `whatsapp.appSecret`.',
    },
  },
  request: {
    schema: Type.Object(
      { object: Type.Literal('whatsapp_business_account'), entry: Type.Array(Type.Unknown()) },
      {
        title: 'WhatsappCloudWebhook',
        description: 'As Meta describes it. What we do not know is left out.',
      },
    ),
  },
  answers: {
    200: { description: 'All of it is stored.' },
    400: refusal('It is not a webhook of this supplier.'),
    401: refusal('The signature does not fit.'),
    404: refusal('Nobody expects webhooks here.'),
    413: refusal('It has more than 4 MB.'),
    503: refusal('It is not stored: to be posted again.'),
  },
})
