import type { Mt } from './message.ts'

/**
 * How fast one sender may write to one person. Meta allows one message in six seconds, and bursts that are paid back
 * afterwards: a bucket that holds 45 and leaks one each six seconds. Whatever does not fit gets a turn of its own, six
 * seconds after the one before: it is moved once, however many wait. Times are real ones, of `performance.now()`.
 */
export interface Pairs {
  /** When this message may go to its person; not later than `now` means at once. */
  turnOf(mt: Waiting, now: number): number
  /** It waits for its turn: whatever comes later gets a later one. */
  book(to: string, turn: number): void
  left(to: string, now: number): void
  /** The supplier refused: nothing goes to this person for a while. */
  block(to: string, until: number): void
  /** How many people it remembers something of: those of the past are forgotten by and by. */
  size(): number
}

export type Waiting = Pick<Mt, 'to' | 'acceptedAt' | 'dueAt'>

const leakMs = 6000
const burst = 45
/** Turns come by the business clock, which may run so much ahead of the real one. */
const earlyMs = 50
const leastToSweep = 1000

export function pairs(limited: boolean): Pairs {
  // Per person the time at which the bucket is empty again, and the first turn that is not booked. One that has passed
  // means no more than none at all.
  const emptyAt = new Map<string, number>()
  const nextTurn = new Map<string, number>()
  const blockedUntil = new Map<string, number>()

  const all = [emptyAt, nextTurn, blockedUntil]
  const size = () => Math.max(...all.map((times) => times.size))
  let sweepAbove = leastToSweep

  function sweep(now: number) {
    if (size() <= sweepAbove) return
    for (const times of all) for (const [to, at] of times) if (at <= now) times.delete(to)
    sweepAbove = Math.max(leastToSweep, size() * 2)
  }

  return {
    turnOf({ to, acceptedAt, dueAt }, now) {
      const blocked = blockedUntil.get(to) ?? -Infinity
      if (!limited) return blocked
      const next = nextTurn.get(to) ?? -Infinity
      const freeAt = (emptyAt.get(to) ?? now) - (burst - 1) * leakMs
      // One that was moved before has had its turn; a new one does not go before those that still wait for theirs.
      const isBehind = dueAt === acceptedAt && next - leakMs > now
      return freeAt <= now + earlyMs && !isBehind ? blocked : Math.max(blocked, freeAt, next)
    },
    book(to, turn) {
      if (limited) nextTurn.set(to, Math.max(nextTurn.get(to) ?? -Infinity, turn + leakMs))
    },
    left(to, now) {
      if (limited) emptyAt.set(to, Math.max(now, emptyAt.get(to) ?? now) + leakMs)
      sweep(now)
    },
    block(to, until) {
      blockedUntil.set(to, until)
    },
    size,
  }
}
