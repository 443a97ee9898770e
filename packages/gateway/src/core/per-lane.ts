import type { Slots } from './slots.ts'

/** What a node remembers of each lane that it serves. */
export interface PerLane<Place> {
  /** Made when it is first asked for. */
  of(lane: string): Place
  all(): Iterable<Place>
  /** Whether something of this lane is under way. */
  isBusy(lane: string): boolean
  /** Resolves when nothing is under way any more, in any of them. */
  drained(): Promise<void>
}

export function perLane<Place extends { slots: Slots }>(make: (lane: string) => Place): PerLane<Place> {
  const places = new Map<string, Place>()
  return {
    of(lane) {
      const known = places.get(lane)
      if (known) return known
      const place = make(lane)
      places.set(lane, place)
      return place
    },
    all: () => places.values(),
    isBusy: (lane) => places.get(lane)?.slots.free(1) === 0,
    async drained() {
      await Promise.all([...places.values()].map(({ slots }) => slots.drained()))
    },
  }
}
