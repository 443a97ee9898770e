import type { Retry } from './message.ts'

/**
 * How long to wait after a fault that may pass, and who waits: this message, everything from this sender to this
 * person, or everything from this sender. Where it comes from: Meta's advice (the pair's powers of four) and
 * measured practice (`docs/failures.md`).
 */
interface Policy {
  waits: 'message' | 'pair' | 'lane'
  /** `attempts` counts from 1; `random` is in [0, 1). */
  delayMs(attempts: number, random: number): number
}

const second = 1000
const minute = 60 * second
const growing = (firstMs: number, mostMs: number, attempts: number) =>
  Math.min(mostMs, firstMs * 2 ** Math.min(attempts - 1, 30))

export const policies: Record<Retry, Policy> = {
  // Full jitter over at least half a second: what failed together must not come back together.
  transient: {
    waits: 'message',
    delayMs: (attempts, random) => second / 2 + random * growing(second, 5 * minute, attempts),
  },
  throughput: { waits: 'lane', delayMs: () => second },
  pair: { waits: 'pair', delayMs: (attempts) => second * 4 ** Math.min(attempts - 1, 8) },
  'api-quota': { waits: 'lane', delayMs: (attempts) => growing(5 * minute, 60 * minute, attempts) },
  maintenance: { waits: 'lane', delayMs: () => minute },
  'template-sync': { waits: 'message', delayMs: () => minute },
  'hold-credential': { waits: 'lane', delayMs: () => minute },
  'hold-account': { waits: 'lane', delayMs: () => 15 * minute },
}
