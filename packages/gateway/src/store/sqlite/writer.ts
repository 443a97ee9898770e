import type { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { BalanceTooLow } from '../../core/balance.ts'
import { AlreadyAnswered, LeaseLost } from '../../core/store.ts'
import type { Answer, Batch, Call } from './calls.ts'
import { checkpoints } from './checkpoint.ts'
import { openForWriting } from './connection.ts'
import { isOfTheDisk, nameAndMessage } from './fault.ts'
import { type Ending, openWrites, type Writes } from './writes/index.ts'

/** The writing thread: one batch, one transaction, one flush to the disk, one answer. */
function serve({ path }: { path: string }) {
  const db = openForWriting(path)
  const { writes, ending } = openWrites(db)
  const commit = committer(db, writes, ending)
  const log = checkpoints(db)

  parentPort?.on('message', (message: Batch | 'close') => {
    if (message !== 'close') {
      const answer = commit(message)
      parentPort?.postMessage(answer)
      return answer.unavailable === undefined ? log.committed() : log.failed()
    }
    log.stop()
    db.close()
    parentPort?.close()
  })
  parentPort?.postMessage('ready')
}

function committer(db: DatabaseSync, writes: Writes, ending: Ending) {
  const begin = db.prepare('BEGIN IMMEDIATE')
  const end = db.prepare('COMMIT')
  const methods = new Map(Object.entries(writes))

  function run(now: number, [name, ...rest]: Call): unknown {
    // `callsTo` checked name and arguments against `Writes` on the other side.
    const method = methods.get(name) as ((now: number, ...rest: unknown[]) => unknown) | undefined
    if (!method) throw new Error(`The writer has no ${name}`)
    return method(now, ...rest)
  }

  /** A refusal is thrown before the first change, so nothing of it is to be undone. */
  function bare(now: number, call: Call): unknown {
    return run(now, call)
  }

  function guarded(now: number, call: Call): unknown {
    db.exec('SAVEPOINT one')
    try {
      return run(now, call)
    } catch (error) {
      if (!isOfTheDisk(error)) db.exec('ROLLBACK TO one')
      throw error
    } finally {
      if (db.isTransaction) db.exec('RELEASE one')
    }
  }

  function inOneTransaction(
    { now, calls }: Batch,
    one: typeof bare,
    takes: (error: unknown) => boolean,
  ): Answer {
    const answer: Answer = { results: new Array(calls.length), thrown: [] }
    if (db.isTransaction) db.exec('ROLLBACK') // the last one failed, and so did its rollback
    begin.run()
    try {
      for (const [index, call] of calls.entries())
        try {
          answer.results[index] = one(now, call)
        } catch (error) {
          if (!takes(error)) throw error
          answer.thrown.push({ index, ...nameAndMessage(error) })
        }
      ending.writeCounts()
      end.run()
      return answer
    } catch (error) {
      ending.dropCounts()
      if (db.isTransaction) db.exec('ROLLBACK')
      throw error
    }
  }

  return (batch: Batch): Answer => {
    try {
      try {
        return inOneTransaction(batch, bare, isRefusal)
      } catch (error) {
        if (isOfTheDisk(error)) throw error
        // Some call broke on its own. Again, with a savepoint around each: only that one is to fail.
        return inOneTransaction(batch, guarded, (error) => !isOfTheDisk(error))
      }
    } catch (error) {
      return { results: [], thrown: [], unavailable: nameAndMessage(error).message }
    }
  }
}

const isRefusal = (error: unknown) =>
  error instanceof LeaseLost || error instanceof AlreadyAnswered || error instanceof BalanceTooLow

// `openSqlite` starts this thread with exactly this.
serve(workerData as { path: string })
