import type { Store } from './store.ts'

/** WhatsApp's customer service window: free-form messages may go out for this long after the person last wrote. */
const windowMs = 24 * 60 * 60 * 1000

/** How many pairs are remembered. The rest count as closed: here that costs a place in the queue, nothing else. */
const remembered = 200_000

/** Which conversations are open, from memory: acceptance asks for each message. */
export interface Windows {
  isOpen(integrationId: string, person: string, at: number): boolean
  wrote(integrationId: string, person: string, at: number): void
}

export async function openWindows(store: Pick<Store, 'windowsSince'>, now: number): Promise<Windows> {
  const newest = new Map<string, number>()
  const windows: Windows = {
    isOpen: (integrationId, person, at) =>
      (newest.get(`${integrationId}:${nameOf(person)}`) ?? -Infinity) > at - windowMs,
    wrote(integrationId, person, at) {
      const pair = `${integrationId}:${nameOf(person)}`
      const known = newest.get(pair)
      if (known !== undefined && known >= at) return
      newest.delete(pair) // back to the young end: a Map forgets in order of insertion
      newest.set(pair, at)
      for (const oldest of newest.keys()) {
        if (newest.size <= remembered) break
        newest.delete(oldest)
      }
    },
  }
  for (const { integrationId, from, at } of await store.windowsSince(now - windowMs))
    windows.wrote(integrationId, from, at)
  return windows
}

/**
 * Countries in which WhatsApp may know a person by a number with one digit more or less than the one they are called by:
 * Brazil's ninth digit, Mexico's 1, Argentina's 9.
 */
const oneDigitMore = /^(55\d\d)9(?=\d{8}$)|^(52)1(?=\d{10}$)|^(54)9(?=\d{10}$)/

/** The same for both of a person's numbers. */
const nameOf = (person: string) => person.replace(oneDigitMore, '$1$2$3')
