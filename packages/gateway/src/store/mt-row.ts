import type { Mt } from '../core/message.ts'
import { laneOf } from '../core/store.ts'

/** What `accept` stores of a message, in the order of its INSERT: arrays cross to the writer cheaper than objects. */
export type NewMt = [
  id: string,
  integrationId: string,
  lane: string,
  recipient: string,
  content: string,
  clientMessageId: string | null,
  generation: Mt['generation'],
  priority: Mt['priority'],
  acceptedAt: number,
  dueAt: number | null,
  expiresAt: number,
  conversation: string | null,
  status: Mt['status'],
  statusAt: number,
  onUncertain: Mt['onUncertain'],
  uncertainWaitMs: number,
  encryptionKey: string | null,
  price: number | null,
]

export const newMt = (mt: Mt): NewMt => [
  mt.id,
  mt.integrationId,
  laneOf(mt),
  mt.to,
  JSON.stringify(mt.content),
  mt.clientMessageId ?? null,
  mt.generation,
  mt.priority,
  mt.acceptedAt,
  mt.dueAt ?? null,
  mt.expiresAt,
  mt.conversation ?? null,
  mt.status,
  mt.statusAt,
  mt.onUncertain,
  mt.uncertainWaitMs,
  mt.encryptionKey ?? null,
  mt.charge?.price ?? null,
]

/** What became of a price. Once begun, its message's turn to be sent has come; it is reserved as before. */
export type Charge = 'reserved' | 'begun' | 'charged' | 'released'

/** A row of `mts`. */
export interface MtRow {
  id: string
  integration_id: string
  lane: string
  recipient: string
  content: string
  client_message_id: string | null
  generation: Mt['generation']
  priority: Mt['priority']
  accepted_at: number
  due_at: number | null
  expires_at: number
  conversation: string | null
  status: Mt['status']
  status_at: number
  on_uncertain: Mt['onUncertain']
  uncertain_wait_ms: number
  encryption_key: string | null
  attempts: number
  under_way: 0 | 1
  uncertain: 0 | 1
  price: number | null
  charge: Charge | null
  fault: Mt['fault'] | null
}

export function mtOf(row: MtRow): Mt {
  const { channel, from } = senderOf(row.lane)
  const mt: Mt = {
    id: row.id,
    integrationId: row.integration_id,
    channel,
    from,
    to: row.recipient,
    content: JSON.parse(row.content),
    generation: row.generation,
    priority: row.priority,
    acceptedAt: row.accepted_at,
    expiresAt: row.expires_at,
    status: row.status,
    statusAt: row.status_at,
    attempts: row.attempts,
    uncertain: row.uncertain === 1,
    onUncertain: row.on_uncertain,
    uncertainWaitMs: row.uncertain_wait_ms,
  }
  if (row.encryption_key !== null) mt.encryptionKey = row.encryption_key
  if (row.client_message_id !== null) mt.clientMessageId = row.client_message_id
  if (row.due_at !== null) mt.dueAt = row.due_at
  if (row.conversation !== null) mt.conversation = row.conversation
  if (row.fault) mt.fault = row.fault
  if (row.price !== null && row.charge !== null)
    mt.charge = { price: row.price, state: row.charge === 'begun' ? 'reserved' : row.charge }
  return mt
}

/** The way back from `laneOf`. */
export function senderOf(lane: string): Pick<Mt, 'channel' | 'from'> {
  const colon = lane.indexOf(':')
  // `laneOf` made it: what stands before the colon is a channel.
  return { channel: lane.slice(0, colon) as Mt['channel'], from: lane.slice(colon + 1) }
}
