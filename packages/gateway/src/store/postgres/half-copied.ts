import { CannotStart } from '../../core/cannot-start.ts'
import type { Pool } from './connect.ts'

/** There only where `waypost copy` has been: what it copies, how far it is, and when it was done. */
export const createCopies = `
  CREATE TABLE IF NOT EXISTS copies (
    one         SMALLINT NOT NULL PRIMARY KEY CHECK (one = 1),
    source      TEXT NOT NULL,
    media       TEXT,
    progress    TEXT NOT NULL,
    finished_at BIGINT
  )`

const selectTable = "SELECT to_regclass('copies') IS NOT NULL AS exists"
const selectUnfinished = 'SELECT 1 FROM copies WHERE finished_at IS NULL'

/** What a copy has not brought yet would be sent again, or not at all. */
export async function refuseHalfCopied(pool: Pool): Promise<void> {
  const [table] = await pool.read((db) => db.all<{ exists: boolean }>(selectTable))
  if (!table?.exists) return
  const unfinished = await pool.read((db) => db.all(selectUnfinished))
  if (unfinished.length > 0)
    throw new CannotStart(
      'A copy into this database was begun and is not finished. Finish it: `waypost copy` with the same options goes on.',
    )
}
