import { type Static, Type } from 'typebox'
import { timestamp } from '../../members.ts'
import { callReasons, endpoint } from '../endpoint.ts'
import { oneBadRequest, oneRefusals } from './errors.ts'

const OneStatus = Type.Object(
  {
    status: Type.String({ description: 'A name of the One API’s status table.' }),
    statusCode: Type.Integer({ description: 'Its code. Treat one you do not know as a failure.' }),
    timestamp: timestamp('When it became so: milliseconds since 1970.'),
  },
  { title: 'OneStatus' },
)

/** By channel, exactly one of them; without any for an id that is not known. */
export const OneMessageStatus = Type.Union(
  [Type.Object({ whatsapp: OneStatus }), Type.Object({ sms: OneStatus }), OneStatus],
  { title: 'OneMessageStatus' },
)
export type OneMessageStatus = Static<typeof OneMessageStatus>

export const messageStatus = endpoint({
  id: 'messageStatus',
  surface: 'one',
  method: 'GET',
  path: '/v1/message/{apiMessageId}',
  summary: 'The status of a message',
  parameters: {
    apiMessageId: { in: 'path', schema: Type.String(), description: 'From the answer to the send.' },
  },
  answers: {
    200: {
      description: 'Its status, or UNKNOWN.',
      schema: OneMessageStatus,
      examples: {
        known: {
          value: { whatsapp: { status: 'SENT_TO_SUPPLIER', statusCode: 4, timestamp: 1506607698860 } },
        },
        unknown: {
          summary: 'No message of this integration has that id',
          value: { status: 'UNKNOWN', statusCode: 1, timestamp: 1506607698860 },
        },
      },
    },
    400: oneBadRequest,
    ...oneRefusals,
  },
  reasons: callReasons,
})
