import { setTimeout as sleep } from 'node:timers/promises'
import { residentBytes } from '../cpu.ts'
import { type Gateway, startWorker } from '../processes.ts'
import { apiKeyOf } from '../provisioning.ts'
import type { Heard } from '../receiver.ts'
import { whole } from '../report.ts'
import { spreadOf } from '../statistics.ts'
import type { Row } from './row.ts'

const perSecondGoal = 3300
const raiseGoal = 0.1
const quietMs = 1000
const receiverScript = new URL('../receiver.ts', import.meta.url)

/** How fast a waiting room of events empties into one healthy endpoint, each signed. */
export const callbacksSustained: Row = {
  title: 'i. Callbacks of one sender to one healthy endpoint, signed, from a backlog',
  async run(stage, { endToEnd: messages }) {
    await using receiver = await startWorker<'heard', Heard>(receiverScript, 'rest')
    const senders = { count: 1, unlimited: true, callbackUrlOf: () => urlOf(receiver.said, '/') }
    const folder = stage.newFolder()
    {
      await using gateway = await stage.gateway({ roles: 'api,dispatch', senders, folder })
      const job = { port: gateway.port, apiKeys: [apiKeyOf(0)], recipients: 1000, connections: 16 }
      await stage.load.ask({ ...job, messagesPerRequest: 20, until: { requests: Math.ceil(messages / 20) } })
      await allReported(gateway)
    }
    await using gateway = await stage.gateway({ roles: 'callbacks', senders, folder })
    const rates: number[] = []
    let told = 0
    for (let quiet = 0; quiet < 2; ) {
      const startedAt = performance.now()
      await sleep(quietMs)
      const { callbacks } = await receiver.ask('heard')
      told += callbacks
      if (callbacks === 0) quiet++
      else rates.push((callbacks * 1000) / (performance.now() - startedAt))
    }
    const { median } = spreadOf(rates.slice(0, -1)) // the last second was not whole
    return {
      table: [
        ['', 'told', 'a second', 'resident MB'],
        ['gateway', whole(told), whole(median), whole(residentBytes(gateway.pid) / 2 ** 20)],
      ],
      conclusions: [
        {
          text: `${whole(median)} callbacks a second`,
          goal: { text: `at least ${whole(perSecondGoal)}`, reached: median >= perSecondGoal },
        },
      ],
    }
  },
}

const endpoints = 100

/** Whether 99 healthy endpoints feel that the hundredth hangs: the same senders, in turns, with it and without. */
export const deadEndpoint: Row = {
  title: `j. ${endpoints} endpoints, one of which hangs for 30 s`,
  async run(stage, { rounds, roundMs, warmUpMs }) {
    await using receiver = await startWorker<'heard', Heard>(receiverScript, 'rest')
    const at = (path: (sender: number) => string) => ({
      count: endpoints,
      unlimited: true,
      callbackUrlOf: (sender: number) => urlOf(receiver.said, path(sender)),
    })
    const roles = 'api,dispatch,callbacks'
    const healthy = at((sender) => `/${sender}`)
    const oneHangs = at((sender) => (sender === 0 ? '/hangs' : `/${sender}`))
    await using without = await stage.gateway({ roles, senders: healthy })
    await using dead = await stage.gateway({ roles, senders: oneHangs })

    const heardBy = async (gateway: Gateway, ms: number) => {
      await receiver.ask('heard')
      const apiKeys = Array.from({ length: endpoints }, (_, i) => apiKeyOf(i))
      const job = { port: gateway.port, apiKeys, recipients: 1000, connections: endpoints, pauseMs: 500 }
      await stage.load.ask({ ...job, messagesPerRequest: 1, until: { ms } })
      await sleep(quietMs)
      return receiver.ask('heard')
    }
    for (const gateway of [without, dead]) await heardBy(gateway, warmUpMs)
    const p99s: Record<'without' | 'dead', number[]> = { without: [], dead: [] }
    let hung = 0
    for (let round = 0; round < rounds; round++) {
      p99s.without.push((await heardBy(without, roundMs)).latencyMs.p99)
      const heard = await heardBy(dead, roundMs)
      p99s.dead.push(heard.latencyMs.p99)
      hung += heard.hung
    }
    const [alone, beside] = [spreadOf(p99s.without).median, spreadOf(p99s.dead).median]
    const raise = beside / alone - 1
    return {
      table: [
        ['', 'p99 ms', 'from', 'to'],
        ...Object.entries({ 'all healthy': p99s.without, 'one hangs': p99s.dead }).map(([name, values]) => {
          const { median, least, most } = spreadOf(values)
          return [name, median.toFixed(1), least.toFixed(1), most.toFixed(1)]
        }),
      ],
      conclusions: [
        {
          text: `p99 of the others raised by ${Math.round(raise * 100)} %`,
          goal: { text: `less than ${raiseGoal * 100} %`, reached: raise < raiseGoal },
        },
        { text: `the one that hangs was asked ${hung} times` },
      ],
    }
  },
}

const urlOf = (port: unknown, path: string) => `http://127.0.0.1:${port}${path}`

/** Until nothing is reported any more: the sandbox delivers at once. */
async function allReported({ port }: Gateway) {
  for (let known = -1; ; ) {
    await sleep(2 * quietMs)
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    const received = Number(/^waypost_received_total\{kind="dlr"\} (\d+)/m.exec(metrics)?.[1] ?? 0)
    if (received === known && received > 0) return
    known = received
  }
}
