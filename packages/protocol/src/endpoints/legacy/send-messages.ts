import { type Static, Type } from 'typebox'
import { nullableString, timing } from '../../members.ts'
import { endpoint, idempotencyKey, sendReasons } from '../endpoint.ts'
import { messageEntries, messageExamples } from '../message-entries.ts'

/** What every entry of `messages` may have. */
export const LegacyMessageCommon = {
  to: Type.String({ description: 'One recipient: digits, with the country code.' }),
  clientMessageId: Type.Optional(
    Type.String({ description: 'Yours: echoed in the answer and in callbacks. It does not deduplicate.' }),
  ),
  encryptionKey: Type.Optional(
    Type.String({
      description:
        'The message is encrypted by the client, under this wrapped key. It is accepted where the integration has `encryption`, kept as it came, and opened in memory when it is sent; where that fails it ends in status 40 or 41.',
    }),
  ),
  ...timing,
}

export const LegacyMessage = messageEntries('legacy', 'LegacyMessage', LegacyMessageCommon)
export type LegacyMessage = Static<typeof LegacyMessage>

const LegacyErrorBody = Type.Object(
  {
    errorCode: Type.Integer({
      description: 'A code of the legacy error table, or of the One API’s where that has none.',
    }),
    error: Type.String(),
  },
  { title: 'LegacyError' },
)

const LegacyAccepted = Type.Object(
  {
    messageId: Type.String({ pattern: '^[0-9a-f]{32}$' }),
    accepted: Type.Literal(true),
    to: Type.String({ description: 'As it was sent.' }),
    error: Type.Null(),
    clientMessageId: nullableString(),
  },
  { title: 'LegacyAccepted' },
)

const LegacyRejected = Type.Object(
  {
    messageId: Type.Null(),
    accepted: Type.Literal(false),
    to: nullableString(),
    error: LegacyErrorBody,
    clientMessageId: nullableString(),
  },
  { title: 'LegacyRejected' },
)

export const LegacySendAnswer = Type.Object(
  {
    messages: Type.Array(Type.Union([LegacyAccepted, LegacyRejected]), {
      description: 'In the order of the request.',
    }),
    // The published answers leave it out; older clients were shown null.
    error: Type.Optional(Type.Null()),
  },
  { title: 'LegacySendAnswer' },
)
export type LegacySendAnswer = Static<typeof LegacySendAnswer>

/** The answer when a whole request is refused. */
export const LegacyGlobalError = Type.Object(
  { messages: Type.Array(Type.Never(), { maxItems: 0 }), error: LegacyErrorBody },
  { title: 'LegacyGlobalError' },
)
export type LegacyGlobalError = Static<typeof LegacyGlobalError>

const accepted = {
  messageId: '6eb5bfe33d4546fa8c2331d51f3506c8',
  accepted: true,
  to: '27999000001',
  error: null,
  clientMessageId: null,
}

export const sendLegacyMessages = endpoint({
  id: 'sendLegacyMessages',
  surface: 'legacy',
  method: 'POST',
  path: '/wa/messages',
  summary: 'Send one or more WhatsApp messages',
  description: 'An accepted message is on stable storage when the answer leaves.',
  parameters: { 'Idempotency-Key': idempotencyKey },
  request: {
    schema: Type.Object(
      { messages: Type.Array(LegacyMessage, { minItems: 1 }) },
      { title: 'LegacySendRequest' },
    ),
    examples: messageExamples('legacy', { to: '27999000001', clientMessageId: 'Customer-Message-Id' }),
  },
  answers: {
    202: {
      description: 'The request was read. Each message says whether it was accepted.',
      schema: Type.Union([LegacySendAnswer, LegacyGlobalError]),
      examples: {
        accepted: { value: { messages: [accepted], error: null } },
        mixed: {
          value: {
            messages: [
              accepted,
              {
                messageId: null,
                accepted: false,
                to: '2784',
                error: { errorCode: 159, error: 'Not approved WhatsApp number.' },
                clientMessageId: null,
              },
            ],
            error: null,
          },
        },
        refused: {
          summary: 'The whole request was refused',
          value: { messages: [], error: { errorCode: 2, error: 'Integration is not active.' } },
        },
      },
    },
    401: {
      description: 'The key is not valid, or the address not allowed.',
      schema: LegacyGlobalError,
      examples: {
        refused: {
          value: { messages: [], error: { errorCode: 1, error: 'Invalid or missing Integration API Key.' } },
        },
      },
    },
    409: {
      description: 'The idempotency key was used with another body.',
      schema: LegacyGlobalError,
      examples: {
        refused: {
          value: {
            messages: [],
            error: { errorCode: 23, error: 'Invalid or missing parameter: Idempotency-Key .' },
          },
        },
      },
    },
    503: {
      description: 'Nothing can be stored at the moment; nothing was accepted.',
      schema: LegacyGlobalError,
      examples: {
        refused: {
          value: { messages: [], error: { errorCode: 901, error: 'Internal error -please retry.' } },
        },
      },
    },
  },
  reasons: sendReasons,
})
