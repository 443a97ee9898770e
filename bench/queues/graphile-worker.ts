import { Logger, makeWorkerUtils, runTaskList } from 'graphile-worker'
import pg from 'pg'
import { connections, databaseUrl, jobOf, serveQueue } from './queue.ts'

const task = 'message'
const pool = new pg.Pool({ connectionString: databaseUrl, max: connections })
pool.on('error', (error) => console.error(error))
pool.on('connect', (client) => void client.on('error', (error) => console.error(error)))
const logger = new Logger(() => () => {})
const utils = await makeWorkerUtils({ pgPool: pool, logger })
await utils.migrate()
let made = 0

serveQueue({
  async add(jobs) {
    await utils.addJobs(Array.from({ length: jobs }, () => ({ identifier: task, payload: jobOf(made++) })))
  },
  // What is finished is gone.
  exemplify: async () => {},
  async finish(jobs, page) {
    let finished = 0
    const enough = Promise.withResolvers<void>()
    // What its page on performance measures with.
    const preset = {
      worker: {
        concurrentJobs: 24,
        localQueue: { size: page },
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
      },
    }
    const running = runTaskList(
      { preset, pgPool: pool, logger, noHandleSignals: true },
      {
        [task]: async () => {
          if (++finished === jobs) enough.resolve()
        },
      },
      pool,
    )
    await enough.promise
    // Waits for what is to be written, and gives back what it had claimed ahead.
    await running.gracefulShutdown()
    await running.promise
    return finished
  },
})
