import { Refused } from '../surface.ts'

/** Where a value stands: names of members, and places in lists from 0. */
export type Path = readonly (string | number)[]

/** The objects and lists that are open, told by the marks between the values. */
export interface Containers {
  /** Throws the refusal of the request when more are open than may be, or fewer than none. */
  mark(sign: string): void
  /** How many members and entries there have been. */
  values(): number
  /** Whether a string that comes now is the name of a member. */
  isNameNext(): boolean
  /** Where the name that has just ended stands. */
  named(from: number, to: number): void
  /** Of the value that comes now. `nameAt` reads a name where it stands. */
  path(nameAt: (from: number, to: number) => string): Path
}

export function containers(deepest: number): Containers {
  let depth = 0
  // By depth, from 1.
  const isList = new Uint8Array(deepest + 1)
  const place = new Uint32Array(deepest + 1)
  const nameFrom = new Uint32Array(deepest + 1)
  const nameTo = new Uint32Array(deepest + 1)
  let isNameNext = false
  let values = 0

  function open(list: 0 | 1) {
    depth++
    if (depth > deepest) throw new Refused('payload_malformed')
    isList[depth] = list
    place[depth] = 0
    isNameNext = list === 0
  }

  function value() {
    isNameNext = false
    values++
  }

  return {
    mark(sign) {
      switch (sign) {
        case '{':
          return open(0)
        case '[':
          open(1)
          return value()
        case ':':
          return value()
        case ',':
          isNameNext = isList[depth] === 0
          if (isNameNext) return
          place[depth] = (place[depth] ?? 0) + 1
          return value()
        default:
          depth--
          if (depth < 0) throw new Refused('payload_malformed')
      }
    },
    values: () => values,
    isNameNext: () => isNameNext,
    named(from, to) {
      nameFrom[depth] = from
      nameTo[depth] = to
    },
    path: (nameAt) =>
      Array.from({ length: depth }, (_, i) =>
        isList[i + 1] ? (place[i + 1] ?? 0) : nameAt(nameFrom[i + 1] ?? 0, nameTo[i + 1] ?? 0),
      ),
  }
}
