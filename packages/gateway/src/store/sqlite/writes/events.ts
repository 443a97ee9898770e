import { randomUUIDv7 } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { StatusName } from '@waypost/protocol'
import { endpointLane } from '../../../core/endpoint.ts'
import type { Mt } from '../../../core/message.ts'
import type { CallbackEvent } from '../../../core/store.ts'
import { senderOf } from '../mt-row.ts'
import { statement } from '../statement.ts'

const nextSequence = `
  INSERT INTO endpoints (lane, last_sequence) VALUES (?, 1)
  ON CONFLICT (lane) DO UPDATE SET last_sequence = last_sequence + 1
  RETURNING last_sequence, shadowed`

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

interface Told {
  endpoint: 'message' | 'status'
  messageId: string
  event: CallbackEvent
}

export interface Events {
  /** Adds the event that reports a status; a status that is not reported adds none. */
  status(mt: Reported, status: StatusName, at: number, now: number): string[]
  /** Adds an event, for the endpoint and for its shadow if it has one, and answers their lanes. */
  add(integrationId: string, told: Told, now: number): string[]
}

/** The business knows from our answer to its request that the message waits. */
const unreported: ReadonlySet<StatusName> = new Set(['accepted', 'queued', 'queued_at_limit'])

const isReported = (status: StatusName): boolean => !unreported.has(status)

export function events(db: DatabaseSync): Events {
  const next = statement<{ last_sequence: number; shadowed: 0 | 1 }>(db, nextSequence)
  const insert = statement(db, insertEvent)

  /** Answers whether the endpoint has a shadow. */
  function put(lane: string, messageId: string, event: string, now: number): boolean {
    const { last_sequence = 1, shadowed = 0 } = next.get(lane) ?? {}
    insert.run(lane, last_sequence, randomUUIDv7().replaceAll('-', ''), messageId, event, now, now)
    return shadowed === 1
  }

  function add(integrationId: string, { endpoint, messageId, event }: Told, now: number): string[] {
    const text = JSON.stringify(event)
    const lane = endpointLane(integrationId, endpoint)
    if (!put(lane, messageId, text, now)) return [lane]
    const shadow = endpointLane(integrationId, `shadow-${endpoint}`)
    put(shadow, messageId, text, now)
    return [lane, shadow]
  }

  return {
    add,
    status(mt, status, at, now) {
      if (!isReported(status)) return []
      const event = statusEvent(mt, status, at)
      return add(mt.integration_id, { endpoint: 'status', messageId: mt.id, event }, now)
    },
  }
}

function statusEvent(mt: Reported, status: StatusName, at: number): CallbackEvent {
  const { channel }: Pick<Mt, 'channel'> = senderOf(mt.lane)
  const event: CallbackEvent = { type: 'status', channel, status, messageId: mt.id, at }
  if (mt.client_message_id !== null) event.clientMessageId = mt.client_message_id
  return event
}
