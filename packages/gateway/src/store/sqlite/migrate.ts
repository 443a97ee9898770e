import { readdirSync, readFileSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { CannotStart } from '../../core/cannot-start.ts'

const folder = new URL('../migrations/', import.meta.url)

/**
 * Brings the tables up to date, one transaction a step. Each first inserts its own number, so that of two processes
 * that start at once the second waits and then finds it done.
 */
export function migrate(db: DatabaseSync): void {
  db.exec(
    'CREATE TABLE IF NOT EXISTS migrations (number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL) STRICT',
  )
  const insert = db.prepare('INSERT OR IGNORE INTO migrations (number, name) VALUES (?, ?)')

  const steps = migrations()
  const newest = db.prepare('SELECT max(number) AS number FROM migrations').get()?.number
  const known = steps.at(-1)?.number ?? 0
  if (typeof newest === 'number' && newest > known)
    throw new CannotStart(
      `The database is at migration ${newest}, newer than this program's ${known}. Start the newer program.`,
    )

  for (const { number, name } of steps) {
    db.exec('BEGIN IMMEDIATE')
    try {
      if (insert.run(number, name).changes === 1) db.exec(readFileSync(new URL(name, folder), 'utf8'))
      db.exec('COMMIT')
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK')
      throw new Error(`Migration ${name} failed`, { cause: error })
    }
  }
}

/** `0001-name.sql` is for every database, `0001-name.sqlite.sql` for this one. */
function migrations(): { number: number; name: string }[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}-[^.]+(\.sqlite)?\.sql$/.test(name))
    .sort()
    .map((name) => ({ number: Number(name.slice(0, 4)), name }))
}
