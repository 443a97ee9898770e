import { textOn } from './crowd.ts'
import type { PhoneMessage } from './installation.ts'

/** So many messages of a sender that arrived close together. */
interface Close {
  withinMs: number
  /** How much later than usual the first of them may have come. */
  lateMs: number
  texts: string[]
}

/** The closest of them, repeats included, with what the first may have been late. */
export function closest(messages: number, shown: PhoneMessage[], lateAt: (time: number) => number): Close {
  const inTurn = shown.toSorted((a, b) => a.at - b.at)
  let found: Close = { withinMs: Infinity, lateMs: 0, texts: [] }
  for (let first = 0; first + messages <= inTurn.length; first++) {
    const some = inTurn.slice(first, first + messages)
    const [from = 0, to = Infinity] = [some[0]?.at, some.at(-1)?.at]
    const lateMs = lateAt(from)
    if (to - from + lateMs < found.withinMs + found.lateMs)
      found = {
        withinMs: to - from,
        lateMs,
        texts: some.map((message) => `${textOn(message)} at ${message.at}`),
      }
  }
  return found
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
