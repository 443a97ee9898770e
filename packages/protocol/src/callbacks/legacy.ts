import { type Static, Type } from 'typebox'
import { nullableString, timestamp } from '../members.ts'
import { Contact } from '../messages/contacts.ts'
import { callback } from './callback.ts'

/** Flat, and every member but `contacts` always there, whatever kind of message it is. */
export const LegacyMo = Type.Object(
  {
    integrationId: Type.String(),
    integrationName: Type.String(),
    content: nullableString('The text; of a file its base64, null when it is not kept any more.'),
    messageId: Type.String(),
    relatedMessageId: nullableString('The message that this one answers.'),
    from: Type.String({ description: 'The person.' }),
    profileName: nullableString(),
    timestamp: timestamp(),
    clientMessageId: nullableString('Of the message that this one answers.'),
    caption: nullableString(),
    contentType: nullableString(),
    locationAddress: nullableString(),
    latitude: nullableString(),
    longitude: nullableString(),
    locationName: nullableString(),
    encryptionKey: nullableString(
      'The wrapped key that texts, names and files are sealed with, each for itself; null where they are clear.',
    ),
    sha256Hash: nullableString(),
    contacts: Type.Optional(Type.Array(Contact, { minItems: 1 })),
  },
  { title: 'LegacyMo' },
)
export type LegacyMo = Static<typeof LegacyMo>

export const LegacyStatus = Type.Object(
  {
    integrationId: Type.String(),
    integrationName: Type.String(),
    timestamp: timestamp(),
    statusCode: Type.Integer({ description: 'A code of the legacy status table.' }),
    status: Type.String(),
    messageId: Type.String({ description: 'The `messageId` of the send.' }),
    clientMessageId: nullableString(),
  },
  { title: 'LegacyStatus' },
)
export type LegacyStatus = Static<typeof LegacyStatus>

export const legacyMo = callback({
  id: 'legacyMo',
  generation: 'legacy',
  url: 'messageUrl',
  summary: 'A person wrote a message',
  schema: LegacyMo,
  example: {
    integrationId: '4028818a4f9d4d3d8f0b7f6a7d5c0002',
    integrationName: 'Demo (legacy)',
    content: 'Inbound test message',
    messageId: 'eeffc384e008469983ffbdfc9f958a81',
    relatedMessageId: null,
    from: '27999000001',
    profileName: 'Profile Name',
    timestamp: 1612528111000,
    clientMessageId: null,
    caption: null,
    contentType: null,
    locationAddress: null,
    latitude: null,
    longitude: null,
    locationName: null,
    encryptionKey: null,
    sha256Hash: null,
  },
})

export const legacyStatus = callback({
  id: 'legacyStatus',
  generation: 'legacy',
  url: 'statusUrl',
  summary: 'A message that you sent has another status',
  schema: LegacyStatus,
  example: {
    integrationId: '4028818a4f9d4d3d8f0b7f6a7d5c0002',
    integrationName: 'Demo (legacy)',
    timestamp: 1506607698860,
    statusCode: 4,
    status: 'RECEIVED_BY_RECIPIENT',
    messageId: '6eb5bfe33d4546fa8c2331d51f3506c8',
    clientMessageId: 'Customer-Message-Id',
  },
})
