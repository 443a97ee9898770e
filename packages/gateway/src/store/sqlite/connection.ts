import { existsSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

/**
 * Makes a database's file, empty and for its owner only, unless it is there. What SQLite puts beside it gets its mode.
 * One that is there is not even opened: closing it again would end the locks that this process has on it.
 */
export function makePrivate(path: string): void {
  if (!existsSync(path)) writeFileSync(path, '', { flag: 'a', mode: 0o600 })
}

/** The one connection that writes. FULL: a commit is on the disk before the statement returns. */
export function openForWriting(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: 5000 })
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA cache_size = -16384;
    PRAGMA temp_store = MEMORY;
  `)
  return db
}

/** A connection that sees what is committed and holds nobody up. */
export function openForReading(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly: true, timeout: 5000 })
  db.exec('PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY;')
  return db
}
