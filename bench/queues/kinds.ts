import { openPool, targetOf } from '../../packages/gateway/src/store/postgres/connect.ts'
import { makeWeeks } from '../../packages/gateway/src/store/postgres/weeks.ts'
import { type Database, openDatabase } from '../database.ts'
import { startWorker, type Worker } from '../processes.ts'
import { copyingOfPgBoss, multiply, ourCopying, ourTables } from './history.ts'
import { type Ask, type Finished, lanes } from './queue.ts'

const weekMs = 7 * 24 * 60 * 60_000
const historyMs = 8 * weekMs

/** A queue that is compared, and how a long history of it is made from that of a few jobs. */
export interface Kind {
  script: URL
  lengthen(database: Database, url: string, copies: number): Promise<void>
}

export const waypost: Kind = {
  script: new URL('./waypost.ts', import.meta.url),
  async lengthen({ sql }, url, copies) {
    await using pool = openPool(targetOf(url.slice('postgres:'.length)), {
      connections: 1,
      statementMs: 60_000,
    })
    const now = Date.now()
    for (let at = now - historyMs; at < now; at += weekMs) await makeWeeks(pool, at)
    const [row] = await sql<{ events: number }[]>`
      SELECT max(last_sequence)::int AS events FROM endpoints`
    const copying = ourCopying(row?.events ?? 0)
    await multiply(sql, { tables: ourTables, copies, spanMs: historyMs, copying })
    await sql`UPDATE endpoints SET last_sequence = last_sequence * ${copies}::bigint`
  },
}

export const pgBoss: Kind = {
  script: new URL('./pg-boss.ts', import.meta.url),
  lengthen: ({ sql }, _url, copies) =>
    multiply(sql, { tables: ['pgboss.job'], copies, spanMs: historyMs, copying: copyingOfPgBoss }),
}

export const graphileWorker: Kind = {
  script: new URL('./graphile-worker.ts', import.meta.url),
  lengthen: async () => {}, // it deletes what is finished
}

/** A queue in a database of its own. */
export interface Filled extends AsyncDisposable {
  worker: Worker<Ask, Finished>
  database: Database
}

export async function fill(
  kind: Kind,
  url: string,
  jobs: { done: number; waiting: number },
): Promise<Filled> {
  await using opened = new AsyncDisposableStack()
  const worker = opened.use(
    await startWorker<Ask, Finished>(kind.script, 'measured', { BENCH_DATABASE_URL: url }),
  )
  const database = opened.use(await openDatabase(url))
  if (jobs.done > 0) {
    await worker.ask({ exemplify: lanes })
    await kind.lengthen(database, url, Math.ceil(jobs.done / lanes))
  }
  await worker.ask({ add: jobs.waiting })
  await database.sql`ANALYZE`
  await database.tidy() // a long history's log is not needed any more
  const all = opened.move()
  return { worker, database, [Symbol.asyncDispose]: () => all.disposeAsync() }
}
