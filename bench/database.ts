import postgres, { type Sql } from 'postgres'
import { useOf } from './family.ts'

/** What a database server has done so far, whoever for. */
export interface Spent {
  ms: number
  walBytes: number
}

/** Looks at a server from outside, by one connection of one of its databases. */
export interface Database extends AsyncDisposable {
  sql: Sql
  spent(): Promise<Spent>
  bytes(): Promise<number>
  /** Cleans up after what was done, so that nobody later pays for it. */
  tidy(): Promise<void>
}

export async function openDatabase(url: string): Promise<Database> {
  const sql = postgres(url, { max: 1, onnotice: () => {}, fetch_types: false })
  const [first] = await sql<{ pid: number }[]>`
    SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int AS pid`
  const server = first?.pid ?? 0
  return {
    sql,
    async spent() {
      const [row] = await sql<{ wal: string }[]>`
        SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') AS wal`
      return { ms: useOf(server).ms, walBytes: Number(row?.wal) }
    },
    async bytes() {
      const [row] = await sql<{ bytes: string }[]>`SELECT pg_database_size(current_database()) AS bytes`
      return Number(row?.bytes)
    },
    async tidy() {
      await sql`VACUUM`
      await sql`CHECKPOINT`
    },
    [Symbol.asyncDispose]: () => sql.end(),
  }
}
