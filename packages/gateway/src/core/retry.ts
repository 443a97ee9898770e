import type { Retry } from './message.ts'

/**
 * How long to wait after a fault that may pass, and who waits: this message, everything from this sender to this
 * person, or everything from this sender. Where it comes from: Meta's advice (the pair's powers of four) and
 * measured practice (`docs/failures.md`).
 */
interface Policy {
  waits: 'message' | 'pair' | 'lane'
  /** `times` counts from 1: the message's attempts, or what held the lane in a row. `random` is in [0, 1). */
  delayMs(times: number, random: number): number
  /** After so many waits in vain the fault is another one's, or the message's own; without it, only time ends them. */
  limit?: { repeats: number; next: Retry | 'failed' }
  /** The supplier knows how long its own fault lasts, and is believed from here on; else `delayMs` is the least. */
  leastMs?: number
}

const second = 1000
const minute = 60 * second
const growing = (firstMs: number, mostMs: number, times: number) =>
  Math.min(mostMs, firstMs * 2 ** Math.min(times - 1, 30))

export const policies: Record<Retry, Policy> = {
  // Full jitter over at least half a second: what failed together must not come back together.
  transient: {
    waits: 'message',
    delayMs: (times, random) => second / 2 + random * growing(second, 5 * minute, times),
  },
  throughput: { waits: 'lane', delayMs: () => second },
  pair: { waits: 'pair', delayMs: (times) => second * 4 ** Math.min(times - 1, 8) },
  'api-quota': {
    waits: 'lane',
    delayMs: (times) => growing(5 * minute, 60 * minute, times),
    leastMs: minute,
  },
  maintenance: { waits: 'lane', delayMs: () => minute, limit: { repeats: 15, next: 'transient' } },
  'template-sync': { waits: 'message', delayMs: () => minute, limit: { repeats: 10, next: 'failed' } },
  'hold-credential': { waits: 'lane', delayMs: () => minute },
  'hold-account': { waits: 'lane', delayMs: () => 15 * minute },
}

/** The policy that a fault is waited out by when it is met for this many times in a row. */
export function policyAt(retry: Retry, times: number): Policy {
  const { limit } = policies[retry]
  return limit && limit.next !== 'failed' && times > limit.repeats ? policies[limit.next] : policies[retry]
}

/**
 * How often a message is sent again for a fault before it fails: what its supplier grants it, or the policy; undefined
 * where only its time ends that.
 */
export function repeatsOf(retry: Retry, granted: number | undefined): number | undefined {
  const { limit } = policies[retry]
  return granted ?? (limit?.next === 'failed' ? limit.repeats : undefined)
}

/** `askedMs` is what the supplier asked for: a `Retry-After: 0` that was obeyed would be a hot loop. */
export function waitMs({ delayMs, leastMs }: Policy, { times, random, askedMs }: Waiting): number {
  const own = delayMs(times, random)
  return Math.round(askedMs === undefined ? own : Math.max(askedMs, leastMs ?? own))
}

interface Waiting {
  times: number
  random: number
  askedMs?: number | undefined
}

/**
 * How long a message waits whose fault was reported after its attempt. What holds its lane back holds it as well, and
 * goes when the lane does; but the lane's hold is of one node's memory, so its own wait grows to the same length.
 */
export function waitAfterReportMs(retry: Retry, attempts: number, random: number): number {
  const wait = waitMs(policies[retry], { times: attempts, random })
  return policies[retry].waits === 'lane' ? growing(second, wait, attempts) : wait
}
