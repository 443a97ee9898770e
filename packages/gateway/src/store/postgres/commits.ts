import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { type Db, realNow } from './query.ts'

/** A transaction, as it can be asked for when the answer to its commit is lost. */
export interface Mark {
  writer: string
  number: number
}

// Whoever writes has a row that says which of its transactions was the last. Its id would not do: one that a crash took
// back, or of which a standby never heard, is given again.
const put = ({ writer, number }: Mark) => `
  INSERT INTO commits (writer, number, at) VALUES ('${writer}', ${number}, ${realNow})
  ON CONFLICT (writer) DO UPDATE SET number = excluded.number, at = excluded.at
  RETURNING pg_current_xact_id()::text AS xid`

const selectStatus = 'SELECT pg_xact_status($1::text::xid8) AS status'

// Locked, so that a standby does not answer: it may not have heard of it yet.
const selectNumber = 'SELECT number FROM commits WHERE writer = $1 FOR UPDATE'

const keptMs = 7 * 24 * 60 * 60_000
const deleteOld = `DELETE FROM commits WHERE at < ${realNow} - ${keptMs}`

/** The marks of transactions that come one after the other. The statement that puts one answers its `xid`. */
export function marks(): () => Mark & { put: string } {
  const writer = randomUUID()
  let number = 0
  return () => {
    const mark = { writer, number: ++number }
    return { ...mark, put: put(mark) }
  }
}

/** Undefined while it is under way. */
export async function isCommitted(db: Db, mark: Mark, xid: string): Promise<boolean | undefined> {
  const [found] = await db.all<{ status: string }>(selectStatus, xid).catch(notGivenYet)
  if (found?.status === 'in progress') return undefined
  const [row] = await db.all<{ number: number }>(selectNumber, mark.writer)
  return row?.number === mark.number
}

/** By a server that took over. */
function notGivenYet(error: unknown): [] {
  if (error instanceof postgres.PostgresError && error.code === '22023') return []
  throw error
}

/** Who has not written for long is not there any more, or begins anew. */
export async function forgetWriters(db: Db): Promise<void> {
  await db.run(deleteOld)
}
