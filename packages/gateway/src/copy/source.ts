import { createHash } from 'node:crypto'
import { createReadStream, existsSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { CannotStart } from '../core/cannot-start.ts'
import { migrationsFor } from '../store/migrations.ts'
import { storable } from '../store/postgres/query.ts'
import { lockFile } from '../store/sqlite/lock.ts'
import type { Column, Plan, Row, Value } from './plan.ts'

/** A ledger in SQLite that nobody uses. It is only read. */
export interface Source extends Disposable {
  /** Of all that is in it: another one once a gateway has worked on it again. */
  fingerprint: string
  columns(table: string): Column[]
  /** The first one from here on, of messages and callbacks. */
  idFrom(id: string): string | undefined
  /** The rows behind a key, in the key's order. */
  batches(plan: Plan, after: Value[] | undefined): Generator<Batch>
  files(after: string, limit: number): { id: string; integrationId: string }[]
}

export interface Batch {
  rows: Row[]
  /** The key of the last one. */
  last: Value[]
}

/** What goes in one commit, whichever is reached first. */
export interface BatchLimits {
  rows: number
  characters: number
}

const selectColumns = 'SELECT name, type, pk FROM pragma_table_info(?)'
const selectNewest = 'SELECT max(number) AS number FROM migrations'
const selectId = `
  SELECT min(id) AS id FROM
    (SELECT min(id) AS id FROM mts WHERE id >= :from UNION ALL SELECT min(id) FROM events WHERE id >= :from)`
const selectFiles = 'SELECT id, integration_id AS integrationId FROM files WHERE id > ? ORDER BY id LIMIT ?'

export async function openSource(path: string, limits: BatchLimits): Promise<Source> {
  if (!existsSync(path)) throw new CannotStart(`there is no ledger at ${path}`)
  using opening = new DisposableStack()
  opening.use(lockFile(path))
  const db = opening.use(openUnchanged(path))
  refuseOther(db, path)
  const fingerprint = await fingerprintOf(path)
  const open = opening.move()

  return {
    fingerprint,
    columns: (table) =>
      db
        .prepare(selectColumns)
        .all(table)
        .map(({ name, type, pk }) => ({ name: String(name), type: String(type), key: Number(pk) || null })),
    idFrom(from) {
      const { id } = db.prepare(selectId).get({ from }) ?? {}
      return id ? String(id) : undefined
    },
    *batches(plan, after) {
      const statement = db.prepare(reading(plan, after !== undefined))
      statement.setReturnArrays(true)
      let batch: Row[] = []
      let last: Value[] = []
      let characters = 0
      // STRICT tables have no other values, and rows are arrays now.
      for (const all of statement.iterate(...(after ?? [])) as unknown as Iterable<Row>) {
        const row = all.slice(0, -plan.sourceKey.length).map(asKept)
        last = all.slice(-plan.sourceKey.length)
        batch.push(row)
        for (const value of row) characters += typeof value === 'string' ? value.length : 8
        if (batch.length < limits.rows && characters < limits.characters) continue
        yield { rows: batch, last }
        batch = []
        characters = 0
      }
      if (batch.length > 0) yield { rows: batch, last }
    },
    files: (after, limit) =>
      db
        .prepare(selectFiles)
        .all(after, limit)
        .map(({ id, integrationId }) => ({ id: String(id), integrationId: String(integrationId) })),
    [Symbol.dispose]: () => open.dispose(),
  }
}

/** The key stands behind the row. */
function reading({ terms, from, sourceKey }: Plan, isBegun: boolean): string {
  const key = sourceKey.join(', ')
  const behind = isBegun ? `WHERE (${key}) > (${sourceKey.map(() => '?').join(', ')})` : ''
  return `SELECT ${terms.join(', ')}, ${key} FROM ${from} ${behind} ORDER BY ${key}`
}

const asKept = (value: Value): Value => (typeof value === 'string' ? storable(value) : value)

/**
 * As a file that nobody writes to, so that SQLite puts nothing beside it. Where a gateway was killed, what it wrote last
 * is in the log beside it, and that has to be read.
 */
function openUnchanged(path: string): DatabaseSync {
  const url = pathToFileURL(path)
  if (bytesIn(`${path}-wal`) === 0) url.searchParams.set('immutable', '1')
  return new DatabaseSync(url, { readOnly: true })
}

function refuseOther(db: DatabaseSync, path: string): void {
  const known = migrationsFor('sqlite').at(-1)?.number
  const newest = db.prepare(selectNewest).get()?.number
  if (newest === known) return
  throw new CannotStart(
    `${path} is at migration ${newest ?? 'none'}, and this program copies ${known}. Start and stop this program's gateway on it once, then copy.`,
  )
}

async function fingerprintOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for (const file of [path, `${path}-wal`].filter((file) => bytesIn(file) > 0))
    for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) hash.update(chunk)
  return hash.digest('hex')
}

const bytesIn = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0
