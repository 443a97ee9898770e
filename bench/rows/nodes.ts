import { randomBytes } from 'node:crypto'
import { startServer } from '../../packages/gateway/src/store/postgres/testing.ts'
import { machineBusyMs, threadTimes, totalMs } from '../cpu.ts'
import { type Database, openDatabase } from '../database.ts'
import type { Gateway } from '../processes.ts'
import { range, whole } from '../report.ts'
import type { Stage } from '../stage.ts'
import { percentile, ratioByRound, spreadOf } from '../statistics.ts'
import {
  type Carried,
  calledBack,
  measure,
  phones,
  rateOf,
  senders,
  sendersHere,
  together,
} from './end-to-end.ts'
import type { Row } from './row.ts'

/** In turns, as everything that is compared. */
const rounds = 4

interface Side {
  name: string
  nodes: number
  url: string
  database: Database
}

/** Processor time in ms. */
interface Spent {
  gateway: number
  postgres: number
  /** Load generator, far side, receiver, and whoever else is on the machine. */
  others: number
}

type Turn = Carried & { spent: Spent }

/** What a second node costs and brings, where both have to share this machine with all that they speak to. */
export const oneAndTwoNodes: Row = {
  title: `p. End to end on PostgreSQL, one node against two: ${senders} senders, ${phones} phones, limits lifted`,
  async run(stage, { endToEnd }) {
    const messages = endToEnd / rounds
    await using server = await startServer({ durable: true })
    await using opened = new AsyncDisposableStack()
    const open = async (name: string, nodes: number): Promise<Side> => {
      const url = await server.newDatabase()
      return { name, nodes, url, database: opened.use(await openDatabase(url)) }
    }
    const sides = [await open('one node', 1), await open('two nodes', 2)]
    const turns = sides.map((): Turn[] => [])
    for (let round = 0; round < rounds; round++)
      for (const [i, side] of sides.entries()) turns[i]?.push(await carry(stage, side, messages))
    const [one = [], two = []] = turns
    const shown = [...one, ...two].reduce((sum, turn) => sum + turn.shown, 0)
    return {
      table: [columns, ...sides.map(({ name }, i) => lineOf(name, turns[i] ?? []))],
      conclusions: [
        {
          text: `${whole(shown)} of ${whole(2 * endToEnd)} messages shown`,
          goal: { text: 'all, and none twice', reached: shown === 2 * endToEnd },
        },
        { text: `accepted by two to one ${range(ratioByRound(two.map(acceptance), one.map(acceptance)))}` },
        { text: `shown by two to one ${range(ratioByRound(two.map(rateOf), one.map(rateOf)))}` },
        {
          text: `by processor time, what one core carries a second: of one node ${carriedBy(one, 'gateway')}, of two ${carriedBy(two, 'gateway')}, of PostgreSQL ${carriedBy(one, 'postgres')} and ${carriedBy(two, 'postgres')}`,
        },
      ],
    }
  },
}

/** Of every node. */
const secret = randomBytes(32).toString('base64')

/** By nodes that are started for it: the far side reports to whoever came last, so nobody else may be there. */
async function carry(stage: Stage, { nodes, url, database }: Side, messages: number): Promise<Turn> {
  await using opened = new AsyncDisposableStack()
  const gateways: Gateway[] = []
  while (gateways.length < nodes)
    gateways.push(
      opened.use(
        await stage.gateway({
          roles: 'api,dispatch,callbacks',
          senders: sendersHere,
          env: { WAYPOST_DATABASE_URL: url, WAYPOST_SECRET: secret },
          core: 'any',
        }),
      ),
    )
  const [first, ...others] = gateways
  if (!first) throw new Error('a side has a node')
  const otherPorts = others.map(({ port }) => port)
  const readings: Spent[] = []
  // Read after the warm-up, and again at the end.
  const carried = await measure(stage, first, { messages, otherPorts }, async (_shown, sent) => {
    await calledBack(stage, sent)
    readings.push(await spentBy(gateways, database))
  })
  const [before, after] = readings
  const spent = (by: keyof Spent) => (after?.[by] ?? 0) - (before?.[by] ?? 0)
  return {
    ...carried,
    spent: { gateway: spent('gateway'), postgres: spent('postgres'), others: spent('others') },
  }
}

async function spentBy(gateways: Gateway[], database: Database): Promise<Spent> {
  const gateway = gateways.reduce((sum, { pid }) => sum + totalMs(threadTimes(pid)), 0)
  const { ms: postgres } = await database.spent()
  return { gateway, postgres, others: machineBusyMs() - gateway - postgres }
}

const acceptance = ({ shown, sendMs }: Turn) => (shown * 1000) / sendMs

const columns = ['', 'accepted/s', 'shown/s', 'p50 ms', 'p99 ms', 'µs gateway', 'µs PostgreSQL', 'µs others']

function lineOf(name: string, turns: Turn[]): string[] {
  const all = together(turns)
  return [
    name,
    whole(spreadOf(turns.map(acceptance)).median),
    whole(spreadOf(turns.map(rateOf)).median),
    whole(percentile(all.latencyMs, 50)),
    whole(percentile(all.latencyMs, 99)),
    ...(['gateway', 'postgres', 'others'] as const).map((by) => whole(microsOf(turns, by))),
  ]
}

/** For each message. */
const microsOf = (turns: Turn[], by: keyof Spent) =>
  (turns.reduce((sum, { spent }) => sum + spent[by], 0) * 1000) / together(turns).shown

const carriedBy = (turns: Turn[], by: keyof Spent) => whole(1e6 / microsOf(turns, by))
