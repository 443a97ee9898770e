import type { Callback, CallbackAttempt } from '../core/store.ts'
import type { Delivered } from './deliver.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute

/** How long to wait after the first failed attempt, the second, …; the last one repeats until trying ends. */
export const schedule = {
  gapsMs: [
    5 * second,
    30 * second,
    2 * minute,
    10 * minute,
    30 * minute,
    1 * hour,
    2 * hour,
    4 * hour,
    8 * hour,
  ],
  /** A gap is up to this much shorter or longer, so that events that failed together do not come back together. */
  jitter: 0.2,
  /** Reckoned from the first attempt: what waited before, for a URL or behind a failing endpoint, loses nothing of it. */
  endsAfterMs: 72 * hour,
} as const

export interface Chance {
  /** The business clock. */
  now(): number
  /** From 0 up to 1. */
  random(): number
}

interface Tried extends Chance {
  firstAttemptAt: number
  /** Attempts made so far, at least one. */
  attempts: number
}

/** When an event is tried again; undefined when its time is up and it becomes a dead letter. */
export function nextAttempt({ firstAttemptAt, attempts, now, random }: Tried): number | undefined {
  const { gapsMs, jitter, endsAfterMs } = schedule
  const gapMs = gapsMs[Math.min(attempts, gapsMs.length) - 1] ?? gapsMs[0]
  const dueAt = now() + Math.round(gapMs * (1 - jitter + 2 * jitter * random()))
  return dueAt <= firstAttemptAt + endsAfterMs ? dueAt : undefined
}

/** What the store is told of an attempt that has just ended. */
export function settle(
  {
    id,
    sequence,
    firstAttemptAt,
    attempts,
  }: Pick<Callback, 'id' | 'sequence' | 'firstAttemptAt' | 'attempts'>,
  { verdict, ...seen }: Delivered,
  { now, random }: Chance,
): CallbackAttempt {
  const attempt = { id, sequence, at: now(), ...seen }
  if (verdict === 'delivered') return { ...attempt, next: { state: 'delivered' } }
  if (verdict === 'final') return { ...attempt, next: { state: 'dead' } }

  const began = firstAttemptAt ?? attempt.at
  const dueAt = nextAttempt({ firstAttemptAt: began, attempts: attempts + 1, now, random })
  return { ...attempt, next: dueAt === undefined ? { state: 'dead' } : { state: 'waiting', dueAt } }
}
