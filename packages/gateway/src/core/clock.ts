/**
 * The business clock: due times, validity, windows and timestamps go by it, and it can be turned. Leases, sockets and
 * signatures go by real time and never ask it. Milliseconds since 1970.
 */
export interface Clock {
  now(): number
}

export interface BusinessClock extends Clock {
  /** Real time, as all nodes on one ledger have it: the ledger's where it has one, else this machine's. */
  realNow(): number
  /** How far it is ahead of real time. */
  offsetMs(): number
  turn(offsetMs: number): void
  /** The ledger said that it was `at`, at some moment between question and answer. */
  hear(at: number, moments: Moments): void
  /** How far the machine's own clock is ahead of real time. */
  aheadMs(): number
  /** Whoever waits for something by real time because it knew how long is to look again. */
  onTurn(listener: () => void): void
}

/** By `performance.now()`, which nobody sets. */
export interface Moments {
  asked: number
  answered: number
}

/** Whoever waits is told of more than this. */
const jumpMs = 1000

const machine = { wall: () => Date.now(), passed: () => performance.now() }

export function businessClock({ wall, passed } = machine): BusinessClock {
  const listeners: (() => void)[] = []
  let offset = 0
  /** The ledger's time when nothing had passed. */
  let origin: number | undefined
  const realNow = () => (origin === undefined ? wall() : Math.round(origin + passed()))

  function announce() {
    for (const listener of listeners) listener()
  }

  return {
    now: () => realNow() + offset,
    realNow,
    offsetMs: () => offset,
    turn(offsetMs) {
      if (offset === offsetMs) return
      offset = offsetMs
      announce()
    },
    hear(at, { asked, answered }) {
      const before = realNow()
      // It certainly lies between these. What agrees with that is left alone: so the clock does not tremble with the
      // network, and an answer that was long under way says little by itself.
      const [least, most] = [at - answered, at - asked]
      origin = origin === undefined ? (least + most) / 2 : Math.min(Math.max(origin, least), most)
      if (Math.abs(realNow() - before) > jumpMs) announce()
    },
    aheadMs: () => (origin === undefined ? 0 : wall() - realNow()),
    onTurn: (listener) => void listeners.push(listener),
  }
}
