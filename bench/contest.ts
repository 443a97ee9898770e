import { type ThreadTimes, threadTimes, used } from './cpu.ts'
import type { Job, Loaded } from './load.ts'
import type { Gateway } from './processes.ts'
import type { Stage } from './stage.ts'
import { ratioByRound, type Spread } from './statistics.ts'

/** How much is done: everything in `full`, little in `quick`. */
export interface Scale {
  rounds: number
  roundMs: number
  warmUpMs: number
  backlog: number
  endToEnd: number
  /** Of queues: jobs that are done, that wait, and that a turn does. */
  history: number
  waiting: number
  claims: number
}

/** One turn of one side. */
export interface Turn {
  messagesPerSecond: number
  p50: number
  p99: number
  refused: Record<string, number>
  /** Processor time of the main thread, and of the whole process, for each request. */
  micros: { main: number; all: number }
  /** In cores: the main thread, the thread that writes, everything else in the process. */
  cpu: { main: number; writer: number; rest: number }
  /** In cores, of processes that are none of ours. */
  foreign: number
}

type Sending = Omit<Job, 'port' | 'until'>

/** Above this a turn says more about the neighbours than about us: it is taken again, if not for ever. */
const foreignMost = 0.12

/** Takes one turn; `repeats` more when the neighbours are loud, and then the quietest. */
export async function turn(
  stage: Stage,
  side: Gateway,
  sending: Sending,
  { roundMs, repeats = 2 }: { roundMs: number; repeats?: number },
): Promise<Turn> {
  const before = threadTimes(side.pid)
  const foreignLoad = stage.foreignLoad()
  const loaded = await stage.load.ask({ ...sending, port: side.port, until: { ms: roundMs } })
  const taken = turnOf(loaded, sending.messagesPerRequest, {
    cpu: cpuOf(before, threadTimes(side.pid), side.pid, loaded.elapsedMs),
    foreign: foreignLoad(),
  })
  if (taken.foreign <= foreignMost || repeats === 0) return taken
  const again = await turn(stage, side, sending, { roundMs, repeats: repeats - 1 })
  return again.foreign < taken.foreign ? again : taken
}

/** Interleaved, A B A B …, after a warm-up of each: what the machine does meanwhile meets all sides alike. */
export async function contest<Name extends string>(
  stage: Stage,
  sides: Record<Name, Gateway>,
  sending: Sending,
  { rounds, roundMs, warmUpMs }: Scale,
): Promise<Record<Name, Turn[]>> {
  const named = Object.entries<Gateway>(sides).map(([name, side]) => ({ name, side, turns: [] as Turn[] }))
  for (const { side } of named) await stage.load.ask({ ...sending, port: side.port, until: { ms: warmUpMs } })
  for (let round = 0; round < rounds; round++)
    for (const { side, turns } of named) turns.push(await turn(stage, side, sending, { roundMs }))
  // One entry for each name that was given.
  return Object.fromEntries(named.map(({ name, turns }) => [name, turns])) as Record<Name, Turn[]>
}

/** How much processor time the others need for a request that ours needs one for: loud neighbours leave this alone. */
export function ratioOfWork(ours: Turn[], to: Turn[]): Spread {
  return ratioByRound(
    to.map(({ micros }) => micros.all),
    ours.map(({ micros }) => micros.all),
  )
}

export const ratioOf = (ours: Turn[], to: Turn[]): Spread => ratioByRound(ours.map(rateOf), to.map(rateOf))

const rateOf = ({ messagesPerSecond }: Turn) => messagesPerSecond

function turnOf(
  { accepted, refused, elapsedMs, latencyMs }: Loaded,
  messagesPerRequest: number,
  { cpu, foreign }: Pick<Turn, 'cpu' | 'foreign'>,
): Turn {
  const perRequest = (cores: number) => (cores * elapsedMs * 1000) / accepted
  return {
    messagesPerSecond: (accepted * messagesPerRequest * 1000) / elapsedMs,
    p50: latencyMs.p50,
    p99: latencyMs.p99,
    refused,
    micros: { main: perRequest(cpu.main), all: perRequest(cpu.main + cpu.writer + cpu.rest) },
    cpu,
    foreign,
  }
}

/** The store's writer is the busiest thread that runs JavaScript besides the main one. */
function cpuOf(before: ThreadTimes, after: ThreadTimes, pid: number, elapsedMs: number): Turn['cpu'] {
  const threads = used(before, after)
  const main = threads.find(({ thread }) => thread === pid)?.ms ?? 0
  const writer = threads.find(({ thread, name }) => thread !== pid && name === 'WorkerThread')?.ms ?? 0
  const all = threads.reduce((sum, { ms }) => sum + ms, 0)
  return { main: main / elapsedMs, writer: writer / elapsedMs, rest: (all - main - writer) / elapsedMs }
}
