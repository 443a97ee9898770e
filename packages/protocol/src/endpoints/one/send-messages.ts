import { type Static, Type } from 'typebox'
import { channels } from '../../generations.ts'
import { notCarried, timing } from '../../members.ts'
import { endpoint, idempotencyKey, sendReasons } from '../endpoint.ts'
import { messageEntries, messageExamples } from '../message-entries.ts'
import { OneErrorBody, OneGlobalError, oneRefusals, refusal } from './errors.ts'

/** What every entry of `messages` may have. */
export const OneMessageCommon = {
  channel: Type.Optional(
    Type.Enum(channels, {
      description: 'The integration’s only channel when absent; `sms` when it has several.',
    }),
  ),
  to: Type.String({ description: 'One recipient: digits, with the country code.' }),
  clientMessageId: Type.Optional(
    Type.String({ description: 'Yours: echoed in the answer and in callbacks. It does not deduplicate.' }),
  ),
  from: Type.Optional(Type.String({ description: 'The integration’s own number on the channel.' })),
  charset: Type.Optional(Type.String({ description: 'WhatsApp carries UTF-8.' })),
  encryptionKey: Type.Optional(
    Type.String({
      description:
        'The message is encrypted by the client, under this wrapped key. It is accepted where the integration has `encryption`, kept as it came, and opened in memory when it is sent; where that fails it ends in status 60 or 61.',
    }),
  ),
  contentType: notCarried(),
  caption: notCarried(),
  ...timing,
  userDataHeader: notCarried(),
  binary: notCarried(),
}

export const OneMessage = messageEntries('one', 'OneMessage', OneMessageCommon)
export type OneMessage = Static<typeof OneMessage>

const echo = {
  to: Type.String({ description: 'As it was sent.' }),
  clientMessageId: Type.Optional(Type.String({ description: 'Present when it was sent.' })),
}

const OneAccepted = Type.Object(
  {
    apiMessageId: Type.String({ pattern: '^[0-9a-f]{32}$' }),
    accepted: Type.Literal(true),
    ...echo,
  },
  { title: 'OneAccepted' },
)

const OneRejected = Type.Object(
  {
    error: OneErrorBody,
    accepted: Type.Literal(false),
    ...echo,
    to: Type.Optional(echo.to),
  },
  { title: 'OneRejected' },
)

export const OneSendAnswer = Type.Object(
  {
    messages: Type.Array(Type.Union([OneAccepted, OneRejected]), {
      description: 'In the order of the request.',
    }),
    error: Type.Null(),
  },
  { title: 'OneSendAnswer' },
)
export type OneSendAnswer = Static<typeof OneSendAnswer>

const accepted = {
  apiMessageId: 'a4b828469b0a40f29efb1524892b23d9',
  accepted: true,
  to: '27999000001',
  clientMessageId: 'Customer-Message-Id',
}

export const sendMessages = endpoint({
  id: 'sendMessages',
  surface: 'one',
  method: 'POST',
  path: '/v1/message',
  aliases: ['/v1/messages'],
  summary: 'Send one or more messages',
  description: 'An accepted message is on stable storage when the answer leaves.',
  parameters: { 'Idempotency-Key': idempotencyKey },
  request: {
    schema: Type.Object({ messages: Type.Array(OneMessage, { minItems: 1 }) }, { title: 'OneSendRequest' }),
    examples: messageExamples('one', {
      channel: 'whatsapp',
      to: '27999000001',
      clientMessageId: 'Customer-Message-Id',
    }),
  },
  answers: {
    202: {
      description: 'Every message was accepted.',
      schema: OneSendAnswer,
      examples: { accepted: { value: { messages: [accepted], error: null } } },
    },
    207: {
      description: 'Of several messages, at least one was rejected.',
      schema: OneSendAnswer,
      examples: {
        mixed: {
          value: {
            messages: [
              accepted,
              {
                error: { code: 27, description: 'Recipient not available on channel.' },
                accepted: false,
                to: '2784',
              },
            ],
            error: null,
          },
        },
      },
    },
    400: {
      description: 'The only message was rejected, or the whole request refused.',
      schema: Type.Union([OneSendAnswer, OneGlobalError]),
      examples: {
        rejected: {
          summary: 'The only message was rejected',
          value: {
            messages: [
              {
                error: { code: 23, description: 'Invalid or missing parameter: to .' },
                accepted: false,
                to: '278',
              },
            ],
            error: null,
          },
        },
        refused: {
          summary: 'The whole request was refused',
          value: { error: { code: 21, description: 'Payload data is malformed.' } },
        },
      },
    },
    402: {
      description: 'The only message was rejected: the balance does not cover it.',
      schema: OneSendAnswer,
      examples: {
        rejected: {
          value: {
            messages: [
              {
                error: { code: 20, description: 'Insufficient account balance.' },
                accepted: false,
                to: '27999000001',
              },
            ],
            error: null,
          },
        },
      },
    },
    409: refusal('The idempotency key was used with another body.', 'idempotency_conflict'),
    ...oneRefusals,
  },
  reasons: sendReasons,
})
