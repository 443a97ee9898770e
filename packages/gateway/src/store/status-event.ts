import type { StatusName } from '@waypost/protocol'
import type { CallbackEvent } from '../core/store.ts'
import { senderOf } from './mt-row.ts'

/** What an event says of the message that it reports. */
export interface Reported {
  id: string
  integration_id: string
  lane: string
  client_message_id: string | null
}

/** The business knows from our answer to its request that the message waits. */
const unreported: ReadonlySet<StatusName> = new Set(['accepted', 'queued', 'queued_at_limit'])

export const isReported = (status: StatusName): boolean => !unreported.has(status)

export function statusEvent(mt: Reported, status: StatusName, at: number): CallbackEvent {
  const { channel } = senderOf(mt.lane)
  const event: CallbackEvent = { type: 'status', channel, status, messageId: mt.id, at }
  if (mt.client_message_id !== null) event.clientMessageId = mt.client_message_id
  return event
}
