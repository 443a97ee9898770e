import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Events } from './events.ts'
import { migrations } from './migrations.ts'

/**
 * The sandbox's file. Tables collect what changed and write it together, one transaction a moment later: a message
 * that is stored, reported and delivered within that moment is one row written once.
 *
 *  1. A table answers what it has not yet written from memory. Whoever asks across rows calls `flush` first.
 *  2. A crash of the sandbox loses at most the last moment; an orderly stop loses nothing.
 */
export interface Database extends Disposable {
  readonly sql: DatabaseSync
  /** Takes part in each flush. */
  join(table: Table): void
  /** Something waits to be written. */
  changed(): void
  /** Writes what waits. Afterwards the file says what the tables say. */
  flush(): void
}

export interface Table {
  /** Writes all changes, inside the transaction of a flush. It may be called again when that fails. */
  write(): void
  /** The transaction holds: forget the changes. */
  written(): void
}

/** Long enough for a webhook to be answered, so that what was taken at once is never written as waiting. */
const momentMs = 50
const afterFaultMs = 1_000

/** Without a folder everything stays in memory. */
export function openDatabase(folder: string | undefined, events: Pick<Events, 'storageFailed'>): Database {
  const sql = new DatabaseSync(folder ? privateFile(folder) : ':memory:')
  sql.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000')
  migrate(sql)

  const tables: Table[] = []
  let timer: NodeJS.Timeout | undefined

  function changed(): void {
    timer ??= setTimeout(flushLater, momentMs)
  }

  function flush(): void {
    if (!timer) return
    sql.exec('BEGIN IMMEDIATE')
    try {
      for (const table of tables) table.write()
      sql.exec('COMMIT')
    } catch (error) {
      if (sql.isTransaction) sql.exec('ROLLBACK')
      throw error
    }
    clearTimeout(timer)
    timer = undefined
    for (const table of tables) table.written()
  }

  function flushLater(): void {
    try {
      flush()
    } catch (error) {
      events.storageFailed(error)
      timer = setTimeout(flushLater, afterFaultMs)
    }
  }

  return {
    sql,
    join: (table) => tables.push(table),
    changed,
    flush,
    [Symbol.dispose]() {
      try {
        flush()
      } finally {
        clearTimeout(timer)
        sql.close()
      }
    },
  }
}

/** Messages are in it. What SQLite puts beside it gets its mode. */
function privateFile(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'sandbox.db')
  writeFileSync(path, '', { flag: 'a', mode: 0o600 })
  return path
}

function migrate(sql: DatabaseSync): void {
  const done = Number(sql.prepare('PRAGMA user_version').get()?.user_version ?? 0)
  if (done > migrations.length) throw new Error('The sandbox data is of a newer version than this program')
  for (const [index, migration] of migrations.entries()) {
    if (index < done) continue
    sql.exec(`BEGIN IMMEDIATE; ${migration}; PRAGMA user_version = ${index + 1}; COMMIT`)
  }
}
