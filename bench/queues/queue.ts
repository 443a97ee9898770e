import { answers } from '../worker.ts'

/** A queue in a PostgreSQL, as it is compared with others. */
export interface Queue {
  /** Adds jobs that wait, all due. */
  add(jobs: number): Promise<void>
  /** Adds jobs and finishes them, with all that follows: what history is made of. */
  exemplify(jobs: number): Promise<void>
  /** Claims and finishes so many of those that wait, or a few more where it claims ahead; answers how many. */
  finish(jobs: number, page: number): Promise<number>
}

export type Ask = { add: number } | { exemplify: number } | { finish: number; page: number }

export interface Finished {
  jobs: number
  elapsedMs: number
}

/** In a process of its own: what a queue costs its users' process is measured as well. */
export function serveQueue(queue: Queue) {
  answers<Ask, Finished>(async (ask) => {
    const startedAt = performance.now()
    const jobs = await done(queue, ask)
    return { jobs, elapsedMs: performance.now() - startedAt }
  })
}

async function done(queue: Queue, ask: Ask): Promise<number> {
  if ('finish' in ask) return queue.finish(ask.finish, ask.page)
  const [made, add] =
    'add' in ask ? ([ask.add, queue.add] as const) : ([ask.exemplify, queue.exemplify] as const)
  for (let left = made; left > 0; left -= mostAtOnce) await add(Math.min(left, mostAtOnce))
  return made
}

const mostAtOnce = 500

export const databaseUrl = process.env.BENCH_DATABASE_URL ?? ''
/** For each queue the same; ours opens them by what they are for. */
export const connections = 10

export const lanes = 100

/** What a job has to say, wherever a queue puts it. */
export function jobOf(number: number) {
  const ofLane = number % lanes
  return {
    from: String(2_799_910_000 + ofLane),
    to: `2782${String(2_000_000 + (number % 5000)).padStart(7, '0')}`,
    clientMessageId: `order-${String(number).padStart(12, '0')}`,
    content: { type: 'text' as const, text: { body } },
  }
}

const body =
  'Dear customer, your order has left our warehouse and will be with you tomorrow between 8:00 and 12:00.'
