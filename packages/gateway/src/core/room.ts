import type { Carrier } from './carry.ts'
import type { Hold } from './hold.ts'
import type { Pace } from './pace.ts'
import type { Slots } from './slots.ts'

interface Sender extends Carrier {
  pace: Pace
  hold: Hold
}

/** The most messages that are read, or under way, at once. */
export const pageMost = 500

/** A quarter of a second's worth: what is urgent waits no longer than that behind what was read before it. */
export const pageFor = (sender: Carrier | undefined) =>
  sender ? clamp(sender.supplier.messagesPerSecond / 4, 10, pageMost) : pageMost

/** How many messages may be on their way at once; as many again that are being opened and prepared take no place. */
export const placesFor = ({ supplier }: Carrier) => clamp(supplier.messagesPerSecond, 10, pageMost)

/** How many may begin. */
export function roomFor(sender: Sender, slots: Slots, now: number): number {
  const { pace, hold, preparing } = sender
  if (hold.until() > now) return 0
  const most = placesFor(sender)
  // Big files on a slow way must not keep others from going: as many as there are places take none.
  const places = hold.count() > 0 ? 1 : most + Math.min(preparing, most)
  return Math.min(pace.free(now), slots.free(places))
}

const clamp = (value: number, least: number, most: number) =>
  Math.round(Math.min(most, Math.max(least, value)))
