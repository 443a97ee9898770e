import { setTimeout as pause } from 'node:timers/promises'
import postgres, { type Sql } from 'postgres'
import { CannotStart } from '../../core/cannot-start.ts'
import { StoreUnavailable } from '../../core/store.ts'
import { isCommitted, type Mark, marks } from './commits.ts'
import { isConflict, isLost, isOfTheWorld, isReadOnly } from './fault.ts'
import { type Db, dbOn } from './query.ts'

/** A database, and how it is reached. */
export interface Target {
  url: string
  /** Through a pooler in transaction mode: no prepared statements, nothing that lasts longer than a transaction. */
  pooled: boolean
  /** For so long history is kept, in days; for ever when absent. */
  historyDays: number | undefined
}

/**
 * `?pgbouncer=true` or `?prepare=false` says that a transaction pooler stands before the database, `?historyDays=90` how
 * long history is kept.
 */
export function targetOf(location: string): Target {
  // Not as a URL: several hosts, each with its port, are none.
  const [place = '', query = ''] = location.split('?', 2)
  const parameters = new URLSearchParams(query)
  const pooled = parameters.get('pgbouncer') === 'true' || parameters.get('prepare') === 'false'
  const days = parameters.get('historyDays')
  if (days !== null && !/^[1-9]\d{0,4}$/.test(days))
    throw new CannotStart('historyDays of the database URL is a whole number of days, at least 1')
  for (const name of ['pgbouncer', 'prepare', 'historyDays']) parameters.delete(name)
  // A standby that we once read from might fall behind for ever. A pooler says of whom it was that it asked last.
  if (!pooled && !parameters.has(sessions)) parameters.set(sessions, 'primary')
  return {
    url: `postgres:${place}?${parameters}`,
    pooled,
    historyDays: days === null ? undefined : Number(days),
  }
}

const sessions = 'target_session_attrs'

interface Options {
  connections: number
  /** How long one statement may take; a transaction, or an answer that does not come, may take twice that. */
  statementMs: number
  /** Where the tables are still to be made, nothing says what became of a commit. */
  isBeforeTables?: boolean
}

/** Told of each commit of which nobody knows yet whether it came about, and again when it is known. */
export type Doubt = (isInDoubt: boolean) => void

export interface Pool extends AsyncDisposable {
  /** Outside of a transaction. */
  read<Result>(work: (db: Db) => Promise<Result>): Promise<Result>
  /**
   * Runs it in one transaction, and again as a whole where others were in the way. Once this rejects, nothing was
   * changed: a commit that got no answer is asked for until it is known what became of it.
   */
  transaction<Result>(work: (db: Db) => Promise<Result>, doubt?: Doubt): Promise<Result>
  /** Reads several things as of one moment. */
  snapshot<Result>(work: (db: Db) => Promise<Result>): Promise<Result>
}

/** Plans that hold whatever the statistics say, which are stale whenever a queue fills: by an index, one plan for all. */
const steady = {
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  plan_cache_mode: 'force_generic_plan',
  jit: 'off',
}

const settingsOf = ({ statementMs }: Options): Record<string, string> => ({
  ...steady,
  statement_timeout: String(statementMs),
  lock_timeout: String(statementMs / 2),
  // What our process locked when it stopped in its tracks is free for others after this.
  idle_in_transaction_session_timeout: String(statementMs),
})

export const connectOptions = {
  connect_timeout: 5,
  max_lifetime: null,
  keep_alive: 15,
  fetch_types: false,
  backoff: () => 0.2,
  onnotice: () => {},
  types: {
    // Milliseconds, millionths and counts are far below 2^53.
    bigint: { to: 20, from: [20], parse: Number, serialize: String },
    // Ids are written without dashes everywhere.
    uuid: { to: 2950, from: [2950], parse: (id: string) => id.replaceAll('-', ''), serialize: String },
  },
}

/** A driver's set of connections. It is given up as a whole when one of them breaks: what they share is then unclear. */
interface Connections {
  sql: Sql
  ready?: Promise<unknown>
  broken: Promise<never>
  /** A row of their own: what breaks may hold it for a while. */
  nextMark: ReturnType<typeof marks>
}

/** What a transaction begins with, and what one that writes can be asked for by. */
type Begin = (own: Connections) => { sql: string; mark?: Mark }

export function openPool(target: Target, options: Options): Pool {
  const prepare = !target.pooled
  const settings = settingsOf(options)
  const locals = target.pooled ? settings : {}
  const writing: Begin = ({ nextMark }) => {
    if (options.isBeforeTables) return { sql: beginning('BEGIN', locals) }
    const { put, ...mark } = nextMark()
    return { sql: beginning('BEGIN', locals, put), mark }
  }
  const reading: Begin = () => ({ sql: beginning('BEGIN READ ONLY', locals) })
  const looking: Begin = () => ({ sql: beginning('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', locals) })
  const deadlineMs = 2 * options.statementMs
  const reachedMs = Math.min(deadlineMs, mostReachedMs)
  let current: Connections | undefined
  let closed = false
  const turns = new Array<Promise<unknown>>(options.connections).fill(Promise.resolve())
  let nextTurn = 0

  function connect(): Connections {
    const broken = Promise.withResolvers<never>()
    broken.promise.catch(() => {})
    const sql = postgres(target.url, {
      ...connectOptions,
      max: options.connections,
      prepare,
      connection: { application_name: 'waypost', ...(target.pooled ? {} : settings) },
      onclose() {
        broken.reject(new StoreUnavailable('The connection to the database was lost'))
        if (current === connections) current = undefined
      },
    })
    const connections: Connections = { sql, broken: broken.promise, nextMark: marks() }
    return connections
  }

  function giveUp(connections: Connections) {
    if (current === connections) current = undefined
    connections.sql.end({ timeout: 0 }).catch(() => {})
  }

  /** Rejects when it takes too long or breaks, whatever the driver does about it. */
  async function limited<Result>(
    connections: Connections,
    work: Promise<Result>,
    withinMs = deadlineMs,
  ): Promise<Result> {
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(() => {
      late.reject(new StoreUnavailable('The database does not answer'))
    }, withinMs)
    try {
      return await Promise.race([work, late.promise, connections.broken])
    } catch (error) {
      if (error instanceof StoreUnavailable || isLost(error) || isReadOnly(error)) giveUp(connections)
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  /** Connects, or fails without anything half done. */
  function ready(own: Connections): Promise<unknown> {
    own.ready ??= limited(own, own.sql.unsafe('SELECT 1').execute(), reachedMs)
    return own.ready
  }

  function connections() {
    if (closed) throw new StoreUnavailable('The store is closed')
    current ??= connect()
    return current
  }

  async function once<Result>(
    begin: Begin,
    work: (db: Db) => Promise<Result>,
  ): Promise<Result | Doubtful<Result>> {
    const own = connections()
    const { sql, mark } = begin(own)
    const state: { over: boolean; doubtful?: Doubtful<Result> } = { over: false }

    async function all() {
      await ready(own)
      const reserved = await limited(own, own.sql.reserve(), reachedMs)
      // The driver sends a query when it is waited for, unless it is told to: this one has to be the first.
      const started = reserved.unsafe<{ xid: string }[][]>(sql).execute()
      const [answers, result] = await Promise.all([started, work(dbOn(reserved, prepare))]).catch(
        async (error) => {
          if (!state.over && !isLost(error)) {
            await reserved.unsafe('ROLLBACK')
            reserved.release()
          }
          throw error
        },
      )
      if (state.over) throw new StoreUnavailable('It took too long')
      const xid = answers.flat().find((row) => row.xid !== undefined)?.xid
      if (mark && xid) state.doubtful = new Doubtful(mark, xid, result)
      await reserved.unsafe('COMMIT')
      reserved.release()
      return result
    }

    try {
      return await limited(own, all())
    } catch (error) {
      if (state.doubtful && (error instanceof StoreUnavailable || isLost(error))) return state.doubtful
      throw error
    } finally {
      state.over = true
    }
  }

  /** A transaction for each connection: whoever waits inside the driver for one that breaks would wait for ever. */
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = nextTurn++ % turns.length
    const mine = (turns[turn] ?? Promise.resolve()).then(work)
    turns[turn] = mine.catch(() => {})
    return mine
  }

  async function read<Result>(begin: Begin, work: (db: Db) => Promise<Result>): Promise<Result> {
    const done = await inTurn(() => once(begin, work))
    return done instanceof Doubtful ? done.result : done
  }

  /** What became of a commit whose answer got lost; asked until there is an answer. */
  async function fateOf({ mark, xid }: Doubtful<unknown>): Promise<boolean> {
    for (; ; await pause(200))
      try {
        const own = connections()
        const known = await limited(own, isCommitted(dbOn(own.sql, prepare), mark, xid))
        if (known !== undefined) return known
      } catch (error) {
        if (closed) throw unavailable(error)
      }
  }

  return {
    async read(work) {
      try {
        // Behind a pooler only a transaction has the settings.
        if (target.pooled) return await read(reading, work)
        const own = connections()
        await ready(own)
        return await limited(own, work(dbOn(own.sql, prepare)))
      } catch (error) {
        throw unavailable(error)
      }
    },
    async transaction(work, doubt = () => {}) {
      for (let tries = 1; ; tries++)
        try {
          const done = await inTurn(() => once(writing, work))
          if (!(done instanceof Doubtful)) return done
          doubt(true)
          const committed = await fateOf(done).finally(() => doubt(false))
          if (committed) return done.result
          throw new StoreUnavailable('The connection to the database was lost')
        } catch (error) {
          if (!isConflict(error) || tries === mostTries) throw unavailable(error)
          await pause(Math.random() * 10 * tries)
        }
    },
    async snapshot(work) {
      try {
        return await read(looking, work)
      } catch (error) {
        throw unavailable(error)
      }
    },
    async [Symbol.asyncDispose]() {
      closed = true
      await current?.sql.end({ timeout: 5 })
    },
  }
}

/** Where a statement may take its time, as a migration does, being there for it may not. */
const mostReachedMs = 10_000
const mostTries = 6

/** The work is done and the commit was sent; no answer came. */
class Doubtful<Result> {
  readonly mark: Mark
  readonly xid: string
  readonly result: Result
  constructor(mark: Mark, xid: string, result: Result) {
    this.mark = mark
    this.xid = xid
    this.result = result
  }
}

/** One message to the server. A setting that is for one transaction goes with it. */
function beginning(begin: string, settings: Record<string, string>, ...then: string[]): string {
  const local = Object.entries(settings).map(([name, value]) => `SET LOCAL ${name} = '${value}'`)
  return [begin, ...local, ...then].join('; ')
}

const unavailable = (error: unknown): unknown =>
  isOfTheWorld(error) || isConflict(error)
    ? new StoreUnavailable(error instanceof Error ? error.message : String(error), { cause: error })
    : error
