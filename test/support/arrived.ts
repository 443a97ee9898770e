import { textOn } from './crowd.ts'
import type { PhoneMessage } from './installation.ts'

/** The shortest time in which so many messages of a sender arrived, repeats included. */
export function shortestFor(messages: number, shown: PhoneMessage[]): number {
  const at = shown.map((message) => message.at).sort((a, b) => a - b)
  let shortest = Infinity
  for (let last = messages - 1; last < at.length; last++)
    shortest = Math.min(shortest, (at[last] ?? Infinity) - (at[last - messages + 1] ?? -Infinity))
  return shortest
}

/**
 * What a phone shows before something that the same client sent earlier: `<client>-<request>-<entry>`. A client waits for
 * the answer before its next request, so its order is the order of acceptance. Repeats count where they first came.
 */
export function outOfOrder(shown: PhoneMessage[]): string[] {
  const latest = new Map<string, { place: number; text: string }>()
  const seen = new Set<string>()
  const wrong: string[] = []
  for (const message of shown) {
    const text = textOn(message)
    if (seen.has(text)) continue
    seen.add(text)
    const [, client = '', request, entry] = /^(.*)-(\d+)-(\d+)$/.exec(text) ?? []
    const conversation = `${message.to} ${client}`
    const place = Number(request) * 1000 + Number(entry)
    const before = latest.get(conversation)
    if (before && before.place > place) wrong.push(`${text} after ${before.text}, to ${message.to}`)
    else latest.set(conversation, { place, text })
  }
  return wrong
}
