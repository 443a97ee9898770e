import type { DatabaseSync } from 'node:sqlite'
import { migrationsFor, refuseNewer, textOf } from '../migrations.ts'

/**
 * Brings the tables up to date, one transaction a step. Each first inserts its own number, so that of two processes
 * that start at once the second waits and then finds it done.
 */
export function migrate(db: DatabaseSync): void {
  db.exec(
    'CREATE TABLE IF NOT EXISTS migrations (number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL) STRICT',
  )
  const insert = db.prepare('INSERT OR IGNORE INTO migrations (number, name) VALUES (?, ?)')

  const steps = migrationsFor('sqlite')
  refuseNewer(db.prepare('SELECT max(number) AS number FROM migrations').get()?.number, steps)

  for (const step of steps) {
    db.exec('BEGIN IMMEDIATE')
    try {
      if (insert.run(step.number, step.name).changes === 1) db.exec(textOf(step))
      db.exec('COMMIT')
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK')
      throw new Error(`Migration ${step.name} failed`, { cause: error })
    }
  }
}
