const second = 1_000
const minute = 60 * second
const hour = 60 * minute

const delaysMs = [0, second, 5 * second, 30 * second, 2 * minute, 10 * minute, 30 * minute, hour, 4 * hour]

/** How long to wait after the attempt with this number, counted from 1: at once, then less and less often. */
export function delayAfter(attempt: number): number {
  return delaysMs[Math.min(attempt, delaysMs.length) - 1] ?? 0
}

/** Meta gives up after seven days. */
export const triedForMs = 7 * 24 * hour

/** How many go out in one post: fewer the more often they were refused, so that a bad one is soon alone. */
export function groupSize(attempts: number): number {
  if (attempts < 2) return 100
  return attempts === 2 ? 10 : 1
}
