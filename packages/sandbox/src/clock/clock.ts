import type { Database } from '../database.ts'

/** The sandbox's time: deliveries, webhooks and the lives of files go by it. It is only ever turned ahead. */
export interface Clock {
  now(): number
  /** How far it is ahead of real time. */
  offsetMs(): number
  advance(ms: number): void
  /** Whoever waits for a time is to look again. */
  onAdvance(listener: () => void): void
}

/** Keeps how far it was turned in the sandbox's file. */
export function openClock({ sql }: Pick<Database, 'sql'>, realNow: () => number): Clock {
  const put = sql.prepare('INSERT OR REPLACE INTO clock (only_one, offset_ms) VALUES (1, ?)')
  const listeners: (() => void)[] = []
  let offset = Number(sql.prepare('SELECT offset_ms FROM clock').get()?.offset_ms ?? 0)

  return {
    now: () => realNow() + offset,
    offsetMs: () => offset,
    advance(ms) {
      put.run(offset + ms)
      offset += ms
      for (const listener of listeners) listener()
    },
    onAdvance: (listener) => void listeners.push(listener),
  }
}
