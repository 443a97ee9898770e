/** Takes one of what is left, or answers false. It is full at first and fills up again. */
type Bucket = (now: number) => boolean

function bucket(most: number, everyMs: number): Bucket {
  let left = most
  let filledAt = -Infinity
  return (now) => {
    left = Math.min(most, left + (now - filledAt) / everyMs)
    filledAt = now
    if (left < 1) return false
    left -= 1
    return true
  }
}

const remembered = 100_000

/** Buckets by key, the oldest of which are forgotten, and full again. */
function buckets(make: () => Bucket): (key: string, now: number) => boolean {
  const known = new Map<string, Bucket>()
  return (key, now) => {
    const own = known.get(key) ?? make()
    known.delete(key)
    known.set(key, own)
    for (const oldest of known.keys()) {
      if (known.size <= remembered) break
      known.delete(oldest)
    }
    return own(now)
  }
}

/** Meta lets one message in six seconds go from a business to a person, and 45 at once that count ahead. */
export const pairLimit = () => buckets(() => bucket(45, 6_000))

/** So many messages of a business in a second. */
export const throughput = (perSecond: number) => buckets(() => bucket(perSecond, 1_000 / perSecond))
