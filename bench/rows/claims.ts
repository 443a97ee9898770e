import { startServer } from '../../packages/gateway/src/store/postgres/testing.ts'
import { threadTimes, totalMs } from '../cpu.ts'
import { type Filled, fill, graphileWorker, pgBoss, waypost } from '../queues/kinds.ts'
import { lanes } from '../queues/queue.ts'
import { range, whole } from '../report.ts'
import { ratioByRound, spreadOf } from '../statistics.ts'
import type { Row } from './row.ts'

/** All that is touched stays in memory, and nothing is written out or cleaned up in the middle of a turn, for none of them. */
const settings = {
  shared_buffers: '1GB',
  max_wal_size: '16GB',
  checkpoint_timeout: '1h',
  autovacuum: 'off',
}

const withinGoal = 0.1
const most = 500
/** A quarter of a second's worth of a sender that has the usual 80 a second. */
const usualPage = 20

interface Side {
  name: string
  queue: Filled
  /** How many are claimed at once. */
  page: number
}

/** One turn of one side; what it cost, for each job. */
interface Turn {
  jobsPerSecond: number
  clientMicros: number
  serverMicros: number
  walBytes: number
}

/** What a job costs that waits in a long queue, beside a long history, to be claimed and finished. */
export const claims: Row = {
  title:
    'n. Claim and finish on one PostgreSQL: pg-boss and graphile-worker against ours, which keeps a ledger',
  async run(_stage, { history, waiting, claims: jobs, rounds }) {
    await using server = await startServer({ durable: true, settings })
    const open = async (kind: typeof waypost, done: number) =>
      fill(kind, await server.newDatabase(), { done, waiting })
    await using ours = await open(waypost, history)
    await using young = await open(waypost, 0)
    await using boss = await open(pgBoss, history)
    await using graphile = await open(graphileWorker, history)
    const sides: Side[] = [
      { name: 'ours', queue: ours, page: most },
      { name: `ours, ${usualPage} at once`, queue: ours, page: usualPage },
      { name: 'ours, no history', queue: young, page: most },
      { name: 'pg-boss', queue: boss, page: most },
      { name: 'graphile-worker, no history', queue: graphile, page: most },
    ]
    const sizes = () => Promise.all(sides.map(({ queue }) => queue.database.bytes()))
    const before = await sizes()
    const turns = await contest(sides, jobs, rounds)
    const after = await sizes()
    // What was claimed was replaced: what a database has grown by is what is kept of it.
    const keptBy = (queue: Filled, bytes: number) =>
      bytes / (sides.filter((side) => side.queue === queue).length * jobs * (1 + rounds))

    const rates = turns.map((of) => of.map(({ jobsPerSecond }) => jobsPerSecond))
    const against = (side: number) => ratioByRound(rates[0] ?? [], rates[side] ?? [])
    const grown = against(2)
    return {
      table: [
        columns,
        ...sides.map(({ name, queue }, i) => [
          name,
          ...cellsOf(turns[i] ?? []),
          whole((before[i] ?? 0) / 2 ** 20),
          whole(keptBy(queue, (after[i] ?? 0) - (before[i] ?? 0))),
        ]),
      ],
      conclusions: [
        { text: `ours to pg-boss ${range(against(3))}` },
        { text: `ours to graphile-worker ${range(against(4))}` },
        {
          text: `with ${whole(history)} done to none ${range(grown)}`,
          goal: { text: 'within 10 %', reached: grown.median >= 1 - withinGoal },
        },
        ...notes.map((text) => ({ text })),
      ],
    }
  },
}

/** In turns, after one of each that does not count. What a turn took is put back before the next. */
async function contest(sides: Side[], jobs: number, rounds: number): Promise<Turn[][]> {
  for (const side of sides) await turn(side, jobs)
  const turns = sides.map((): Turn[] => [])
  for (let round = 0; round < rounds; round++)
    for (const [i, side] of sides.entries()) turns[i]?.push(await turn(side, jobs))
  return turns
}

async function turn({ queue: { worker, database }, page }: Side, jobs: number): Promise<Turn> {
  await database.tidy()
  const before = { ms: totalMs(threadTimes(worker.pid)), server: await database.spent() }
  const finished = await worker.ask({ finish: jobs, page })
  const after = { ms: totalMs(threadTimes(worker.pid)), server: await database.spent() }
  await worker.ask({ add: finished.jobs })
  const each = (spent: number) => spent / finished.jobs
  return {
    jobsPerSecond: (finished.jobs * 1000) / finished.elapsedMs,
    clientMicros: each(after.ms - before.ms) * 1000,
    serverMicros: each(after.server.ms - before.server.ms) * 1000,
    walBytes: each(after.server.walBytes - before.server.walBytes),
  }
}

const columns = ['', 'jobs/s', '', 'µs client', 'µs server', 'WAL bytes', 'MB at first', 'bytes kept']

function cellsOf(turns: Turn[]): string[] {
  const of = (pick: (turn: Turn) => number) => spreadOf(turns.map(pick))
  const { median, least, most } = of(({ jobsPerSecond }) => jobsPerSecond)
  return [
    whole(median),
    `${whole(least)} to ${whole(most)}`,
    whole(of(({ clientMicros }) => clientMicros).median),
    whole(of(({ serverMicros }) => serverMicros).median),
    whole(of(({ walBytes }) => walBytes).median),
  ]
}

const notes = [
  `ours: ${lanes} lanes under lease, ${most} messages at once; stores an attempt before a message goes, and its end, the supplier's id and an event after; keeps all`,
  `pg-boss: fetch and complete ${most} at once, in 4 loops, on a queue with a table of its own; updates a job twice and keeps it`,
  `graphile-worker: 24 at once, a local queue of ${most}, completed in batches; deletes a job that is done, so it has no history`,
  'each: synchronous commits, 10 connections at most; every turn begins after VACUUM and a checkpoint',
]
