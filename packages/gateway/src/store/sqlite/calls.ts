import { setTimeout as sleep } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { BalanceTooLow } from '../../core/balance.ts'
import { AlreadyAnswered, LeaseLost, StoreUnavailable } from '../../core/store.ts'

/** What a worker can be asked for, by name; each takes the business time first. */
// `never` and not `unknown`: a method is called with the arguments of its own name only, which `call` sees to.
export type Methods<Of> = { [Name in keyof Of]: (now: number, ...rest: never[]) => unknown }

export type Call = [name: string, ...rest: unknown[]]

/** One message to a worker: everything that was asked for while it worked on the last one. */
export interface Batch {
  now: number
  calls: Call[]
}

/** Its answer: the results in order, and the calls that threw; or one fault that took the whole batch. */
export interface Answer {
  results: unknown[]
  thrown: { index: number; name: string; message: string }[]
  unavailable?: string
}

export interface Calls<Of> extends AsyncDisposable {
  /** Rejects when the worker could not be started the first time. */
  readonly ready: Promise<void>
  /** `weight` is what the call counts towards the bounds, in rows accepted. */
  call<Name extends keyof Of>(
    name: Name,
    weight: number,
    ...rest: Of[Name] extends (now: number, ...rest: infer Rest) => unknown ? Rest : never
  ): Promise<Of[Name] extends (...all: never[]) => infer Result ? Result : never>
  /** Finishes what was asked for, then ends the worker. */
  [Symbol.asyncDispose](): Promise<void>
}

/** The worker ended while it had the call: what was asked for is done or not, and only the file knows. */
export class InDoubt extends StoreUnavailable {}

interface Options<Of> {
  /** Rejects when it cannot start. */
  start(): Promise<Worker>
  /** Told why a worker ended that should not have, or could not be started again. */
  failed(error: unknown): void
  now(): number
  /** A batch is closed once it weighs this much. */
  batch: number
  /** When this much waits, calls are refused: those that bring new work, not those that get work done. */
  waiting: number
  refusable: ReadonlySet<keyof Of>
}

const startAgainMs = 500

interface Pending {
  call: Call
  weight: number
  resolve(result: unknown): void
  reject(error: Error): void
}

/**
 * Asks a worker in batches: what is called for while it is busy goes over in one message when it is done, and comes
 * back in one. No timer: an idle worker is asked at the end of the turn of the event loop; one that has just answered,
 * a turn later, so that whoever was waiting for the answer and asks again is in the same batch. (Asking at once was
 * measured: commits half the size, a tenth more work for each message.)
 *
 * A worker that ends by itself takes what it was asked for with it, and another is started.
 */
export function callsTo<Of extends Methods<Of>>(options: Options<Of>): Calls<Of> {
  let worker: Worker | undefined
  let waiting: Pending[] = []
  let weightWaiting = 0
  let underWay: Pending[] | undefined
  let scheduled = false
  let closing = false
  let dismissed = false
  let exited = Promise.resolve()
  let idle = () => {}
  const ready = employ()
  let starting = ready

  async function employ() {
    const started = await options.start()
    const exit = Promise.withResolvers<void>()
    let cause: unknown
    started.on('message', answered)
    started.on('error', (error) => {
      cause = error
    })
    started.on('exit', (code) => {
      worker = undefined
      exit.resolve()
      if (!dismissed) lost(cause ?? new Error(`It ended with ${code}`))
    })
    exited = exit.promise
    worker = started
  }

  function lost(cause: unknown) {
    const asked = underWay ?? []
    const unasked = waiting
    underWay = undefined
    waiting = []
    weightWaiting = 0
    for (const { reject } of asked)
      reject(new InDoubt('The store’s worker ended while it had this', { cause }))
    for (const { reject } of unasked) reject(new StoreUnavailable(noWorker, { cause }))
    options.failed(new Error('A worker of the store has ended', { cause }))
    starting = employAgain()
    idle()
  }

  async function employAgain() {
    while (!worker && !closing) {
      await sleep(startAgainMs)
      await employ().catch(options.failed)
    }
  }

  function flush() {
    scheduled = false
    if (underWay || waiting.length === 0) return
    let count = 0
    let weight = 0
    while (count < waiting.length && weight < options.batch) weight += waiting[count++]?.weight ?? 0
    underWay = waiting.splice(0, count)
    weightWaiting -= weight
    worker?.postMessage({ now: options.now(), calls: underWay.map(({ call }) => call) } satisfies Batch)
  }

  function answered(answer: Answer) {
    const done = underWay ?? []
    underWay = undefined
    settle(done, answer)
    if (waiting.length === 0) idle()
    flushAfter(2)
  }

  /** `turns` of the event loop, the one that runs being the first. */
  function flushAfter(turns: number) {
    scheduled = true
    setImmediate(() => (turns > 1 ? flushAfter(turns - 1) : flush()))
  }

  return {
    ready,
    call(name, weight, ...rest) {
      if (!worker || closing)
        return Promise.reject(new StoreUnavailable(closing ? 'The store is closed' : noWorker))
      if (weightWaiting > 0 && weightWaiting + weight > options.waiting && options.refusable.has(name))
        return Promise.reject(new StoreUnavailable('Too much waits to be stored already'))
      return new Promise((resolve, reject) => {
        // `resolve` takes what the worker's method of this name returned.
        const pending = { call: [String(name), ...rest], weight, resolve, reject } as Pending
        waiting.push(pending)
        weightWaiting += weight
        if (underWay || scheduled) return
        flushAfter(1)
      })
    },
    async [Symbol.asyncDispose]() {
      closing = true
      if (underWay || waiting.length > 0)
        await new Promise<void>((resolve) => {
          idle = resolve
        })
      await starting.catch(() => {}) // whoever opens was told by `ready`
      dismissed = true
      worker?.postMessage('close')
      await exited
    },
  }
}

const noWorker = 'A worker of the store has ended and is being started again'

function settle(done: Pending[], { results, thrown, unavailable }: Answer) {
  if (unavailable !== undefined) {
    for (const { reject } of done) reject(new StoreUnavailable(unavailable))
    return
  }
  for (const { index, name, message } of thrown) done[index]?.reject(errorOf(name, message))
  // A promise that was rejected stays so.
  for (const [index, { resolve }] of done.entries()) resolve(results[index])
}

const refusals: Record<string, new (message: string) => Error> = {
  LeaseLost,
  AlreadyAnswered,
  BalanceTooLow,
}

/** An error's class does not survive the way between threads; its name does. */
function errorOf(name: string, message: string): Error {
  const Refusal = refusals[name] ?? Error
  return new Refusal(message)
}
