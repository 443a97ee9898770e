/**
 * Leaves a sender alone after a fault that is not one message's: nothing goes for a while, and then one message at a
 * time until the supplier answers as it should. Times are real ones, of `performance.now()`.
 */
export interface Hold {
  /** Before this nothing goes. */
  until(): number
  /** How many began since the supplier last answered as it should. While there are any, one message goes to try. */
  count(): number
  /** Answers whether it is a new one: messages that were under way together fail together. */
  begin(now: number, ms: number): boolean
  /** A fault that may be its message's own. Answers whether it has to be taken for the supplier's. */
  isSupplierFault(): boolean
  /** What it waits out was reported, after an answer as it should be: the next such answer proves nothing yet. */
  reported(ms: number): void
  /** The supplier answered as it should. */
  answered(now: number): void
}

/** As many faults in a row are the supplier's: the lane waits instead of burning attempts. */
const faultsBeforeHold = 10
/** Within this, Meta as a rule has reported what it did not say in its answer. */
const reportMostMs = 10_000

export function hold(): Hold {
  let until = -Infinity
  let count = 0
  let faults = 0
  let reportMs: number | undefined

  return {
    until: () => until,
    count: () => count,
    begin(now, ms) {
      const isNew = until < now
      if (isNew) count++
      until = Math.max(until, now + ms)
      return isNew
    },
    isSupplierFault: () => ++faults >= faultsBeforeHold || count > 0,
    reported(ms) {
      reportMs = Math.min(ms, reportMostMs)
    },
    answered(now) {
      faults = 0
      if (reportMs === undefined) count = 0
      else if (now >= until) {
        until = now + reportMs
        reportMs = undefined
      } // else it was under way when the hold began
    },
  }
}
