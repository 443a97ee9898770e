/**
 * Keeps a sender under its supplier's limit exactly: in no second does more than the limit leave, wherever the second
 * begins. When the supplier complains all the same, the limit halves, and grows back by a twentieth each ten quiet
 * seconds. Times are real ones, of `performance.now()`.
 */
export interface Pace {
  /** How many may leave now. */
  free(now: number): number
  /** When the next one may leave, while `free` is 0. */
  freeAt(): number
  left(now: number, messages: number): void
  /** One that was said to have left at this time did not. */
  stayed(at: number): void
  slowDown(now: number): void
}

const secondMs = 1000
const quietMs = 10_000

/** `freeMs`: for how long nobody has sent for this sender, as far as that is known; its last second counts. */
export function pace(messagesPerSecond: number, now = 0, freeMs = Infinity): Pace {
  const most = Math.max(1, Math.floor(messagesPerSecond))
  // A ring of when the last second's messages left: `count` of them, the oldest at `tail`.
  const left = new Float64Array(most)
  let tail = 0
  let count = 0
  let limit = most
  let changedAt = 0
  const restsUntil = now + secondMs - freeMs

  return {
    free(now) {
      for (; count > 0 && (left[tail] ?? 0) <= now - secondMs; count--) tail = (tail + 1) % most
      if (limit < most && now - changedAt >= quietMs) {
        limit = Math.min(most, Math.ceil(limit * 1.05))
        changedAt = now
      }
      return now < restsUntil ? 0 : Math.max(0, limit - count)
    },
    freeAt: () => Math.max(restsUntil, (left[(tail + Math.max(0, count - limit)) % most] ?? 0) + secondMs),
    left(now, messages) {
      for (let i = 0; i < messages; i++) left[(tail + count++) % most] = now
    },
    stayed(at) {
      for (let back = count - 1; back >= 0; back--) {
        if (left[(tail + back) % most] !== at) continue
        for (let i = back + 1; i < count; i++) left[(tail + i - 1) % most] = left[(tail + i) % most] ?? 0
        count--
        return
      }
    },
    slowDown(now) {
      limit = Math.max(1, Math.floor(limit / 2))
      changedAt = now
    },
  }
}
