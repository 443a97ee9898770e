import { type OneMoTextCallback, type OneStatusCallback, oneStatus } from '@waypost/protocol'
import type { Integration } from '../../core/integration.ts'
import type { CallbackEvent } from '../../core/store.ts'
import { moText } from '../mo-text.ts'

export type OneCallback = OneMoTextCallback | OneStatusCallback

/** An event as the One API tells it: under its name, in a list that has one element today. */
export function oneCallback(
  { id: integrationId, name: integrationName }: Pick<Integration, 'id' | 'name'>,
  event: CallbackEvent,
): OneCallback {
  const envelope = { integrationId, integrationName }
  return event.type === 'status'
    ? { ...envelope, event: { messageStatusUpdate: [statusUpdate(event)] } }
    : { ...envelope, event: { moText: [text(event)] } }
}

type EventOf<Type extends CallbackEvent['type']> = Extract<CallbackEvent, { type: Type }>

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

/** The members of both channels, always; those of the other channel are null inside. */
function text({ mo, relatedMessageId, relatedClientMessageId }: EventOf<'mo'>) {
  return {
    channel: mo.channel,
    messageId: mo.id,
    relatedMessageId: relatedMessageId ?? null,
    relatedClientMessageId: relatedClientMessageId ?? null,
    from: mo.from,
    to: mo.to,
    timestamp: mo.at,
    encryptionKey: null,
    whatsapp: { profileName: mo.profileName ?? null },
    charset: null,
    content: moText(mo.content),
    sms: { udh: null, network: null },
  }
}
