/**
 * The business clock: due times, validity, windows and timestamps go by it, and it can be turned. Leases, sockets and
 * signatures go by real time and never ask it. Milliseconds since 1970.
 */
export interface Clock {
  now(): number
}

export const realClock: Clock = { now: Date.now }
