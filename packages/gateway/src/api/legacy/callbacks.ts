import { type LegacyMo, type LegacyStatus, legacyStatus } from '@waypost/protocol'
import type { Integration } from '../../core/integration.ts'
import type { MoContent } from '../../core/message.ts'
import { moText } from '../../core/mo-text.ts'
import type { CallbackEvent } from '../../core/store.ts'
import type { Surroundings } from '../callback-shapes.ts'

export type LegacyCallback = LegacyMo | LegacyStatus

/** An event as the legacy API tells it: flat, and every member there whatever the event has. */
export function legacyCallback(
  { id: integrationId, name: integrationName }: Pick<Integration, 'id' | 'name'>,
  event: CallbackEvent,
  { filePlace }: Pick<Surroundings, 'filePlace'>,
): LegacyCallback {
  const envelope = { integrationId, integrationName }
  return event.type === 'status'
    ? { ...envelope, ...status(event) }
    : { ...envelope, ...message(event), ...own(event.mo.content, filePlace) }
}

type EventOf<Type extends CallbackEvent['type']> = Extract<CallbackEvent, { type: Type }>

function status({ status: name, messageId, clientMessageId, at }: EventOf<'status'>) {
  const { code, status } = legacyStatus(name)
  return { timestamp: at, statusCode: code, status, messageId, clientMessageId: clientMessageId ?? null }
}

/** There is no place for the channel or for the number that was written to. */
function message({ mo, relatedMessageId, relatedClientMessageId }: EventOf<'mo'>) {
  return {
    content: null,
    messageId: mo.id,
    relatedMessageId: relatedMessageId ?? null,
    from: mo.from,
    profileName: mo.profileName ?? null,
    timestamp: mo.at,
    clientMessageId: relatedClientMessageId ?? null,
    caption: null,
    contentType: null,
    locationAddress: null,
    latitude: null,
    longitude: null,
    locationName: null,
    encryptionKey: mo.encryptionKey ?? null,
    sha256Hash: null,
  }
}

/** What the kind of message fills in. A pressed button is its text: there is no place for postback data. */
function own(content: MoContent, filePlace: string | null): Partial<LegacyMo> {
  switch (content.type) {
    case 'media': {
      const { contentType, caption = null } = content.media
      return { content: filePlace, contentType, caption }
    }
    case 'location': {
      const { latitude, longitude, name = null, address = null } = content.location
      return { latitude, longitude, locationName: name, locationAddress: address }
    }
    case 'contacts':
      return { contacts: content.contacts.contacts }
    default:
      return { content: moText(content) }
  }
}
