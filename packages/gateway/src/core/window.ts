import { calledNumber } from './phone-number.ts'
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
      (newest.get(`${integrationId}:${calledNumber(person)}`) ?? -Infinity) > at - windowMs,
    wrote(integrationId, person, at) {
      const pair = `${integrationId}:${calledNumber(person)}`
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
