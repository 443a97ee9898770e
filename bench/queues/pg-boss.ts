import { PgBoss } from 'pg-boss'
import { connections, databaseUrl, jobOf, serveQueue } from './queue.ts'

const queue = 'messages'
/** Of each loop; what its documentation calls `localConcurrency`. */
const loops = 4

// Its own upkeep would fall into some turns and not into others.
const boss = new PgBoss({
  connectionString: databaseUrl,
  max: connections,
  supervise: false,
  schedule: false,
})
boss.on('error', (error) => console.error(error))
await boss.start()
// A table of its own, as is advised for a large queue; nothing of it is deleted.
await boss.createQueue(queue, { partition: true, deleteAfterSeconds: 0 })
let made = 0

async function add(jobs: number) {
  await boss.insert(
    queue,
    Array.from({ length: jobs }, () => ({ data: jobOf(made++) })),
  )
}

async function finish(jobs: number, page: number): Promise<number> {
  let claimed = 0
  async function loop() {
    while (claimed < jobs) {
      const batchSize = Math.min(page, jobs - claimed)
      claimed += batchSize
      const got = await boss.fetch(queue, { batchSize })
      claimed -= batchSize - got.length
      if (got.length === 0) return
      // As `work()` does it: only what this attempt claimed.
      await boss.complete(queue, got)
    }
  }
  await Promise.all(Array.from({ length: loops }, loop))
  return claimed
}

serveQueue({
  add,
  async exemplify(jobs) {
    await add(jobs)
    await finish(jobs, jobs)
  },
  finish,
})
