import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { CannotStart } from '../../core/cannot-start.ts'
import { openStore } from '../index.ts'
import { storeSuite } from '../store.suite.ts'
import { openPool, targetOf } from './connect.ts'
import { type Pooler, type Server, startPooler, startServer } from './testing.ts'

describe('postgres behind PgBouncer in transaction mode', () => {
  let server: Server | undefined
  let pooler: Pooler | undefined
  before(async () => {
    server = await startServer()
    // Fewer than a node has connections: each transaction gets another one.
    pooler = await startPooler(server, { default_pool_size: '3' })
  })
  after(async () => {
    await pooler?.[Symbol.asyncDispose]()
    await server?.[Symbol.asyncDispose]()
  })

  async function newDatabase() {
    assert.ok(server && pooler)
    return pooler.before(await server.newDatabase())
  }

  storeSuite(async (clock) => openStore(`${await newDatabase()}?pgbouncer=true`, clock))

  for (const [setting, value] of [
    ['enable_seqscan', 'off'],
    ['statement_timeout', '5s'],
  ] as const)
    test(`what is read is read with ${setting} = ${value}, as without it`, async (t) => {
      const target = targetOf(`${(await newDatabase()).slice('postgres:'.length)}?pgbouncer=true`)
      const pool = openPool(target, { connections: 4, statementMs: 5000 })
      t.after(() => pool[Symbol.asyncDispose]())
      assert.deepEqual(await pool.read((db) => db.all(`SHOW ${setting}`)), [{ [setting]: value }])
    })

  test('a URL that does not name it is a reason not to start, in words', async () => {
    await assert.rejects(
      openStore(await newDatabase()),
      (error) => error instanceof CannotStart && /\?pgbouncer=true/.test(error.message),
    )
  })
})
