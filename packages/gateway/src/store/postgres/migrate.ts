import { StoreUnavailable } from '../../core/store.ts'
import { migrationsFor, refuseNewer, textOf } from '../migrations.ts'
import type { Pool } from './connect.ts'

// Nodes that start at once come one after the other; the lock is the transaction's, so it goes with it.
const waitForOthers = "SELECT pg_advisory_xact_lock(hashtext('waypost migrations'))"

const createTable =
  'CREATE TABLE IF NOT EXISTS migrations (number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL)'

const selectNewest = 'SELECT max(number) AS number FROM migrations'

const insertNumber = 'INSERT INTO migrations (number, name) VALUES ($1, $2) ON CONFLICT (number) DO NOTHING'

/**
 * Brings the tables up to date, one transaction a step. Each first inserts its own number, so that of two nodes that
 * start at once the second waits and then finds it done.
 */
export async function migrate(pool: Pool): Promise<void> {
  const steps = migrationsFor('postgres')
  await pool.transaction(async (db) => {
    await db.run(waitForOthers)
    await db.run(createTable)
    const [row] = await db.all<{ number: number | null }>(selectNewest)
    refuseNewer(row?.number, steps)
  })
  for (const step of steps)
    await pool
      .transaction(async (db) => {
        await db.run(waitForOthers)
        if ((await db.run(insertNumber, step.number, step.name)) === 1) await db.run(textOf(step))
      })
      .catch((error) => {
        if (error instanceof StoreUnavailable) throw error
        throw new Error(`Migration ${step.name} failed`, { cause: error })
      })
}
