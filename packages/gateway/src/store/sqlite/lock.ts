import { DatabaseSync } from 'node:sqlite'
import { CannotStart } from '../../core/cannot-start.ts'
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
    if (!isBusy(error)) throw error
    throw new CannotStart(`Another gateway runs on ${path}. Stop it first, or give this one its own file.`, {
      cause: error,
    })
  }
  return {
    [Symbol.dispose]() {
      db.close()
    },
  }
}

/** https://www.sqlite.org/rescode.html#busy */
const isBusy = (error: unknown) => error instanceof Error && 'errcode' in error && error.errcode === 5
