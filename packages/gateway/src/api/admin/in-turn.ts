/** Runs changes one after the other: each sees what the one before has left, and none undoes it. */
export type InTurn = <T>(change: () => Promise<T>) => Promise<T>

export function inTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve()
  return (change) => {
    const own = last.then(change)
    last = own.catch(() => {
      // Whoever asked for it is told; the next one is not concerned.
    })
    return own
  }
}
