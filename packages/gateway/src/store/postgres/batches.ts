import { StoreUnavailable } from '../../core/store.ts'
import type { Pool } from './connect.ts'
import type { Db } from './query.ts'

/**
 * What a writer can be asked for, together for all calls of it in one transaction. An Error in the place of a result is
 * that call's alone: nothing was changed for it.
 */
export type Method<Args, Result> = (db: Db, calls: Args[], now: number) => Promise<(Result | Error)[]>

interface Load {
  /** What the call counts towards the bounds, in rows accepted: 1 when absent. */
  weight?: number
  /** Refused where too much waits already. */
  isNewWork?: boolean
}

export interface Batches {
  call<Args, Result>(method: Method<Args, Result>, args: Args, load?: Load): Promise<Result>
  /** Finishes what was asked for. */
  close(): Promise<void>
}

interface Options {
  pool: Pool
  now(): number
  /** When so much waits, calls are refused: those that bring new work, not those that get work done. */
  waiting: number
}

interface Pending {
  method: Method<unknown, unknown>
  args: unknown
  weight: number
  resolve(result: unknown): void
  reject(error: unknown): void
}

/** A batch is closed once it weighs this much. */
const batchWeight = 500

/** Commits in groups: what is called for while the last commit runs joins the next one, and one is under way at a time. */
export function batches({ pool, now, waiting: mostWaiting }: Options): Batches {
  let waiting: Pending[] = []
  let weightWaiting = 0
  let working: Promise<void> | undefined
  let inDoubt = false
  let closing = false

  function take(): Pending[] {
    let count = 0
    let weight = 0
    while (count < waiting.length && weight < batchWeight) weight += waiting[count++]?.weight ?? 0
    weightWaiting -= weight
    return waiting.splice(0, count)
  }

  /** While nobody knows what became of a commit, what waits behind it is refused: nothing of it was asked for. */
  function doubt(isInDoubt: boolean) {
    inDoubt = isInDoubt
    if (!inDoubt) return
    for (const { reject } of waiting) reject(new StoreUnavailable(lost))
    waiting = []
    weightWaiting = 0
  }

  async function work() {
    await new Promise(setImmediate) // the rest of this turn's calls come along
    while (waiting.length > 0) {
      const calls = take()
      try {
        settle(calls, await pool.transaction((db) => perform(db, calls, now()), doubt))
      } catch (error) {
        if (error instanceof StoreUnavailable || calls.length === 1) fail(calls, error)
        // Some call broke on its own. Again, each for itself: only that one is to fail.
        else for (const call of calls) await alone(call)
      }
    }
    working = undefined
  }

  async function alone(call: Pending) {
    try {
      settle([call], await pool.transaction((db) => perform(db, [call], now()), doubt))
    } catch (error) {
      fail([call], error)
    }
  }

  return {
    call(method, args, { weight = 1, isNewWork = false } = {}) {
      if (closing || inDoubt)
        return Promise.reject(new StoreUnavailable(closing ? 'The store is closed' : lost))
      if (weightWaiting > 0 && weightWaiting + weight > mostWaiting && isNewWork)
        return Promise.reject(new StoreUnavailable('Too much waits to be stored already'))
      return new Promise((resolve, reject) => {
        // `resolve` takes what this very method answers, for these very arguments.
        waiting.push({ method, args, weight, resolve, reject } as Pending)
        weightWaiting += weight
        working ??= work()
      })
    },
    async close() {
      closing = true
      await working
    },
  }
}

const lost = 'The connection to the database was lost'

/** In the order of the calls; neighbours of one method go together. */
async function perform(db: Db, calls: Pending[], now: number): Promise<unknown[]> {
  const results: unknown[] = []
  for (let first = 0; first < calls.length; ) {
    const method = calls[first]?.method
    let end = first
    while (calls[end]?.method === method) end++
    const args = calls.slice(first, end).map((call) => call.args)
    if (method) results.push(...(await method(db, args, now)))
    first = end
  }
  return results
}

function settle(calls: Pending[], results: unknown[]) {
  for (const [index, { resolve, reject }] of calls.entries()) {
    const result = results[index]
    if (result instanceof Error) reject(result)
    else resolve(result)
  }
}

function fail(calls: Pending[], error: unknown) {
  for (const { reject } of calls) reject(error)
}

/** A method of which each call is for itself. */
export const each =
  <Args, Result>(one: (db: Db, args: Args, now: number) => Promise<Result>): Method<Args, Result> =>
  async (db, calls, now) => {
    const results: (Result | Error)[] = []
    for (const args of calls) results.push(await one(db, args, now).catch(refusalOf))
    return results
  }

/** What is thrown before the first change is an answer; anything else ends the transaction. */
function refusalOf(error: unknown): Error {
  if (error instanceof Error && refusals.has(error.name)) return error
  throw error
}

const refusals: ReadonlySet<string> = new Set(['LeaseLost', 'AlreadyAnswered', 'BalanceTooLow'])
