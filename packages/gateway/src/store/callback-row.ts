import { endpointOfLane } from '../core/endpoint.ts'
import type { Callback } from '../core/store.ts'

/** A row of `events`. */
export interface EventRow {
  lane: string
  sequence: number
  id: string
  message_id: string
  event: string
  created_at: number
  state: Callback['state']
  due_at: number | null
  attempts: number
  first_at: number | null
  last_at: number | null
  last_http_status: number | null
  last_error: string | null
}

export function callbackOf(row: EventRow): Callback {
  const callback: Callback = {
    id: row.id,
    lane: row.lane,
    ...endpointOfLane(row.lane),
    sequence: row.sequence,
    messageId: row.message_id,
    event: JSON.parse(row.event),
    createdAt: row.created_at,
    state: row.state,
    attempts: row.attempts,
  }
  if (row.due_at !== null) callback.dueAt = row.due_at
  if (row.first_at !== null) callback.firstAttemptAt = row.first_at
  if (row.last_at !== null) {
    callback.lastAttempt = { at: row.last_at }
    if (row.last_http_status !== null) callback.lastAttempt.httpStatus = row.last_http_status
    if (row.last_error !== null) callback.lastAttempt.error = row.last_error
  }
  return callback
}
