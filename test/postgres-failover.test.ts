import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import postgres from 'postgres'
import { wire } from '../packages/gateway/src/core/wire.fake.ts'
import { openStore } from '../packages/gateway/src/store/index.ts'
import { startServer } from '../packages/gateway/src/store/postgres/testing.ts'
import { eventually } from './support/eventually.ts'
import { type Installation, install } from './support/installation.ts'
import { statusOfSend, takesAgain, underLoad } from './support/under-load.ts'

const refuses = (installation: Installation) =>
  eventually(async () => (await statusOfSend(installation)) === 503, 'it takes nothing')

async function nodesAt(url: string) {
  const sql = postgres(url, { max: 1 })
  const rows = await sql`SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'waypost%'`
  await sql.end()
  return rows.length
}

describe('a database with a standby', () => {
  let primary: Awaited<ReturnType<typeof startServer>> | undefined
  let standby: Awaited<ReturnType<typeof startServer>> | undefined
  before(async () => {
    primary = await startServer({ durable: true })
    standby = await startServer({ durable: true, standbyOf: primary })
  })
  after(async () => {
    await standby?.[Symbol.asyncDispose]()
    await primary?.[Symbol.asyncDispose]()
  })

  test('nothing is lost, and it goes on by itself, when the standby takes over', async (t) => {
    assert.ok(primary && standby)
    const url = await primary.newDatabase()
    const way = await wire(url)
    const installation = await install(t, {
      one: { uncertainWaitMs: 300 },
      env: { WAYPOST_DATABASE_URL: way.endpoint },
    })
    t.after(() => way[Symbol.asyncDispose]()) // after the gateway
    const load = await underLoad(t, installation)
    await load.isUnderWay()

    const other = url.replace(`:${primary.port}/`, `:${standby.port}/`)
    way.lead(other)
    way.cut()
    await refuses(installation)
    way.lead(url)
    await takesAgain(installation)
    await eventually(async () => (await nodesAt(other)) === 0, 'nothing is read from the standby')

    await primary.kill()
    way.lead(other)
    await refuses(installation)
    await assert.rejects(openStore(other), /it is a standby/)
    await standby.promote()
    await takesAgain(installation)
    await load.nothingIsLost()
  })
})
