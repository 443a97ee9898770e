import { DatabaseSync } from 'node:sqlite'
import { makePrivate } from './connection.ts'

/**
 * One process per file. The lock is the operating system's, held through a small database beside the file: it goes with
 * the process, however that ends.
 */
export function lockFile(path: string): Disposable {
  makePrivate(`${path}.lock`)
  const db = new DatabaseSync(`${path}.lock`)
  try {
    db.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    throw new Error(`Another gateway runs on ${path}. Stop it first, or give this one its own file.`, {
      cause: error,
    })
  }
  return {
    [Symbol.dispose]() {
      db.close()
    },
  }
}
