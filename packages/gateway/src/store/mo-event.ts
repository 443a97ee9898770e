import type { Mo } from '../core/message.ts'
import type { CallbackEvent } from '../core/store.ts'

/** An MO whose person has a number, or what stands for one. */
export type PersonsMo = Mo & { from: string }

/** The MT that an MO answers. */
export interface RelatedRow {
  id: string
  client_message_id: string | null
}

export function moEvent(mo: PersonsMo, mt: RelatedRow | undefined): CallbackEvent {
  const event: CallbackEvent = { type: 'mo', mo }
  if (mt) {
    event.relatedMessageId = mt.id
    if (mt.client_message_id !== null) event.relatedClientMessageId = mt.client_message_id
  }
  return event
}
