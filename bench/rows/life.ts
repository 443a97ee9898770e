import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openPool, targetOf } from '../../packages/gateway/src/store/postgres/connect.ts'
import { startServer } from '../../packages/gateway/src/store/postgres/testing.ts'
import { dropWeeks } from '../../packages/gateway/src/store/postgres/weeks.ts'
import {
  between,
  type Costs,
  costTable,
  placesText,
  statementsText,
  sumOf,
  together,
  wholePages,
  withoutIdle,
} from '../costs/costs.ts'
import type { Ledger, Updates } from '../costs/ledger.ts'
import { countingSettings, postgresLedger } from '../costs/postgres.ts'
import { sqliteLedger } from '../costs/sqlite.ts'
import { useOf } from '../family.ts'
import type { Gateway } from '../processes.ts'
import { apiKeyOf } from '../provisioning.ts'
import { percent, whole } from '../report.ts'
import { recipientPool } from '../requests.ts'
import type { Stage } from '../stage.ts'
import { calledBack } from './end-to-end.ts'
import { makeHistory } from './growth.ts'
import type { Row } from './row.ts'

const senders = 50
const phones = recipientPool(500).map(String)
const rounds = 4
const idleMs = 10_000
/** Of a quarter of a year. A query may have to look into each. */
const weeksKept = 13
/** So that a report is not in the post of the one before it, as it is not with Meta. */
const deliverAfterMs = 1000
const roles = 'api,dispatch,callbacks'
const busy: Pace = { connections: 2 * senders }
const oneByOne: Pace = { connections: 1, pauseMs: 30 }

interface Pace {
  connections: number
  pauseMs?: number
}

/** A gateway, the businesses that are its own, and the ledger it keeps. */
interface Side {
  gateway: Gateway
  apiKeys: string[]
  ledger: Ledger
}

/** Everything that a message costs: accepted, sent, reported as sent, delivered and read, and each told to the business. */
export const lifeOfMessage: Row = {
  title: 'o. The life of a message, from the request to the third callback: what each costs',
  async run(stage, { endToEnd: messages }) {
    await using server = await startServer({ durable: true, settings: countingSettings })
    const url = await server.newDatabase()
    const { sqlite, shared, alone, idle, updates } = await carried(stage, messages, url)
    const callbacks = [sqlite, shared, alone].reduce((sum, side) => sum + side.callbacks, 0)
    const all = [sqlite, shared, alone].reduce((sum, side) => sum + side.messages, 0)
    return {
      table: costTable({ SQLite: sqlite, PostgreSQL: shared, '… one message at a time': alone }),
      conclusions: [
        {
          text: `${(callbacks / all).toFixed(2)} callbacks for each`,
          goal: { text: 'three', reached: callbacks === 3 * all },
        },
        ...placesText(sqlite).map((text) => ({ text: `SQLite, ${text}` })),
        ...[
          ...placesText(shared),
          ...updates,
          ...statementsText(shared),
          idleText(idle),
          await pruned(url),
        ].map((text) => ({ text: `PostgreSQL, ${text}` })),
      ],
    }
  },
}

/** Both ledgers in turns, then one message after the other. */
async function carried(stage: Stage, messages: number, url: string) {
  await using opened = new AsyncDisposableStack()
  const folder = stage.newFolder()
  const env = { WAYPOST_DATABASE_URL: url }
  async function side(first: number, ledger: () => Promise<Ledger>, where: object): Promise<Side> {
    const gateway = await stage.gateway({
      roles,
      senders: { count: senders, first, unlimited: true },
      ...where,
    })
    opened.use(gateway)
    const apiKeys = Array.from({ length: senders }, (_, i) => apiKeyOf(first + i))
    return { gateway, apiKeys, ledger: opened.use(await ledger()) }
  }
  const sides = {
    sqlite: await side(0, async () => sqliteLedger(join(folder, 'waypost.db')), { folder }),
    shared: await side(senders, () => postgresLedger(url), { env }),
  }
  await makeHistory(url, weeksKept)
  opened.use(await slowPhones(stage))

  const turns = { sqlite: [] as Costs[], shared: [] as Costs[] }
  const turn = (of: Side, pace: Pace, count: number) => costsOf(of, () => live(stage, of, pace, count))
  const each = messages / rounds
  for (const name of ['sqlite', 'shared'] as const) await turn(sides[name], busy, each)
  for (let round = 0; round < rounds; round++)
    for (const name of ['sqlite', 'shared'] as const) turns[name].push(await turn(sides[name], busy, each))
  const idle = { sqlite: await idleCosts(sides.sqlite), shared: await idleCosts(sides.shared) }
  const few = Math.ceil(messages / 80)
  return {
    sqlite: withoutIdle(together(turns.sqlite), idle.sqlite),
    shared: withoutIdle(together(turns.shared), idle.shared),
    alone: withoutIdle(await turn(sides.shared, oneByOne, few), idle.shared),
    idle: idle.shared,
    updates: updatesText((await sides.shared.ledger.updates?.()) ?? [], messages),
  }
}

const poolOf = (url: string) =>
  openPool(targetOf(url.slice('postgres:'.length)), { connections: 1, statementMs: 60_000 })

const idleCosts = (side: Side): Promise<Costs> =>
  costsOf(side, async () => {
    await sleep(idleMs)
    return { messages: 0, callbacks: 0 }
  })

/** What happens, and what it cost; where messages came, with what the database tidies up behind them. */
async function costsOf(
  { gateway, ledger }: Side,
  happens: () => Promise<Pick<Costs, 'messages' | 'callbacks'>>,
): Promise<Costs> {
  await ledger.tidy()
  const before = await ledger.read()
  const [use, startedAt] = [useOf(gateway.pid), performance.now()]
  const done = await happens()
  const seconds = (performance.now() - startedAt) / 1000
  const used = useOf(gateway.pid)
  const untidy = await ledger.read()
  if (done.messages > 0) await ledger.tidy()
  const costs = between(before, untidy, done.messages > 0 ? await ledger.read() : untidy)
  if (costs.server) costs.server.logged = (await ledger.logged?.(costs.server)) ?? new Map()
  return {
    ...done,
    ...costs,
    seconds,
    gateway: { ms: used.ms - use.ms, written: used.written - use.written },
  }
}

/** Until the last callback is taken. */
async function live(stage: Stage, { gateway, apiKeys }: Side, pace: Pace, messages: number) {
  const job = { port: gateway.port, apiKeys, messagesPerRequest: 1, recipients: phones.length, ...pace }
  await stage.load.ask({ ...job, until: { requests: messages } })
  const told = await calledBack(stage, 2 * messages)
  await readAll(stage)
  const toldOfReading = await calledBack(stage, messages)
  return { messages, callbacks: told.requests + toldOfReading.requests }
}

/** Puts the phones back as they were when it is disposed of. */
async function slowPhones(stage: Stage): Promise<AsyncDisposable> {
  const set = (ms: number) =>
    eachPhone((phone) =>
      fetch(`${stage.sandboxUrl}/phones/${phone}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ deliverAfterMs: ms }),
      }),
    )
  await set(deliverAfterMs)
  return { [Symbol.asyncDispose]: () => set(0) }
}

/** Everybody reads what came. */
async function readAll({ sandboxUrl }: Stage): Promise<void> {
  await eachPhone(async (phone) => {
    const messages = `${sandboxUrl}/phones/${phone}/messages`
    const shown = (await (await fetch(messages)).json()) as { id: string; ticks: string }[] // the sandbox's contract
    for (const { id, ticks } of shown)
      if (ticks === 'delivered') await (await fetch(`${messages}/${id}/read`, { method: 'POST' })).text()
  })
}

async function eachPhone(act: (phone: string) => Promise<unknown>): Promise<void> {
  const waiting = phones.values()
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (const phone of waiting) await act(phone)
    }),
  )
}

function updatesText(updates: Updates[], most: number): string[] {
  return updates
    .filter(({ all }) => all > most)
    .map(
      ({ table, all, inPlace }) =>
        `${percent(inPlace / all)} of the updates of ${table} left its indexes alone`,
    )
}

function idleText({ seconds, server, gateway }: Costs): string {
  const each = (all = 0) => (all / seconds).toFixed(1)
  const { asked = new Map(), logged = new Map(), counts, use } = server ?? {}
  return [
    `a node with nothing to do, a second: ${each(sumOf(asked))} statements`,
    `${each(counts?.transactions)} transactions`,
    `${whole((sumOf(logged) - (logged.get(wholePages) ?? 0)) / seconds)} bytes of log`,
    `${each(gateway.ms)} ms of its own and ${each(use?.ms)} of the server's processor time`,
  ].join(', ')
}

/** What dropping everything that is done gives back. */
async function pruned(url: string): Promise<string> {
  await using ledger = await postgresLedger(url)
  const before = sumOf((await ledger.read()).kept)
  await using pool = poolOf(url)
  const startedAt = performance.now()
  await dropWeeks(pool, Date.now() + 30 * 24 * 60 * 60_000)
  const ms = performance.now() - startedAt
  const after = sumOf((await ledger.read()).kept)
  return `dropping the week took ${whole(ms)} ms and left ${whole(after / 1024)} of ${whole(before / 1024)} KB`
}
