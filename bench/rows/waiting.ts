import { setTimeout } from 'node:timers/promises'
import { ratioOf, type Scale, type Turn, turn } from '../contest.ts'
import { residentBytes } from '../cpu.ts'
import type { Gateway } from '../processes.ts'
import { apiKeyOf } from '../provisioning.ts'
import { range, refusalsIn, tableOf, whole } from '../report.ts'
import type { Stage } from '../stage.ts'
import type { Row } from './row.ts'

const oneSender = { count: 1 }
const sending = { apiKeys: [apiKeyOf(0)], recipients: 5000 }
const withinGoal = 0.1
const megabytesGoal = 100
const restMs = 5000

/** Puts messages into a gateway that is not to send them, or not soon. */
async function fill(stage: Stage, gateway: Gateway, messages: number) {
  const requests = Math.ceil(messages / 100)
  const job = { ...sending, port: gateway.port, connections: 16, messagesPerRequest: 100 }
  const { accepted } = await stage.load.ask({ ...job, until: { requests } })
  if (accepted !== requests) throw new Error(`only ${accepted} of ${requests} requests were accepted`)
}

/** Whether a full waiting room slows the door: each turn a new process, on an empty ledger or on the full one. */
export const acceptWithBacklog: Row = {
  title: 'd. Accept, 1 message a request, 64 connections, with a backlog and without',
  async run(stage, { rounds, roundMs, warmUpMs, backlog }: Scale) {
    const full = stage.newFolder()
    {
      await using gateway = await stage.gateway({ roles: 'api', senders: oneSender, folder: full })
      await fill(stage, gateway, backlog)
    }
    const one = { ...sending, connections: 64, messagesPerRequest: 1 }

    async function fresh(folder?: string): Promise<Turn> {
      await using gateway = await stage.gateway({
        roles: 'api',
        senders: oneSender,
        ...(folder && { folder }),
      })
      await stage.load.ask({ ...one, port: gateway.port, until: { ms: warmUpMs } })
      return await turn(stage, gateway, one, { roundMs, repeats: 0 })
    }

    const empty: Turn[] = []
    const waiting: Turn[] = []
    for (let round = 0; round < rounds; round++) {
      empty.push(await fresh())
      waiting.push(await fresh(full))
    }
    const ratio = ratioOf(waiting, empty)
    return {
      table: tableOf({ 'none waiting at first': empty, [`${whole(backlog)} and more waiting`]: waiting }),
      conclusions: [
        {
          text: `ratio ${range(ratio)}`,
          goal: { text: 'within 10 %', reached: ratio.median >= 1 - withinGoal },
        },
        ...refusalsIn([...empty, ...waiting]),
      ],
    }
  },
}

/** What a backlog costs in memory, in a gateway that serves it at 80 a second. */
export const memoryOfBacklog: Row = {
  title: 'e. Memory of a gateway with all roles, idle and with a backlog',
  async run(stage, { backlog }) {
    await using gateway = await stage.gateway({ roles: 'api,dispatch,callbacks', senders: oneSender })
    const megabytes = async () => {
      await setTimeout(restMs)
      return residentBytes(gateway.pid) / 2 ** 20
    }
    const fromStart = await megabytes()
    await fill(stage, gateway, backlog)
    const filled = await megabytes()
    const cost = filled - fromStart
    return {
      table: [
        ['', 'resident MB'],
        ['idle since its start', whole(fromStart)],
        [`${whole(backlog)} waiting`, whole(filled)],
      ],
      conclusions: [
        {
          text: `${whole(cost)} MB over idle`,
          goal: { text: `under ${megabytesGoal} MB`, reached: cost < megabytesGoal },
        },
      ],
    }
  },
}
