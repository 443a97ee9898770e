import { randomUUIDv7 } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { StatusName } from '@waypost/protocol'
import { type Endpoint, endpointLane } from '../../../core/endpoint.ts'
import type { Mt } from '../../../core/message.ts'
import type { CallbackEvent } from '../../../core/store.ts'
import { senderOf } from '../mt-row.ts'
import { statement } from '../statement.ts'

const nextSequence = `
  INSERT INTO endpoints (lane, last_sequence) VALUES (?, 1)
  ON CONFLICT (lane) DO UPDATE SET last_sequence = last_sequence + 1
  RETURNING last_sequence`

const insertEvent = `
  INSERT INTO events (lane, sequence, id, message_id, event, created_at, state, due_at)
  VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?)`

/** What an event says of the message that it reports. */
export interface Reported {
  id: string
  integration_id: string
  lane: string
  client_message_id: string | null
}

export interface Events {
  /** Adds the event that reports a status, and answers its lane; a status that is not reported adds none. */
  status(mt: Reported, status: StatusName, at: number, now: number): string | undefined
  add(integrationId: string, endpoint: Endpoint, messageId: string, event: CallbackEvent, now: number): string
}

/** The business knows from our answer to its request that the message waits. */
const unreported: ReadonlySet<StatusName> = new Set(['accepted', 'queued', 'queued_at_limit'])

export const isReported = (status: StatusName): boolean => !unreported.has(status)

export function events(db: DatabaseSync): Events {
  const next = statement<{ last_sequence: number }>(db, nextSequence)
  const insert = statement(db, insertEvent)

  function add(
    integrationId: string,
    endpoint: Endpoint,
    messageId: string,
    event: CallbackEvent,
    now: number,
  ): string {
    const lane = endpointLane(integrationId, endpoint)
    const sequence = next.get(lane)?.last_sequence ?? 1
    const id = randomUUIDv7().replaceAll('-', '')
    insert.run(lane, sequence, id, messageId, JSON.stringify(event), now, now)
    return lane
  }

  return {
    add,
    status(mt, status, at, now) {
      if (!isReported(status)) return undefined
      return add(mt.integration_id, 'status', mt.id, statusEvent(mt, status, at), now)
    },
  }
}

function statusEvent(mt: Reported, status: StatusName, at: number): CallbackEvent {
  const { channel }: Pick<Mt, 'channel'> = senderOf(mt.lane)
  const event: CallbackEvent = { type: 'status', channel, status, messageId: mt.id, at }
  if (mt.client_message_id !== null) event.clientMessageId = mt.client_message_id
  return event
}
