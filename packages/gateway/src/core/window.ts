import { calledNumber, numbersOf } from './phone-number.ts'
import type { Store } from './store.ts'

/** WhatsApp's customer service window: free-form messages may go out for this long after the person last wrote. */
export const windowMs = 24 * 60 * 60 * 1000

/** How many pairs are remembered. Of the rest only the store knows, and who has to be sure asks it: `recall`. */
const remembered = 200_000

/** Who wrote when, from memory: acceptance asks for each message. */
export interface Windows {
  isOpen(integrationId: string, person: string, at: number): boolean
  /** As far as it is remembered. */
  lastWrote(integrationId: string, person: string): number | undefined
  wrote(integrationId: string, person: string, at: number): void
}

/** Remembers of these people when they last wrote, however long ago, as the store knows it. */
export async function recall(
  { store, windows }: { store: Pick<Store, 'lastWrote'>; windows: Pick<Windows, 'wrote'> },
  integrationId: string,
  people: string[],
): Promise<void> {
  for (const { person, at } of await store.lastWrote(integrationId, people.flatMap(numbersOf)))
    windows.wrote(integrationId, person, at)
}

export async function openWindows(store: Pick<Store, 'windowsSince'>, now: number): Promise<Windows> {
  const newest = new Map<string, number>()
  const windows: Windows = {
    isOpen: (integrationId, person, at) =>
      (newest.get(`${integrationId}:${calledNumber(person)}`) ?? -Infinity) > at - windowMs,
    lastWrote: (integrationId, person) => newest.get(`${integrationId}:${calledNumber(person)}`),
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
