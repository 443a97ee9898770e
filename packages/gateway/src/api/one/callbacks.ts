import { type OneMoCallback, type OneStatusCallback, oneStatus } from '@waypost/protocol'
import type { Integration } from '../../core/integration.ts'
import type { MoContent, MoMedia } from '../../core/message.ts'
import { moText } from '../../core/mo-text.ts'
import type { CallbackEvent } from '../../core/store.ts'
import type { Surroundings } from '../callback-shapes.ts'

export type OneCallback = OneMoCallback | OneStatusCallback

/** An event as the One API tells it: under its name, in a list that has one element today. */
export function oneCallback(
  { id: integrationId, name: integrationName, callbacks }: Telling,
  event: CallbackEvent,
  around: Surroundings,
): OneCallback {
  const envelope = { integrationId, integrationName }
  return event.type === 'status'
    ? { ...envelope, event: { messageStatusUpdate: [statusUpdate(event)] } }
    : { ...envelope, event: moEvent(event, { ...around, ...callbacks }) }
}

type Telling = Pick<Integration, 'id' | 'name'> & {
  callbacks: Pick<Integration['callbacks'], 'inlineMedia' | 'misspeltLatitude'>
}

type EventOf<Type extends CallbackEvent['type']> = Extract<CallbackEvent, { type: Type }>
type ContentOf<Type extends MoContent['type']> = Extract<MoContent, { type: Type }>
type Settings = Surroundings & Telling['callbacks']

function statusUpdate({ channel, status: name, messageId, clientMessageId, at }: EventOf<'status'>) {
  const { code, status } = oneStatus(name)
  return {
    channel,
    timestamp: at,
    statusCode: code,
    status,
    messageId,
    clientMessageId: clientMessageId ?? null,
  }
}

function moEvent(event: EventOf<'mo'>, settings: Settings): OneMoCallback['event'] {
  const common = commonOf(event)
  const { content } = event.mo
  if (content.type === 'media') return { moMedia: [{ ...common, ...mediaOf(content.media, settings) }] }
  if (content.type === 'location') return { moLocation: [{ ...common, ...locationOf(content, settings) }] }
  if (content.type === 'contacts') return { moContacts: [{ ...common, contacts: content.contacts.contacts }] }
  if (content.type === 'button' && content.button.postbackData !== undefined) {
    const { text, postbackData } = content.button
    return { moSuggestedResponse: [{ ...common, content: text, postbackData }] }
  }
  return { moText: [{ ...common, content: moText(content), sms: { udh: null, network: null } }] }
}

/** The members of both channels, always; those of the other channel are null inside. */
function commonOf({ mo, relatedMessageId, relatedClientMessageId }: EventOf<'mo'>) {
  return {
    channel: mo.channel,
    messageId: mo.id,
    relatedMessageId: relatedMessageId ?? null,
    relatedClientMessageId: relatedClientMessageId ?? null,
    from: mo.from,
    to: mo.to,
    timestamp: mo.at,
    encryptionKey: mo.encryptionKey ?? null,
    whatsapp: { profileName: mo.profileName ?? null },
    charset: null,
  }
}

function mediaOf(media: MoMedia, { inlineMedia, filePlace, downloadUrl }: Settings) {
  const { contentType, sha256: sha256Hash, bytes: byteSize, fileName, caption = null } = media
  return inlineMedia
    ? { caption, contentType, content: filePlace, sha256Hash }
    : { caption, files: [{ contentType, downloadUrl: downloadUrl(media), sha256Hash, byteSize, fileName }] }
}

function locationOf(
  { location: { latitude, longitude, name, address } }: ContentOf<'location'>,
  { misspeltLatitude }: Settings,
) {
  return {
    latitude,
    longitude,
    locationName: name ?? null,
    locationAddress: address ?? null,
    ...(misspeltLatitude && { latitute: latitude }),
  }
}
