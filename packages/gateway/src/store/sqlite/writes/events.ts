import { randomUUIDv7 } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { StatusName } from '@waypost/protocol'
import { endpointLane } from '../../../core/endpoint.ts'
import type { CallbackEvent } from '../../../core/store.ts'
import { isReported, type Reported, statusEvent } from '../../status-event.ts'
import { statement } from '../statement.ts'

const nextSequence = `
  INSERT INTO endpoints (lane, last_sequence) VALUES (?, 1)
  ON CONFLICT (lane) DO UPDATE SET last_sequence = last_sequence + 1
  RETURNING last_sequence, shadowed`

const insertEvent = `
  INSERT INTO events (lane, sequence, id, message_id, event, created_at, state, due_at)
  VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?)`

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
