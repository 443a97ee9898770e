import { setTimeout } from 'node:timers/promises'
import { threadTimes, totalMs } from '../cpu.ts'
import type { Gateway } from '../processes.ts'
import { apiKeyOf } from '../provisioning.ts'
import type { Counted } from '../raw-server.ts'
import { whole } from '../report.ts'
import { type DataKey, recipientPool, sentAtOf } from '../requests.ts'
import type { Stage } from '../stage.ts'
import { percentile } from '../statistics.ts'
import type { Row } from './row.ts'

export const senders = 50
export const phones = 1000
export const sendersHere = { count: senders, unlimited: true }
/** In turns, as everything that is compared. */
const rounds = 4
const quietMs = 1500
const deadlineMs = 120_000

/** The whole road, with the limits lifted: accepted, sent, shown on a phone, reported, called back. */
export const endToEnd: Row = {
  title: `f. End to end: ${senders} senders, ${phones} phones, limits lifted, 1 message a request`,
  async run(stage, { endToEnd: messages }) {
    const turns = { relayed: [] as Carried[], carried: [] as Awaited<ReturnType<typeof carry>>[] }
    for (let round = 0; round < rounds; round++) {
      turns.relayed.push(await relay(stage, messages / rounds))
      turns.carried.push(await carry(stage, messages / rounds))
    }
    const [relayed, carried] = [together(turns.relayed), together(turns.carried)]
    const callbacks = turns.carried.reduce((sum, turn) => sum + turn.callbacks, 0)
    const lastCallbackS = Math.max(...turns.carried.map((turn) => turn.lastCallbackS))
    return {
      table: [
        ['', 'shown', 'a second', 'p50 ms', 'p99 ms', 'µs all'],
        lineOf('without ledger, reports and callbacks', relayed),
        lineOf('gateway', carried),
      ],
      conclusions: [
        {
          text: `${whole(carried.shown)} of ${whole(messages)} messages shown`,
          goal: { text: 'all, and none twice', reached: carried.shown === messages },
        },
        { text: `ratio ${(rateOf(carried) / rateOf(relayed)).toFixed(2)}` },
        {
          text: `${whole(callbacks)} callbacks, the last of a turn after ${lastCallbackS.toFixed(1)} s`,
        },
      ],
    }
  },
}

export interface Carried {
  shown: number
  /** When the first request left, in milliseconds since 1970. */
  beganAt: number
  /** From the first request to the last message on a phone. */
  seconds: number
  /** From the first request to the last answer. */
  sendMs: number
  /** From a request that left the load generator to its message on the phone. */
  latencyMs: number[]
  /** Processor time of the measured process for each message. */
  micros: number
}

export const rateOf = ({ shown, seconds }: Carried) => shown / seconds

export const lineOf = (name: string, carried: Carried) => [
  name,
  whole(carried.shown),
  whole(rateOf(carried)),
  whole(percentile(carried.latencyMs, 50)),
  whole(percentile(carried.latencyMs, 99)),
  whole(carried.micros),
]

/** Several turns as one. */
export const together = (turns: Carried[]): Carried => ({
  shown: turns.reduce((sum, { shown }) => sum + shown, 0),
  beganAt: turns[0]?.beganAt ?? 0,
  seconds: turns.reduce((sum, { seconds }) => sum + seconds, 0),
  sendMs: turns.reduce((sum, { sendMs }) => sum + sendMs, 0),
  latencyMs: turns.flatMap(({ latencyMs }) => latencyMs),
  micros: turns.reduce((sum, { micros }) => sum + micros, 0) / turns.length,
})

/** The same HTTP server and the same adapter, with nothing kept and nothing heard. */
async function relay(stage: Stage, messages: number): Promise<Carried> {
  await using relay = await stage.baseline(sendersHere, { relay: true })
  return await measure(stage, relay, { messages }, (atLeast) => allShown(stage, atLeast))
}

async function carry(stage: Stage, messages: number) {
  await using gateway = await stage.gateway({ roles: 'api,dispatch,callbacks', senders: sendersHere })
  let callbacks: Counted = { requests: 0, lastAt: 0 }
  const carried = await measure(stage, gateway, { messages }, async (_shown, sent) => {
    callbacks = await calledBack(stage, sent)
  })
  return {
    ...carried,
    callbacks: callbacks.requests,
    lastCallbackS: (callbacks.lastAt - carried.beganAt) / 1000,
  }
}

export async function measure(
  stage: Stage,
  side: Gateway,
  { messages, dataKey, otherPorts = [] }: { messages: number; dataKey?: DataKey; otherPorts?: number[] },
  over: (shown: number, sent: number) => Promise<void>,
): Promise<Carried> {
  const apiKeys = Array.from({ length: senders }, (_, i) => apiKeyOf(i))
  const job = {
    port: side.port,
    otherPorts,
    apiKeys,
    connections: 2 * senders,
    messagesPerRequest: 1,
    ...(dataKey && { dataKey }),
  }
  const send = (requests: number) => stage.load.ask({ ...job, recipients: phones, until: { requests } })

  const known = (await shownOn(stage)).length
  const warmUp = Math.ceil(messages / 4)
  await send(warmUp)
  await over(known + warmUp, warmUp)
  const cpuBefore = totalMs(threadTimes(side.pid))
  const { beganAt, elapsedMs: sendMs } = await send(messages)
  await over(known + warmUp + messages, messages)
  const cpuMs = totalMs(threadTimes(side.pid)) - cpuBefore
  const shown = (await shownOn(stage)).filter(({ sentAt }) => sentAt >= beganAt)
  return {
    shown: shown.length,
    beganAt,
    seconds: (Math.max(...shown.map(({ at }) => at)) - beganAt) / 1000,
    sendMs,
    latencyMs: shown.map(({ at, sentAt }) => at - sentAt),
    micros: (cpuMs * 1000) / messages,
  }
}

/** What was called back: at least one status of each message, until nothing more came for a while. */
export async function calledBack({ callbacks }: Stage, atLeast: number): Promise<Counted> {
  const deadline = performance.now() + deadlineMs
  const total: Counted = { requests: 0, lastAt: 0 }
  while (performance.now() < deadline) {
    await setTimeout(quietMs)
    const { requests, lastAt } = await callbacks.ask('count')
    if (requests === 0 && total.requests >= atLeast) return total
    if (requests === 0) continue
    total.requests += requests
    total.lastAt = lastAt
  }
  throw new Error(`${total.requests} callbacks in ${deadlineMs} ms, and no end`)
}

export async function allShown(stage: Stage, atLeast: number): Promise<void> {
  const deadline = performance.now() + deadlineMs
  while ((await shownOn(stage)).length < atLeast) {
    if (performance.now() > deadline) throw new Error(`not all on the phones in ${deadlineMs} ms`)
    await setTimeout(quietMs)
  }
}

/** Everything on the phones: when it came, and when it was sent. The sandbox delivers at once. */
async function shownOn({ sandboxUrl }: Stage): Promise<{ at: number; sentAt: number }[]> {
  const shown: { at: number; sentAt: number }[] = []
  for (const phone of recipientPool(phones)) {
    const response = await fetch(`${sandboxUrl}/phones/${phone}/messages`)
    const messages = (await response.json()) as { text: string; at: number }[] // the sandbox's contract
    for (const { text, at } of messages) shown.push({ at, sentAt: sentAtOf(text) })
  }
  return shown
}
