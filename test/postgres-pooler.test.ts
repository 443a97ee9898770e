import { describe, test } from 'node:test'
import { wire } from '../packages/gateway/src/core/wire.fake.ts'
import { suiteServer } from '../packages/gateway/src/store/postgres/suite-server.fake.ts'
import { startPooler } from '../packages/gateway/src/store/postgres/testing.ts'
import { install } from './support/installation.ts'
import { takesAgain, underLoad } from './support/under-load.ts'

describe('behind PgBouncer in transaction mode nothing is lost, and it goes on by itself', () => {
  const server = suiteServer({ durable: true })

  test('when the connections to it are cut, and when the database behind it is killed', async (t) => {
    await using pooler = await startPooler(server(), { server_login_retry: '1' })
    const way = await wire(pooler.before(await server().newDatabase()))
    const installation = await install(t, {
      one: { uncertainWaitMs: 300 },
      env: { WAYPOST_DATABASE_URL: `${way.endpoint}?pgbouncer=true` },
    })
    t.after(() => way[Symbol.asyncDispose]()) // after the gateway
    const load = await underLoad(t, installation)
    await load.isUnderWay()
    way.cutAt('COMMIT')
    await takesAgain(installation)
    await server().kill()
    await server().start()
    await takesAgain(installation)
    await load.nothingIsLost()
  })
})
