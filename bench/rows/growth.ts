import postgres, { type Sql } from 'postgres'
import { openStore } from '../../packages/gateway/src/store/index.ts'
import { openPool, targetOf } from '../../packages/gateway/src/store/postgres/connect.ts'
import { type Server, startServer } from '../../packages/gateway/src/store/postgres/testing.ts'
import { makeWeeks } from '../../packages/gateway/src/store/postgres/weeks.ts'
import { scene } from '../../packages/gateway/src/store/suite/scene.ts'
import { whole } from '../report.ts'
import { spreadOf } from '../statistics.ts'
import type { Row } from './row.ts'

const weekMs = 7 * 24 * 60 * 60_000
const weeksKept = [0, 13]
const looks = 10
const tellers = 10
const listeners = [10, 50]
const tellMs = 3000

/** What a message does not feel and a database does: how much there is beside it. */
export const growthOnPostgres: Row = {
  title: 'p. PostgreSQL: one look for the lanes in which something is due, and hints to other nodes',
  async run(_stage, { backlog }) {
    await using server = await startServer({ durable: true })
    const lanes = [100, 1000, backlog / 20]
    const table = [['lanes', ...weeksKept.map((weeks) => `ms with ${weeks} weeks of history`)]]
    for (const count of lanes) {
      const times: string[] = []
      for (const weeks of weeksKept) times.push((await lookMs(server, count, weeks)).toFixed(1))
      table.push([whole(count), ...times])
    }
    const url = await server.newDatabase()
    const conclusions: { text: string }[] = []
    for (const count of listeners)
      conclusions.push({
        text: `${tellers} that tell as fast as they can, ${count} that listen: ${whole(await heardEachSecond(url, count))} hints heard a second`,
      })
    return { table, conclusions }
  },
}

/** How long the ledger looks where so many lanes have something due. */
async function lookMs(server: Server, lanes: number, weeks: number): Promise<number> {
  const url = await server.newDatabase()
  await using store = await openStore(url)
  await makeHistory(url, weeks)
  const stage = { store, clock: { at: Date.now() } }
  const mts = Array.from({ length: lanes }, () => scene(stage).mt())
  for (let first = 0; first < lanes; first += 500) await store.accept(mts.slice(first, first + 500))
  const times: number[] = []
  for (let look = 0; look < looks; look++) {
    const startedAt = performance.now()
    const due = await store.dueLanes('mt', Date.now(), 'node')
    times.push(performance.now() - startedAt)
    if (due.length !== lanes) throw new Error(`${due.length} of ${lanes} lanes found`)
  }
  return spreadOf(times).median
}

/** The weeks that an installation has after a while, empty. */
export async function makeHistory(url: string, weeks: number): Promise<void> {
  const target = targetOf(url.slice('postgres:'.length))
  await using pool = openPool(target, { connections: 1, statementMs: 60_000 })
  for (let ago = 1; ago <= weeks; ago++) await makeWeeks(pool, Date.now() - ago * weekMs)
}

/** As `store/postgres/news.ts` tells: after the commit, in a transaction that waits for no disk. */
async function heardEachSecond(url: string, count: number): Promise<number> {
  let heard = 0
  const onnotify = () => void heard++
  const open = (options: object) =>
    postgres(url, { max: 1, fetch_types: false, onnotice: () => {}, ...options })
  const ears = Array.from({ length: count }, () => open({ onnotify }))
  const mouths = Array.from({ length: tellers }, () => open({}))
  await Promise.all(ears.map((sql) => sql.unsafe('LISTEN waypost')))
  const startedAt = performance.now()
  await Promise.all(mouths.map((sql) => tell(sql, startedAt + tellMs)))
  const seconds = (performance.now() - startedAt) / 1000
  await Promise.all([...ears, ...mouths].map((sql) => sql.end({ timeout: 1 })))
  return heard / seconds
}

const hint = JSON.stringify({
  node: '-'.repeat(36),
  lanes: Array.from({ length: 20 }, (_, i) => `callback:${String(i).padStart(32, '0')}:status`),
})

async function tell(sql: Sql, until: number): Promise<void> {
  while (performance.now() < until)
    await sql.begin(async (transaction) => {
      await transaction.unsafe('SET LOCAL synchronous_commit = off')
      await transaction.unsafe('SELECT pg_notify($1, $2)', ['waypost', hint])
    })
}
