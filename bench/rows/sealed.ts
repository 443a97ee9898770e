import { createSecretKey, randomBytes } from 'node:crypto'
import { openText, sealText } from '../../packages/gateway/src/core/envelope.ts'
import { type DataKey, dataKeyOf, moKey, mtKey } from '../requests.ts'
import type { Stage } from '../stage.ts'
import { allShown, type Carried, lineOf, measure, sendersHere, together } from './end-to-end.ts'
import type { Row } from './row.ts'

/** In turns, as everything that is compared. */
const rounds = 4

/** What opening costs a message on its whole road, and by itself. */
export const sealedMessages: Row = {
  title: 'k. End to end as in f, in the clear and sealed by the business',
  async run(stage, { endToEnd }) {
    const messages = endToEnd / rounds
    const dataKey = await dataKeyOf(stage.sandboxUrl)
    const turns = { clear: [] as Carried[], sealed: [] as Carried[] }
    for (let round = 0; round < rounds; round++) {
      turns.clear.push(await carry(stage, { messages }))
      turns.sealed.push(await carry(stage, { messages, dataKey }))
    }
    const [clear, sealed] = [together(turns.clear), together(turns.sealed)]
    const { opens, seals } = alone()
    return {
      table: [
        ['', 'shown', 'a second', 'p50 ms', 'p99 ms', 'µs all'],
        lineOf('in the clear', clear),
        lineOf('sealed', sealed),
      ],
      conclusions: [
        {
          text: `${sealed.shown} of ${endToEnd} sealed messages shown`,
          goal: { text: 'all, and none twice', reached: sealed.shown === endToEnd },
        },
        { text: `${(sealed.micros - clear.micros).toFixed(0)} µs more for each message` },
        {
          text: `a text of ${text.length} characters is opened in ${opens.toFixed(1)} µs and sealed in ${seals.toFixed(1)} µs`,
        },
      ],
    }
  },
}

async function carry(stage: Stage, job: { messages: number; dataKey?: DataKey }): Promise<Carried> {
  await using gateway = await stage.gateway({
    roles: 'api,dispatch,callbacks',
    senders: { ...sendersHere, encryption: { mtKey, moKey } },
  })
  return await measure(stage, gateway, job, (atLeast) => allShown(stage, atLeast))
}

const text =
  'Dear customer, your order has left our warehouse and will be with you tomorrow between 8:00 and 12:00.'
const times = 50_000

/** Microseconds, in this process. */
function alone() {
  const key = createSecretKey(randomBytes(32))
  const sealed = sealText(key, text)
  const micros = (run: () => unknown) => {
    for (let i = 0; i < times; i++) run() // until it is as fast as it gets
    const startedAt = performance.now()
    for (let i = 0; i < times; i++) run()
    return ((performance.now() - startedAt) * 1000) / times
  }
  return { opens: micros(() => openText(key, sealed)), seals: micros(() => sealText(key, text)) }
}
