import { type Static, type TSchema, Type } from 'typebox'
import { channels } from '../generations.ts'
import { nullableString, timestamp } from '../members.ts'
import { Contact } from '../messages/contacts.ts'
import { callback } from './callback.ts'

/** The lists have one event each; readers should expect more. */
const enveloped = <Event extends TSchema>(event: Event) =>
  Type.Object({ integrationId: Type.String(), integrationName: Type.String(), event })

/** What every event of a person has. */
const fromPerson = {
  channel: Type.Enum(channels),
  messageId: Type.String(),
  relatedMessageId: nullableString('The message that this one answers.'),
  relatedClientMessageId: nullableString(),
  from: Type.String({ description: 'The person.' }),
  to: Type.String({ description: 'Your number.' }),
  timestamp: timestamp(),
  encryptionKey: nullableString(
    'The wrapped key that texts, names and files are sealed with, each for itself; null where they are clear.',
  ),
  whatsapp: Type.Object({ profileName: nullableString() }),
  charset: nullableString(),
}

export const OneMoText = Type.Object(
  {
    ...fromPerson,
    content: Type.String(),
    sms: Type.Object({ udh: nullableString(), network: nullableString() }),
  },
  { title: 'OneMoText' },
)
export type OneMoText = Static<typeof OneMoText>

const OneFile = Type.Object({
  contentType: Type.String(),
  downloadUrl: Type.String({ description: 'Takes the API key of the integration; good for 30 days.' }),
  sha256Hash: Type.String({ description: 'Of the clear bytes, 64 hex digits.' }),
  byteSize: Type.Integer({ description: 'Of the clear bytes.' }),
  fileName: Type.String(),
})

/** By reference in `files`; or, where the integration wants it, inside the event. */
const OneMoMedia = Type.Object(
  {
    ...fromPerson,
    caption: nullableString(),
    files: Type.Optional(Type.Array(OneFile, { minItems: 1, description: 'One file today.' })),
    contentType: Type.Optional(Type.String()),
    content: Type.Optional(
      nullableString('The file in base64, sealed where there is a key; null when it is not kept any more.'),
    ),
    sha256Hash: Type.Optional(Type.String()),
  },
  { title: 'OneMoMedia' },
)

const OneMoLocation = Type.Object(
  {
    ...fromPerson,
    latitude: Type.String({ description: 'Decimal degrees.' }),
    longitude: Type.String({ description: 'Decimal degrees.' }),
    locationName: nullableString(),
    locationAddress: nullableString(),
    latitute: Type.Optional(
      Type.String({ description: 'The latitude once more, as older consumers spell it; only by setting.' }),
    ),
  },
  { title: 'OneMoLocation' },
)

const OneMoContacts = Type.Object(
  { ...fromPerson, contacts: Type.Array(Contact, { minItems: 1 }) },
  { title: 'OneMoContacts' },
)

const OneMoSuggestedResponse = Type.Object(
  {
    ...fromPerson,
    content: Type.String({ description: 'The text of the button that was pressed.' }),
    postbackData: Type.String({ description: 'What the message gave the button.' }),
  },
  { title: 'OneMoSuggestedResponse' },
)

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

const example = {
  channel: 'whatsapp' as const,
  messageId: '3a89680503414383af44dcd0e4e5f184',
  relatedMessageId: null,
  relatedClientMessageId: null,
  from: '27999000001',
  to: '2799900002',
  timestamp: 1506607698000,
  encryptionKey: null,
  whatsapp: { profileName: 'Profile Name' },
  charset: null,
}
const integration = {
  integrationId: '4028818a4f9d4d3d8f0b7f6a7d5c0001',
  integrationName: 'Demo (One API)',
}
const related = {
  relatedMessageId: 'd33eef0838a121f71069a4cc8d55c19e',
  relatedClientMessageId: 'Customer-Message-Id',
}

export const moText = callback({
  id: 'moText',
  generation: 'one',
  url: 'messageUrl',
  summary: 'A person wrote a text, or something that has no event of its own',
  schema: enveloped(Type.Object({ moText: Type.Array(OneMoText, { minItems: 1 }) })),
  example: {
    ...integration,
    event: {
      moText: [
        { ...example, ...related, content: 'Text content of the reply', sms: { udh: null, network: null } },
      ],
    },
  },
})

export const moMedia = callback({
  id: 'moMedia',
  generation: 'one',
  url: 'messageUrl',
  summary: 'A person sent a file',
  schema: enveloped(Type.Object({ moMedia: Type.Array(OneMoMedia, { minItems: 1 }) })),
  example: {
    ...integration,
    event: {
      moMedia: [
        {
          ...example,
          caption: 'Our cat',
          files: [
            {
              contentType: 'image/jpeg',
              downloadUrl:
                'https://waypost.example/v1/media?fileId=c45ada9b-8a51-4413-a134-928c2b085d31.jpg&sha256Hash=529fd5482f43db39992a894bbe4216f51a4d724131a97b93cc5589433b545820&source=client',
              sha256Hash: '529fd5482f43db39992a894bbe4216f51a4d724131a97b93cc5589433b545820',
              byteSize: 12345,
              fileName: 'cat.jpg',
            },
          ],
        },
      ],
    },
  },
})

export const moLocation = callback({
  id: 'moLocation',
  generation: 'one',
  url: 'messageUrl',
  summary: 'A person shared a place',
  schema: enveloped(Type.Object({ moLocation: Type.Array(OneMoLocation, { minItems: 1 }) })),
  example: {
    ...integration,
    event: {
      moLocation: [
        {
          ...example,
          latitude: '-33.881037287485',
          longitude: '18.635891216806',
          locationName: 'Example Ltd',
          locationAddress: '100 Example Street, Bellville, Western Cape 7530',
        },
      ],
    },
  },
})

export const moContacts = callback({
  id: 'moContacts',
  generation: 'one',
  url: 'messageUrl',
  summary: 'A person shared contact cards',
  schema: enveloped(Type.Object({ moContacts: Type.Array(OneMoContacts, { minItems: 1 }) })),
  example: {
    ...integration,
    event: {
      moContacts: [
        {
          ...example,
          contacts: [
            {
              name: { formattedName: 'John Smith', firstName: 'John', lastName: 'Smith' },
              phones: [{ phone: '+1 (940) 555-1234', type: 'HOME', waId: '19405551234' }],
            },
          ],
        },
      ],
    },
  },
})

export const moSuggestedResponse = callback({
  id: 'moSuggestedResponse',
  generation: 'one',
  url: 'messageUrl',
  summary: 'A person pressed a button that has postback data',
  schema: enveloped(
    Type.Object({ moSuggestedResponse: Type.Array(OneMoSuggestedResponse, { minItems: 1 }) }),
  ),
  example: {
    ...integration,
    event: {
      moSuggestedResponse: [{ ...example, ...related, content: 'Pay now', postbackData: '{"order":17}' }],
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
    ...integration,
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

type EventOf<Contract extends { schema: TSchema }> = (Static<Contract['schema']> & {
  event: unknown
})['event']

/** What a person did, in one of its events. */
export interface OneMoCallback {
  integrationId: string
  integrationName: string
  event:
    | EventOf<typeof moText>
    | EventOf<typeof moMedia>
    | EventOf<typeof moLocation>
    | EventOf<typeof moContacts>
    | EventOf<typeof moSuggestedResponse>
}
export type OneStatusCallback = Static<typeof messageStatusUpdate.schema>
