import { env } from 'node:process'

/** Loaded into a gateway with `--import`: its machine's clock is `CLOCK_OFF_MS` ahead. */
const off = Number(env.CLOCK_OFF_MS)
if (!Number.isInteger(off)) throw new Error(`CLOCK_OFF_MS: ${env.CLOCK_OFF_MS} is no number of milliseconds`)

const Real = Date
globalThis.Date = class extends Real {
  constructor(...given: unknown[]) {
    super(...((given.length === 0 ? [Real.now() + off] : given) as [number])) // whatever a Date is made of
  }
  static override now() {
    return Real.now() + off
  }
} as DateConstructor // called without `new` by nobody here
