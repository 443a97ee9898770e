import type { Message, Ticks } from './api.ts'

const ranks: Record<Ticks, number> = { sent: 1, delivered: 2, read: 3 }

/** Ticks only climb, also when a report overtakes another. */
export function betterTicks(one: Ticks, other: Ticks): Ticks {
  return ranks[other] > ranks[one] ? other : one
}

/** A business's message that has not reached the phone: its owner could not see it yet. */
export function isOnItsWay({ direction, ticks }: Message): boolean {
  return direction === 'in' && ticks === 'sent'
}

export function isUnread({ direction, ticks }: Message): boolean {
  return direction === 'in' && ticks === 'delivered'
}

/** What a tick mark says, in words. */
export function tickText({ direction, ticks }: Pick<Message, 'direction' | 'ticks'>): string {
  return texts[direction][ticks]
}

const texts: Record<Message['direction'], Record<Ticks, string>> = {
  in: { sent: 'Sent, not on the phone yet', delivered: 'Delivered to the phone', read: 'Read on the phone' },
  out: { sent: 'Sent', delivered: 'Delivered to the business', read: 'Read by the business' },
}
