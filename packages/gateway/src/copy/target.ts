import { CannotStart } from '../core/cannot-start.ts'
import { openPool, type Pool, targetOf } from '../store/postgres/connect.ts'
import { cannotBeUsed } from '../store/postgres/fault.ts'
import { createCopies } from '../store/postgres/half-copied.ts'
import { migrate } from '../store/postgres/migrate.ts'
import { columnsOf, type Db } from '../store/postgres/query.ts'
import { makeWeeks } from '../store/postgres/weeks.ts'
import type { Column, Plan, Row, Value } from './plan.ts'
import type { Batch } from './source.ts'
import { tables } from './tables.ts'

/** How far a table is: what has it been copied to, and its digest once it was read back and is the same. */
export interface Step {
  rows: number
  after?: Value[]
  digest?: string
}

/** By table; what is not in it is not begun. */
export type Progress = Record<string, Step>

/** What is copied. It is the same for as long as the copy takes. */
export interface Undertaking {
  fingerprint: string
  /** Where its files are copied to, if they are. */
  media: string | null
}

/** A ledger in PostgreSQL that only this copy writes to. */
export interface Target extends AsyncDisposable {
  readonly progress: Readonly<Progress>
  /** When it was done, if it is. */
  readonly finishedAt: number | undefined
  columns(table: string): Promise<Column[]>
  /** Makes the weeks of ids; it is answered the first one from some id on. */
  makeWeeks(idFrom: (id: string) => string | undefined): Promise<void>
  /** The rows, and how far they bring the table, in one commit. */
  write(plan: Plan, batch: Batch): Promise<void>
  rows(plan: Plan): AsyncGenerator<Row[]>
  /** Those of these keys, as far as they are there. */
  rowsOf(plan: Plan, keys: Value[][]): Promise<Row[]>
  verified(table: string, step: Step): Promise<void>
  finish(at: number): Promise<void>
}

interface Copies {
  source: string
  media: string | null
  progress: string
  finished_at: number | null
}

// Those of the schema that is written to, without the weeks.
const selectTables = `
  SELECT relname AS name FROM pg_class
  WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1`

const selectColumns = `
  SELECT attname AS name, format_type(atttypid, atttypmod) AS type, array_position(indkey::int2[], attnum) AS key
  FROM pg_attribute LEFT JOIN pg_index ON indrelid = attrelid AND indisprimary
  WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`

const selectCopies = 'SELECT source, media, progress, finished_at FROM copies'
const insertCopies = "INSERT INTO copies (one, source, media, progress) VALUES (1, $1, $2, '{}')"
// Whoever else copies into this database has changed it.
const updateProgress = 'UPDATE copies SET progress = $2 WHERE progress = $1'
const updateFinished = 'UPDATE copies SET finished_at = $1'

// Its one row is there from the start, and is copied like the others.
const numbered = 'settings_version'
const deleteNumber = `DELETE FROM ${numbered} WHERE version = 0`

// What a crash of the database takes away it takes with the progress, and `finish` waits for the disk.
const unflushed = 'SET LOCAL synchronous_commit = off'

const rowsAtOnce = 500
const statementMs = 60_000

export async function openTarget(location: string, undertaking: Undertaking): Promise<Target> {
  await using opening = new AsyncDisposableStack()
  // Whether a commit came about whose answer was lost is known from the progress, at the next start.
  const options = { connections: 1, statementMs, isBeforeTables: true }
  const pool = opening.use(openPool(targetOf(location), options))
  const begun = await begunOrBegin(pool, undertaking)
  let progress = begun.progress
  const open = opening.move()

  async function save(db: Db, table: string, step: Step) {
    const next = JSON.stringify({ ...parsed(progress), [table]: step })
    if ((await db.run(updateProgress, progress, next)) !== 1)
      throw new CannotStart('somebody else copies into this database, too')
    return next
  }

  return {
    get progress() {
      return parsed(progress)
    },
    finishedAt: begun.finished_at ?? undefined,
    columns: (table) => columnsIn(pool, table),
    async makeWeeks(idFrom) {
      for (let id = idFrom(firstIdAt(oldestAt)); id !== undefined && timeOf(id) < Date.now(); ) {
        await makeWeeks(pool, timeOf(id))
        id = idFrom(firstIdAt(timeOf(id) + weekMs))
      }
    },
    async write(plan, { rows, last }) {
      const step = { rows: (parsed(progress)[plan.name]?.rows ?? 0) + rows.length, after: last }
      const columns = columnsOf(rows, ...plan.columns.map((_, index) => (row: Row) => row[index] ?? null))
      progress = await pool.transaction(async (db) => {
        await db.run(unflushed)
        const next = await save(db, plan.name, step)
        await db.run(insertInto(plan), ...columns)
        return next
      })
    },
    async *rows(plan) {
      for (let after: Value[] | undefined; ; ) {
        const { sql, values } = reading(plan, after)
        const found = await pool.read((db) => db.all<Record<string, Value>>(sql, ...values))
        const last = found.at(-1)
        if (last === undefined) return
        yield found.map((row) => rowIn(plan, row))
        after = plan.targetKey.map(({ name }) => last[name] ?? null)
      }
    },
    async rowsOf(plan, keys) {
      const columns = columnsOf(
        keys,
        ...plan.targetKey.map((_, index) => (key: Value[]) => key[index] ?? null),
      )
      const found = await pool.read((db) => db.all<Record<string, Value>>(selectOf(plan), ...columns))
      return found.map((row) => rowIn(plan, row))
    },
    async verified(table, step) {
      progress = await pool.transaction((db) => save(db, table, step))
    },
    async finish(at) {
      await pool.transaction((db) => db.run(updateFinished, at))
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

async function begunOrBegin(pool: Pool, undertaking: Undertaking): Promise<Copies> {
  try {
    const begun = (await begunIn(pool)) ?? (await begin(pool, undertaking))
    refuseOther(begun, undertaking)
    if (begun.finished_at === null) await migrate(pool)
    return begun
  } catch (error) {
    return cannotBeUsed(error)
  }
}

async function begunIn(pool: Pool): Promise<Copies | undefined> {
  if (!(await tablesOf(pool)).includes('copies')) return undefined
  const [begun] = await pool.read((db) => db.all<Copies>(selectCopies))
  return begun
}

/** From here on no gateway starts on it before the copy is finished. */
async function begin(pool: Pool, { fingerprint, media }: Undertaking): Promise<Copies> {
  await refuseFilled(pool) // before anything is changed
  await migrate(pool)
  await refuseFilled(pool)
  await pool.transaction(async (db) => {
    await db.run(createCopies)
    await db.run(insertCopies, fingerprint, media)
    await db.run(deleteNumber)
  })
  return { source: fingerprint, media, progress: '{}', finished_at: null }
}

async function refuseFilled(pool: Pool): Promise<void> {
  const there = (await tablesOf(pool)).filter((name) => Object.hasOwn(tables, name))
  const filled: string[] = []
  for (const name of there) {
    const besides = name === numbered ? 'WHERE version <> 0' : ''
    const [row] = await pool.read((db) => db.all(`SELECT 1 FROM ${name} ${besides} LIMIT 1`))
    if (row) filled.push(tables[name]?.what ?? name)
  }
  if (filled.length > 0)
    throw new CannotStart(
      `the database is not empty: it has ${filled.join(', ')}. Give the copy one of its own.`,
    )
}

function refuseOther({ source, media }: Copies, undertaking: Undertaking): void {
  if (source !== undertaking.fingerprint)
    throw new CannotStart(
      'the database has a copy of another ledger, or of this one as it was before a gateway worked on it again. Give this copy a database of its own.',
    )
  if (media !== undertaking.media)
    throw new CannotStart(
      `the copy into this database was begun ${media === null ? 'without --to-media' : `with --to-media=${media}`}: it is finished likewise.`,
    )
}

const tablesOf = async (pool: Pool): Promise<string[]> =>
  (await pool.read((db) => db.all<{ name: string }>(selectTables))).map(({ name }) => name)

const columnsIn = (pool: Pool, table: string) => pool.read((db) => db.all<Column>(selectColumns, table))

function insertInto({ name, columns }: Plan): string {
  const names = columns.map((column) => column.name).join(', ')
  const arrays = columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ')
  return `INSERT INTO ${name} (${names}) SELECT * FROM unnest(${arrays})`
}

function reading({ name, columns, targetKey }: Plan, after: Value[] | undefined) {
  const names = columns.map((column) => column.name).join(', ')
  const key = targetKey.map((column) => column.name).join(', ')
  const values = targetKey.map(({ type }, index) => `$${index + 1}::${type}`).join(', ')
  const behind = after ? `WHERE (${key}) > (${values})` : ''
  return {
    sql: `SELECT ${names} FROM ${name} ${behind} ORDER BY ${key} LIMIT ${rowsAtOnce}`,
    values: after ?? [],
  }
}

function selectOf({ name, columns, targetKey }: Plan): string {
  const key = targetKey.map((column) => column.name).join(', ')
  const arrays = targetKey.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ')
  const names = columns.map((column) => column.name).join(', ')
  return `SELECT ${names} FROM unnest(${arrays}) AS wanted (${key}) JOIN ${name} USING (${key})`
}

const rowIn = ({ columns }: Plan, found: Record<string, Value>): Row =>
  columns.map(({ name }) => found[name] ?? null)

// This program wrote it.
const parsed = (progress: string): Progress => JSON.parse(progress)

const weekMs = 7 * 24 * 60 * 60_000
/** Ids that say they are older, or of the future, are left to the table for other ids. */
const oldestAt = Date.UTC(2024, 0, 1)

// Ids begin with their time.
const timeOf = (id: string): number => Number.parseInt(id.slice(0, 12), 16)
const firstIdAt = (at: number): string => at.toString(16).padStart(12, '0')
