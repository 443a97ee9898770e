import { parentPort, workerData } from 'node:worker_threads'
import type { Answer, Batch } from './calls.ts'
import { openForReading } from './connection.ts'
import { isOfTheDisk, nameAndMessage } from './fault.ts'
import { openReads } from './reads/index.ts'

/** A reading thread. It sees what was committed when each question reaches it, and waits for no writer. */
function serve({ path }: { path: string }) {
  const db = openForReading(path)
  const methods = new Map(Object.entries(openReads(db)))

  function answer({ now, calls }: Batch): Answer {
    const answer: Answer = { results: new Array(calls.length), thrown: [] }
    for (const [index, [name, ...rest]] of calls.entries())
      try {
        // `callsTo` checked name and arguments against `Reads` on the other side.
        const method = methods.get(name) as ((now: number, ...rest: unknown[]) => unknown) | undefined
        if (!method) throw new Error(`The reader has no ${name}`)
        answer.results[index] = method(now, ...rest)
      } catch (error) {
        const { name, message } = nameAndMessage(error)
        if (isOfTheDisk(error)) return { results: [], thrown: [], unavailable: message }
        answer.thrown.push({ index, name, message })
      }
    return answer
  }

  parentPort?.on('message', (message: Batch | 'close') => {
    if (message !== 'close') return parentPort?.postMessage(answer(message))
    db.close()
    parentPort?.close()
  })
  parentPort?.postMessage('ready')
}

// `openSqlite` starts this thread with exactly this.
serve(workerData as { path: string })
