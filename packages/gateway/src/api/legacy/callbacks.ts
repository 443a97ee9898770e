import { type LegacyMo, type LegacyStatus, legacyStatus } from '@waypost/protocol'
import type { Integration } from '../../core/integration.ts'
import type { CallbackEvent } from '../../core/store.ts'
import { moText } from '../mo-text.ts'

export type LegacyCallback = LegacyMo | LegacyStatus

/** An event as the legacy API tells it: flat, and every member there whatever the event has. */
export function legacyCallback(
  { id: integrationId, name: integrationName }: Pick<Integration, 'id' | 'name'>,
  event: CallbackEvent,
): LegacyCallback {
  const envelope = { integrationId, integrationName }
  return event.type === 'status' ? { ...envelope, ...status(event) } : { ...envelope, ...message(event) }
}

type EventOf<Type extends CallbackEvent['type']> = Extract<CallbackEvent, { type: Type }>

function status({ status: name, messageId, clientMessageId, at }: EventOf<'status'>) {
  const { code, status } = legacyStatus(name)
  return { timestamp: at, statusCode: code, status, messageId, clientMessageId: clientMessageId ?? null }
}

/** There is no place for the channel or for the number that was written to. */
function message({ mo, relatedMessageId, relatedClientMessageId }: EventOf<'mo'>) {
  return {
    content: moText(mo.content),
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
    encryptionKey: null,
    sha256Hash: null,
  }
}
