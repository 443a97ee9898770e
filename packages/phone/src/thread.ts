import type { Business, Message, Ticks } from './api.ts'
import { betterTicks, isUnread } from './tick.ts'

export type ThreadEvent = { type: 'message'; message: Message } | { type: 'tick'; id: string; ticks: Ticks }

/** The messages after an event. A message that is there already is replaced; its ticks never fall. */
export function after(messages: readonly Message[], event: ThreadEvent): readonly Message[] {
  const id = event.type === 'message' ? event.message.id : event.id
  // From the end: events speak of the newest messages.
  const index = messages.findLastIndex((message) => message.id === id)
  const known = messages[index]

  if (event.type === 'tick') {
    return known ? messages.with(index, { ...known, ticks: betterTicks(known.ticks, event.ticks) }) : messages
  }
  if (!known) return [...messages, event.message]
  return messages.with(index, { ...event.message, ticks: betterTicks(known.ticks, event.message.ticks) })
}

/** The business's number in a message, whoever wrote it. */
export function businessOf({ direction, from, to }: Message): string {
  return direction === 'in' ? from : to
}

export interface Conversation {
  business: string
  last?: Message
  unread: number
}

/** One per business number, registered or written with: the latest spoken with first, then the others. */
export function conversationsOf(
  messages: readonly Message[],
  businesses: readonly Business[],
): Conversation[] {
  const found = new Map<string, Conversation>()
  for (const { number } of businesses) found.set(number, { business: number, unread: 0 })

  for (const message of messages) {
    const business = businessOf(message)
    const unread = (found.get(business)?.unread ?? 0) + (isUnread(message) ? 1 : 0)
    found.set(business, { business, last: message, unread })
  }
  return [...found.values()].sort((a, b) => (b.last?.at ?? 0) - (a.last?.at ?? 0))
}
