import postgres from 'postgres'
import { startServer } from '../../packages/gateway/src/store/postgres/testing.ts'
import { contest, ratioOf, type Turn } from '../contest.ts'
import { apiKeyOf } from '../provisioning.ts'
import { range, refusalsIn, tableOf, whole } from '../report.ts'
import type { Row } from './row.ts'

const senders = { count: 1 }
const sending = { apiKeys: [apiKeyOf(0)], recipients: 5000, connections: 64, messagesPerRequest: 1 }

/** The same acceptance on either ledger, and what a message costs PostgreSQL. It has the second core, with the load. */
export const acceptOnPostgres: Row = {
  title: 'm. Accept, 1 message a request, 64 connections: PostgreSQL against SQLite',
  async run(stage, scale) {
    await using server = await startServer({ durable: true })
    const url = await server.newDatabase()
    await using sqlite = await stage.gateway({ roles: 'api', senders })
    await using gateway = await stage.gateway({ roles: 'api', senders, env: { WAYPOST_DATABASE_URL: url } })
    const before = await sizeOf(url)
    const turns = await contest(stage, { SQLite: sqlite, PostgreSQL: gateway }, sending, scale)
    const after = await sizeOf(url)
    const per = (bytes: 'database' | 'wal') =>
      (after[bytes] - before[bytes]) / (after.messages - before.messages)
    return {
      table: tableOf(turns),
      conclusions: [
        { text: `ratio ${range(ratioOf(turns.PostgreSQL, turns.SQLite))}` },
        {
          text: `${whole(per('database'))} bytes of database and ${whole(per('wal'))} of write-ahead log a message`,
        },
        ...refusalsIn(turns.PostgreSQL satisfies Turn[]),
      ],
    }
  },
}

async function sizeOf(url: string): Promise<{ messages: number; database: number; wal: number }> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    const [row] = await sql.unsafe<{ messages: string; database: string; wal: string }[]>(
      `SELECT (SELECT count(*) FROM mts) AS messages, pg_database_size(current_database()) AS database,
        pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') AS wal`,
    )
    return { messages: Number(row?.messages), database: Number(row?.database), wal: Number(row?.wal) }
  } finally {
    await sql.end()
  }
}
