import { contest, ratioOf, ratioOfWork } from '../contest.ts'
import { apiKeyOf } from '../provisioning.ts'
import { range, refusalsIn, tableOf, whole } from '../report.ts'
import { spreadOf } from '../statistics.ts'
import type { Row } from './row.ts'

const oneSender = { count: 1 }
const sending = { apiKeys: [apiKeyOf(0)], recipients: 5000 }
const p99Goal = 15
const ratioGoal = 0.6
const inHundredsGoal = 15_000

/** What durability costs: the gateway against its own HTTP server without a ledger. */
export const acceptOne = against('api', 'a. Accept, 1 message a request, 64 connections, dispatch at rest')

/** The same while the gateway also sends, at the rate one sender has by default, and calls back. */
export const acceptWhileSending = against(
  'api,dispatch,callbacks',
  'c. Accept, 1 message a request, 64 connections, one sender served at 80 a second',
)

function against(roles: string, title: string): Row {
  return {
    title,
    async run(stage, scale) {
      await using baseline = await stage.baseline(oneSender)
      await using gateway = await stage.gateway({ roles, senders: oneSender })
      await stage.callbacks.ask('count')
      const turns = await contest(
        stage,
        { 'without ledger': baseline, gateway },
        { ...sending, connections: 64, messagesPerRequest: 1 },
        scale,
      )
      const ratio = ratioOf(turns.gateway, turns['without ledger'])
      const p99 = spreadOf(turns.gateway.map(({ p99 }) => p99)).median
      const { requests } = await stage.callbacks.ask('count')
      return {
        table: tableOf(turns),
        conclusions: [
          {
            text: `ratio ${range(ratio)}`,
            goal: { text: `at least ${ratioGoal}`, reached: ratio.median >= ratioGoal },
          },
          { text: `ratio by processor time ${range(ratioOfWork(turns.gateway, turns['without ledger']))}` },
          {
            text: `p99 ${p99.toFixed(1)} ms`,
            goal: { text: `under ${p99Goal} ms`, reached: p99 < p99Goal },
          },
          ...(requests > 0 ? [{ text: `${whole(requests)} callbacks meanwhile` }] : []),
          ...refusalsIn(turns.gateway),
        ],
      }
    },
  }
}

/** Bulk: what a commit costs spreads over many messages, what a message costs does not. */
export const acceptHundreds: Row = {
  title: 'b. Accept, 100 messages a request, 16 connections, dispatch at rest',
  async run(stage, scale) {
    await using baseline = await stage.baseline(oneSender)
    await using gateway = await stage.gateway({ roles: 'api', senders: oneSender })
    const turns = await contest(
      stage,
      { 'without ledger': baseline, gateway },
      { ...sending, connections: 16, messagesPerRequest: 100 },
      scale,
    )
    const { median } = spreadOf(turns.gateway.map(({ messagesPerSecond }) => messagesPerSecond))
    return {
      table: tableOf(turns),
      conclusions: [
        { text: `ratio ${range(ratioOf(turns.gateway, turns['without ledger']))}` },
        { text: `ratio by processor time ${range(ratioOfWork(turns.gateway, turns['without ledger']))}` },
        {
          text: `${whole(median)} messages/s`,
          goal: { text: `at least ${whole(inHundredsGoal)}`, reached: median >= inHundredsGoal },
        },
        ...refusalsIn(turns.gateway),
      ],
    }
  },
}
