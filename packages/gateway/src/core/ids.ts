import { randomFillSync } from 'node:crypto'

/**
 * Makes ids: UUIDv7 (RFC 9562) as 32 hex digits, ascending within a process even inside one millisecond (section
 * 6.2, method 1: the 12 bits after the version are a counter). So an id's order is the order of acceptance.
 */
export function idMaker(now: () => number = Date.now): () => string {
  const pool = Buffer.allocUnsafe(8 * 512)
  let used = pool.length
  let lastMs = 0
  let counter = 0

  return () => {
    const ms = now()
    if (ms > lastMs) {
      lastMs = ms
      counter = 0
    } else if (++counter > 0xfff) {
      lastMs++ // 4096 ids in a millisecond: borrow the next one rather than wait for it
      counter = 0
    }
    if (used === pool.length) {
      randomFillSync(pool)
      used = 0
    }
    const variant = used
    pool[variant] = ((pool[variant] ?? 0) & 0x3f) | 0x80
    used += 8
    return `${hex(lastMs, 12)}7${hex(counter, 3)}${pool.toString('hex', variant, used)}`
  }
}

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')
