import type { Use } from '../family.ts'
import { whole } from '../report.ts'
import type { Amounts, Counts, LogSpan, Reading } from './ledger.ts'

/** What some messages cost from the request to the last callback. */
export interface Costs {
  messages: number
  /** By the clock, waiting until nothing more came included. */
  seconds: number
  callbacks: number
  gateway: Use
  kept: Amounts
  server?: ServerCosts
}

interface ServerCosts extends LogSpan {
  use: Use
  counts: Counts
  asked: Amounts
  took: Amounts
  /** By place, and what is no place's. */
  logged: Amounts
}

/** Whole pages of tables and indexes, which the log has of each that is changed after a checkpoint. */
export const wholePages = 'whole pages'

/** What was used between two readings. `untidy` is from before the database tidied up: nobody asked it to. */
export function between(before: Reading, untidy: Reading, after: Reading): Pick<Costs, 'kept' | 'server'> {
  const kept = minus(after.kept, before.kept)
  if (!before.server || !untidy.server || !after.server) return { kept }
  const [from, asked, to] = [before.server, untidy.server, after.server]
  const server = {
    use: joined(to.use, from.use, (x, y) => x - y),
    counts: joined(asked.counts, from.counts, (x, y) => x - y),
    asked: minus(asked.asked, from.asked),
    took: minus(asked.took, from.took),
    logged: new Map(),
    from: from.logAt,
    to: to.logAt,
  }
  return { kept, server }
}

/** Several turns as one. */
export const together = (turns: Costs[]): Costs =>
  turns.reduce((sum, turn) => ({
    messages: sum.messages + turn.messages,
    seconds: sum.seconds + turn.seconds,
    callbacks: sum.callbacks + turn.callbacks,
    gateway: joined(sum.gateway, turn.gateway, (x, y) => x + y),
    kept: plus(sum.kept, turn.kept),
    ...(sum.server && turn.server && { server: serversTogether(sum.server, turn.server) }),
  }))

const serversTogether = (a: ServerCosts, b: ServerCosts): ServerCosts => ({
  use: joined(a.use, b.use, (x, y) => x + y),
  counts: joined(a.counts, b.counts, (x, y) => x + y),
  asked: plus(a.asked, b.asked),
  took: plus(a.took, b.took),
  logged: plus(a.logged, b.logged),
  from: a.from,
  to: b.to,
})

/** Without what would have been used in the same time with nothing to do. */
export function withoutIdle(costs: Costs, idle: Costs): Costs {
  const share = costs.seconds / idle.seconds
  const less = (all: number, nothing: number) => all - nothing * share
  const { server } = costs
  return {
    ...costs,
    gateway: joined(costs.gateway, idle.gateway, less),
    ...(server &&
      idle.server && {
        server: {
          ...server,
          use: joined(server.use, idle.server.use, less),
          counts: joined(server.counts, idle.server.counts, less),
          asked: minus(server.asked, idle.server.asked, share),
          took: minus(server.took, idle.server.took, share),
        },
      }),
  }
}

export const sumOf = (amounts: Amounts): number => [...amounts.values()].reduce((sum, one) => sum + one, 0)

const plus = (a: Amounts, b: Amounts): Amounts => minus(a, b, -1)

function minus(a: Amounts, b: Amounts, times = 1): Amounts {
  const result = new Map(a)
  for (const [name, amount] of b) result.set(name, (result.get(name) ?? 0) - times * amount)
  return result
}

/** Member by member. */
function joined<Numbers extends Use | Counts>(
  a: Numbers,
  b: Numbers,
  join: (a: number, b: number) => number,
): Numbers {
  const others = new Map<string, number>(Object.entries(b))
  const members = Object.entries(a).map(([name, value]) => [name, join(value, others.get(name) ?? 0)])
  return Object.fromEntries(members) as Numbers // it has the members of the first
}

const head = [
  '',
  'kept',
  'log',
  'pages',
  'to disk',
  'statements',
  'transactions',
  'flushes',
  'µs gateway',
  'µs server',
]

/** A line for each, everything for one message; bytes, but for the numbers. */
export const costTable = (sides: Record<string, Costs>): string[][] => [
  head,
  ...Object.entries(sides).map(([name, { messages, gateway, server, kept }]) => {
    const each = (all: number | undefined) => (all === undefined ? '' : whole(all / messages))
    const few = (all: number | undefined) => (all === undefined ? '' : (all / messages).toFixed(2))
    const pages = server?.logged.get(wholePages) ?? 0
    return [
      name,
      each(sumOf(kept)),
      each(server && sumOf(server.logged) - pages),
      each(server && pages),
      each(gateway.written + (server?.use.written ?? 0)),
      few(server && sumOf(server.asked)),
      few(server?.counts.transactions),
      few(server?.counts.flushes),
      each(gateway.ms * 1000),
      each(server && server.use.ms * 1000),
    ]
  }),
]

/** Which table takes how much of it, the dearest first. */
export function placesText({ messages, kept, server }: Costs): string[] {
  const logged: Amounts = server?.logged ?? new Map()
  const of = (amounts: Amounts, places: string[]) =>
    places.reduce((sum, place) => sum + (amounts.get(place) ?? 0), 0) / messages
  const sizes = (places: string[]) =>
    `${whole(of(kept, places))}${server ? ` and ${whole(of(logged, places))} of log` : ''}`
  const all = (places: string[]) => of(kept, places) + of(logged, places)

  const tables = Map.groupBy(
    new Set([...kept.keys(), ...logged.keys()]),
    (place) => place.split(': ', 1)[0] ?? '',
  )
  return [...tables]
    .filter(([table, places]) => table !== wholePages && all(places) >= 10)
    .sort(([, a], [, b]) => all(b) - all(a))
    .map(([table, places]) => {
      const parts = places
        .filter((place) => place !== table && all([place]) >= 1)
        .sort((a, b) => all([b]) - all([a]))
        .map((place) => `${place.split(': ')[1]} ${sizes([place])}`)
      return `${table}: ${sizes(places)}${parts.length > 0 ? ` (${parts.join('; ')})` : ''}`
    })
}

/** What the database was asked for most, and what took longest, waiting included. */
export function statementsText({ messages, server }: Costs): string[] {
  if (!server) return []
  const statements = [...server.asked].map(([text, calls]) => ({
    text,
    calls: calls / messages,
    micros: ((server.took.get(text) ?? 0) * 1000) / messages,
  }))
  return statements
    .filter(({ calls, micros }) => calls >= 0.1 || (calls >= 0.01 && micros >= 10))
    .sort((a, b) => b.micros - a.micros)
    .map(({ text, calls, micros }) => `${calls.toFixed(2)} times, ${whole(micros)} µs: ${text.slice(0, 90)}`)
}
