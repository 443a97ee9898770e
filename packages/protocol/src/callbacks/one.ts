import { type Static, type TSchema, Type } from 'typebox'
import { channels } from '../generations.ts'
import { nullableString, timestamp } from '../members.ts'
import { callback } from './callback.ts'

/** The lists have one event each; readers should expect more. */
const enveloped = <Event extends TSchema>(event: Event) =>
  Type.Object({ integrationId: Type.String(), integrationName: Type.String(), event })

export const OneMoText = Type.Object(
  {
    channel: Type.Enum(channels),
    messageId: Type.String(),
    relatedMessageId: nullableString('The message that this one answers.'),
    relatedClientMessageId: nullableString(),
    from: Type.String({ description: 'The person.' }),
    to: Type.String({ description: 'Your number.' }),
    timestamp: timestamp(),
    encryptionKey: nullableString(),
    whatsapp: Type.Object({ profileName: nullableString() }),
    charset: nullableString(),
    content: Type.String(),
    sms: Type.Object({ udh: nullableString(), network: nullableString() }),
  },
  { title: 'OneMoText' },
)
export type OneMoText = Static<typeof OneMoText>

export const OneMessageStatusUpdate = Type.Object(
  {
    channel: Type.Enum(channels),
    timestamp: timestamp(),
    statusCode: Type.Integer({ description: 'Treat one you do not know as a failure.' }),
    status: Type.String(),
    messageId: Type.String({ description: 'The `apiMessageId` of the send.' }),
    clientMessageId: nullableString(),
  },
  { title: 'OneMessageStatusUpdate' },
)
export type OneMessageStatusUpdate = Static<typeof OneMessageStatusUpdate>

export const moText = callback({
  id: 'moText',
  generation: 'one',
  url: 'messageUrl',
  summary: 'A person wrote a text',
  schema: enveloped(Type.Object({ moText: Type.Array(OneMoText, { minItems: 1 }) })),
  example: {
    integrationId: '4028818a4f9d4d3d8f0b7f6a7d5c0001',
    integrationName: 'Demo (One API)',
    event: {
      moText: [
        {
          channel: 'whatsapp',
          messageId: '3a89680503414383af44dcd0e4e5f184',
          relatedMessageId: 'd33eef0838a121f71069a4cc8d55c19e',
          relatedClientMessageId: 'Customer-Message-Id',
          from: '27999000001',
          to: '2799900002',
          timestamp: 1506607698000,
          encryptionKey: null,
          whatsapp: { profileName: 'Profile Name' },
          charset: null,
          content: 'Text content of the reply',
          sms: { udh: null, network: null },
        },
      ],
    },
  },
})

export const messageStatusUpdate = callback({
  id: 'messageStatusUpdate',
  generation: 'one',
  url: 'statusUrl',
  summary: 'A message that you sent has another status',
  schema: enveloped(
    Type.Object({ messageStatusUpdate: Type.Array(OneMessageStatusUpdate, { minItems: 1 }) }),
  ),
  example: {
    integrationId: '4028818a4f9d4d3d8f0b7f6a7d5c0001',
    integrationName: 'Demo (One API)',
    event: {
      messageStatusUpdate: [
        {
          channel: 'whatsapp',
          timestamp: 1506607698860,
          statusCode: 5,
          status: 'DEVICE_ACK',
          messageId: 'a4b828469b0a40f29efb1524892b23d9',
          clientMessageId: 'Customer-Message-Id',
        },
      ],
    },
  },
})

export type OneMoTextCallback = Static<typeof moText.schema>
export type OneStatusCallback = Static<typeof messageStatusUpdate.schema>
