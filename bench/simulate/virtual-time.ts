/**
 * Time that passes only when everything that can happen has happened. While it runs, timers and `performance.now()` of this
 * process are virtual ones: the code that is looked at is the real one, and hours of it take seconds.
 */
export interface VirtualTime {
  /** Milliseconds since the start. */
  now(): number
  sleep(ms: number): Promise<void>
  /** Lets this much time pass, timer by timer. */
  pass(ms: number): Promise<void>
}

interface Timer {
  at: number
  order: number
  every: number | undefined
  call: () => void
}

export async function inVirtualTime<T>(run: (time: VirtualTime) => Promise<T>): Promise<T> {
  const real = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    setInterval: globalThis.setInterval,
    clearInterval: globalThis.clearInterval,
    now: performance.now,
    settle: globalThis.setImmediate,
  }
  const timers = heap()
  const ended = new WeakSet<Timer>()
  let at = 0
  let order = 0

  const start = (call: () => void, ms: number, every?: number): Timer => {
    const timer = { at: at + Math.max(ms, 0), order: order++, every, call }
    timers.push(timer)
    return timer
  }
  const end = (timer: Timer | undefined) => {
    if (timer) ended.add(timer)
  }
  /** Whatever follows from the last timer without time passing. */
  const settled = () => new Promise<void>((resolve) => real.settle(() => real.settle(resolve)))

  /** The first of them. */
  function fire(timer: Timer) {
    timers.pop()
    if (ended.has(timer)) return
    timer.call()
    if (timer.every === undefined || ended.has(timer)) return
    timer.at = at + timer.every
    timer.order = order++
    timers.push(timer)
  }

  const time: VirtualTime = {
    now: () => at,
    sleep: (ms) => new Promise((resolve) => start(resolve, ms)),
    async pass(ms) {
      const until = at + ms
      await settled()
      for (let next = timers.first(); next && next.at <= until; next = timers.first()) {
        at = next.at
        for (let due: Timer | undefined = next; due && due.at <= at; due = timers.first()) fire(due)
        await settled()
      }
      at = until
    },
  }

  // What a timer is called by is its own; nobody here looks inside.
  Object.assign(globalThis, {
    setTimeout: (call: () => void, ms = 0) => start(call, ms),
    clearTimeout: end,
    setInterval: (call: () => void, ms = 0) => start(call, ms, Math.max(ms, 1)),
    clearInterval: end,
  })
  performance.now = () => at
  try {
    return await run(time)
  } finally {
    const { now, settle: _, ...functions } = real
    Object.assign(globalThis, functions)
    performance.now = now
  }
}

/** The soonest first; of two at once the one that was started first. */
function heap() {
  const items: Timer[] = []
  const isBefore = (a: Timer, b: Timer) => a.at < b.at || (a.at === b.at && a.order < b.order)
  const at = (i: number): Timer => items[i] as Timer // only asked for where there is one
  const swap = (i: number, j: number) => {
    const held = at(i)
    items[i] = at(j)
    items[j] = held
  }
  return {
    first: (): Timer | undefined => items[0],
    push(timer: Timer) {
      items.push(timer)
      for (let i = items.length - 1; i > 0; ) {
        const parent = (i - 1) >> 1
        if (!isBefore(at(i), at(parent))) break
        swap(i, parent)
        i = parent
      }
    },
    pop() {
      const last = items.pop()
      if (!last || items.length === 0) return
      items[0] = last
      for (let i = 0; ; ) {
        const [left, right] = [2 * i + 1, 2 * i + 2]
        let least = i
        if (left < items.length && isBefore(at(left), at(least))) least = left
        if (right < items.length && isBefore(at(right), at(least))) least = right
        if (least === i) return
        swap(i, least)
        i = least
      }
    },
  }
}
