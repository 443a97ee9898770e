/** Something that only so many may do at once. */
export interface Turns {
  /** Resolves when it is the caller's turn, in the order of asking; what it answers ends the turn. */
  take(): Promise<() => void>
}

export function turns(most: number): Turns {
  const waiting: (() => void)[] = []
  let free = most

  function end() {
    const next = waiting.shift()
    if (next) next()
    else free++
  }

  return {
    async take() {
      if (free > 0) free--
      else await new Promise<void>((resolve) => waiting.push(resolve))
      return end
    },
  }
}
