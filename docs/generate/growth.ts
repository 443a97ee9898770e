import { table } from './table.ts'

/** What `npm run bench -- --row=o` came to, for one message; after it is run anew, these are what changes. */
const measured = {
  SQLite: { kept: 2614, written: 70_826, gatewayMicros: 1800 },
  PostgreSQL: {
    kept: 4621,
    log: 8813,
    pages: 1908,
    statements: 4.5,
    transactions: 3.3,
    flushes: 0.15,
    gatewayMicros: 1371,
    serverMicros: 1178,
  },
} as const

/** So much of a core is planned to be busy. */
const busy = 0.6
const httpRequests = 8
const connectionsOfNode = 12
/** Meta's: a number's from the start, and the most that one gets. */
const perNumber = [80, 1000] as const
const daySeconds = 24 * 60 * 60
/** A week is dropped as a whole. */
const daysKept = 90 + 7
const decades = [1, 10, 100, 1000, 10_000, 100_000]

/** What a message costs; what follows from it is in `growth`. */
export function costs() {
  const { SQLite, PostgreSQL } = measured
  return table(
    ['', ...Object.keys(measured)],
    [
      ['bytes of database kept, with indexes', whole(SQLite.kept), whole(PostgreSQL.kept)],
      [
        'bytes of write-ahead log',
        `${whole(SQLite.written)}, with all that is written`,
        `${whole(PostgreSQL.log)}, and ${whole(PostgreSQL.pages)} of whole pages`,
      ],
      [
        'processor time of the gateway',
        `${whole(SQLite.gatewayMicros)} µs, the ledger's included`,
        `${whole(PostgreSQL.gatewayMicros)} µs`,
      ],
      ['processor time of the database', '', `${whole(PostgreSQL.serverMicros)} µs`],
      ['statements, all of its life', '', PostgreSQL.statements],
      ['transactions, reads included', '', PostgreSQL.transactions],
      ['flushes', '', PostgreSQL.flushes],
    ],
  )
}

const head = [
  'messages/s',
  'HTTP requests/s',
  'numbers',
  'nodes',
  'connections',
  'PostgreSQL cores',
  'log',
  'kept a day',
  'for 90 days',
]

export const growth = () => table(head, decades.map(needs))

function needs(rate: number) {
  const { kept, log, gatewayMicros, serverMicros } = measured.PostgreSQL
  const cores = (micros: number) => (rate * micros) / 1e6 / busy
  const nodes = Math.max(2, Math.ceil(cores(gatewayMicros)))
  return [
    whole(rate),
    whole(rate * httpRequests),
    perNumber.map((most) => whole(Math.ceil(rate / most))).join(' or '),
    whole(nodes),
    whole(nodes * connectionsOfNode),
    cores(serverMicros) < 10 ? cores(serverMicros).toPrecision(1) : whole(cores(serverMicros)),
    `${bytes(rate * log)}/s`,
    bytes(rate * kept * daySeconds),
    bytes(rate * kept * daySeconds * daysKept),
  ]
}

const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB']

function bytes(amount: number): string {
  const thousands = Math.min(units.length - 1, Math.floor(Math.log10(amount) / 3))
  return `${Number((amount / 1000 ** thousands).toPrecision(2))} ${units[thousands]}`
}

const whole = (value: number) => Math.round(value).toLocaleString('en')
