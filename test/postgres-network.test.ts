import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Wire, wire } from '../packages/gateway/src/core/wire.fake.ts'
import { suiteServer } from '../packages/gateway/src/store/postgres/suite-server.fake.ts'
import { eventually } from './support/eventually.ts'
import { type Heard, type Installation, install, keys } from './support/installation.ts'
import { takesAgain, underLoad } from './support/under-load.ts'

const messages = [{ to: '27999000001', content: 'Hello' }]

/** Businesses send and people write through all of it. Side by side: each waits most of the time. */
describe('nothing is lost, and it goes on by itself, when between a gateway and its database', {
  concurrency: true,
}, () => {
  const server = suiteServer({ durable: true })

  async function scene(t: TestContext) {
    const way = await wire(await server().newDatabase())
    const installation = await install(t, {
      one: { uncertainWaitMs: 300 },
      env: { WAYPOST_DATABASE_URL: way.endpoint },
    })
    t.after(() => way[Symbol.asyncDispose]()) // after the gateway, which would ask for ever what became of a commit
    return { way, installation, load: await underLoad(t, installation) }
  }

  const passing: { what: string; fault: (way: Wire) => unknown; lastsMs?: number }[] = [
    { what: 'everything is cut off once', fault: (way) => way.cut() },
    { what: 'it breaks in the middle of a message', fault: (way) => way.cutAfter(5000) },
    { what: 'it breaks at a commit', fault: (way) => way.cutAt('COMMIT') },
    { what: 'everything takes long', fault: (way) => way.delay(100), lastsMs: 3000 },
  ]
  for (const { what, fault, lastsMs = 200 } of passing)
    test(what, async (t) => {
      const { way, installation, load } = await scene(t)
      await load.isUnderWay()
      fault(way)
      await sleep(lastsMs)
      await way.mend()
      await takesAgain(installation)
      await load.nothingIsLost()
    })

  const lasting: { what: string; fault: (way: Wire) => unknown }[] = [
    { what: 'nobody is there', fault: (way) => way.close() },
    { what: 'nothing arrives', fault: (way) => way.hush() },
    { what: 'no answer arrives', fault: (way) => way.loseAnswers() },
  ]
  for (const { what, fault } of lasting)
    test(`${what}: what is asked meanwhile is refused`, async (t) => {
      const { way, installation, load } = await scene(t)
      await load.isUnderWay()
      fault(way)
      await Promise.all(
        meanwhile.map(async ({ ask, says }) => {
          const { httpStatus, json } = await ask(installation)
          assert.partialDeepStrictEqual({ httpStatus, json }, says)
        }),
      )
      await way.mend()
      await takesAgain(installation)
      await load.nothingIsLost()
    })

  test('nobody is there after a commit: it is asked what became of it', async (t) => {
    const { way, installation, load } = await scene(t)
    await load.isUnderWay()
    way.cutAt('COMMIT', () => way.close())
    await eventually(async () => (await ready(installation)).httpStatus === 503, 'it is cut')
    await sleep(1000)
    await way.mend()
    await takesAgain(installation)
    await load.nothingIsLost()
  })
})

const unavailable = { httpStatus: 503, json: { error: { code: 19 } } }
const ready = ({ ask }: Installation) => ask('GET', '/health/ready')

/** Each of it within seconds. */
const meanwhile: { ask: (of: Installation) => Promise<Heard>; says: object }[] = [
  { ask: ({ send }) => send('one', messages), says: unavailable },
  {
    ask: ({ send }) => send('legacy', messages),
    says: { httpStatus: 503, json: { error: { errorCode: 901 } } },
  },
  { ask: ({ ask }) => ask('GET', `/v1/message/${'0'.repeat(32)}`, { key: keys.one }), says: unavailable },
  { ask: ready, says: { httpStatus: 503, json: { why: 'store' } } },
  { ask: ({ ask }) => ask('GET', '/health/live'), says: { httpStatus: 200 } },
]
