/**
 * The business clock: due times, validity, windows and timestamps go by it, and it can be turned. Leases, sockets and
 * signatures go by real time and never ask it. Milliseconds since 1970.
 */
export interface Clock {
  now(): number
}

export interface BusinessClock extends Clock {
  /** How far it is ahead of real time. */
  offsetMs(): number
  turn(offsetMs: number): void
  /** Whoever waits for something by real time because it knew how long is to look again. */
  onTurn(listener: () => void): void
}

export function businessClock(): BusinessClock {
  const listeners: (() => void)[] = []
  let offset = 0
  return {
    now: () => Date.now() + offset,
    offsetMs: () => offset,
    turn(offsetMs) {
      if (offset === offsetMs) return
      offset = offsetMs
      for (const listener of listeners) listener()
    },
    onTurn: (listener) => void listeners.push(listener),
  }
}
