import type { StatusName } from '@waypost/protocol'
import type { Mt } from './message.ts'
import type { Callback, LaneKind, RecordedOutcome } from './store.ts'

/** What people ask of the ledger, and what it answers. */

export interface Page<T> {
  items: T[]
  nextCursor: string | undefined
}

export interface MtQuery {
  integrationId?: string
  to?: string
  status?: StatusName[]
  clientMessageId?: string
  cursor?: string
  limit: number
}

export interface CallbackQuery {
  integrationId?: string
  state?: Callback['state']
  cursor?: string
  limit: number
}

export interface OptOutQuery {
  integrationId: string
  cursor?: string
  limit: number
}

/** Everything that happened to one message, oldest first. */
export interface MtLife {
  mt: Mt
  supplierIds: string[]
  attempts: {
    number: number
    beganAt: number
    endedAt?: number
    outcome?: RecordedOutcome['settled']['type']
    detail?: string
  }[]
  callbacks: Callback[]
}

export interface LaneSummary {
  lane: string
  kind: LaneKind
  waiting: number
  oldestDueAt: number | undefined
  node: string | undefined
  leasedUntil: number | undefined
  /** Of an endpoint: its first failure since it last took an event. */
  failingSince: number | undefined
  pausedAt: number | undefined
}
