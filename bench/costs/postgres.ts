import postgres from 'postgres'
import { useOf } from '../family.ts'
import { wholePages } from './costs.ts'
import type { Counts, Ledger } from './ledger.ts'

/** A server whose costs are to be read is started with these. */
export const countingSettings = {
  shared_preload_libraries: 'pg_stat_statements',
  track_wal_io_timing: 'off',
  max_wal_size: '8GB',
  wal_keep_size: '4GB', // the log between two readings is read at the end
}

// Each table with what it and its indexes take, the weeks of a table together.
const relations = `
  SELECT coalesce(whole.relname, tables.relname) AS "table",
    CASE WHEN parts.oid = tables.oid THEN 'rows' ELSE coalesce(whole_index.relname, parts.relname) END AS part,
    parts.oid AS oid
  FROM pg_class tables
    CROSS JOIN LATERAL (
      SELECT tables.oid, tables.relname
      UNION ALL
      SELECT pg_class.oid, relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = tables.oid
    ) AS parts
    LEFT JOIN pg_inherits AS of_table ON of_table.inhrelid = tables.oid
    LEFT JOIN pg_class AS whole ON whole.oid = of_table.inhparent
    LEFT JOIN pg_inherits AS of_index ON of_index.inhrelid = parts.oid AND parts.oid <> tables.oid
    LEFT JOIN pg_class AS whole_index ON whole_index.oid = of_index.inhparent
  WHERE tables.relkind = 'r' AND tables.relnamespace = 'public'::regnamespace`

const selectSizes = `
  SELECT "table" || ': ' || part AS place, sum(pg_table_size(oid))::float8 AS bytes
  FROM (${relations}) AS relations GROUP BY 1`

// A record names the blocks that it changes; it counts with the first. Whole pages come first after each checkpoint.
const selectLogged = `
  WITH records AS (
    SELECT (regexp_match(block_ref, 'rel [0-9]+/[0-9]+/([0-9]+)'))[1] AS file, record_length - fpi_length AS change, fpi_length AS page
    FROM pg_get_wal_records_info($1::text::pg_lsn, $2::text::pg_lsn))
  SELECT coalesce("table" || ': ' || part, 'transactions and the rest') AS place, sum(change)::float8 AS bytes
  FROM records LEFT JOIN (${relations}) AS relations ON pg_relation_filenode(relations.oid)::text = records.file
  GROUP BY 1
  UNION ALL SELECT '${wholePages}', sum(page)::float8 FROM records`

const selectUpdates = `
  SELECT "table", sum(n_tup_upd)::float8 AS all, sum(n_tup_hot_upd)::float8 AS "inPlace"
  FROM (${relations}) AS relations JOIN pg_stat_user_tables ON relid = oid GROUP BY 1`

const selectAsked = `
  SELECT regexp_replace(trim(query), '\\s+', ' ', 'g') AS text, sum(calls)::float8 AS calls, sum(total_exec_time)::float8 AS ms
  FROM pg_stat_statements JOIN pg_database ON pg_database.oid = dbid WHERE datname = current_database() GROUP BY 1`

const selectCounts = `
  SELECT wal_sync::float8 AS flushes,
    (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database())::float8 AS transactions
  FROM pg_stat_wal`

const selectPid = `SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int AS pid`

/** Of a database whose server this machine runs, and nobody else uses. */
export async function postgresLedger(url: string): Promise<Ledger> {
  const sql = postgres(url, { max: 1, onnotice: () => {}, fetch_types: false })
  const all = async <Row>(text: string, ...values: string[]) =>
    [...(await sql.unsafe(text, values))] as unknown as Row[] // as selected
  async function one<Row>(text: string): Promise<Row> {
    const [row] = await all<Row>(text)
    if (!row) throw new Error(`no row of ${text}`)
    return row
  }
  for (const extension of ['pg_stat_statements', 'pg_walinspect'])
    await all(`CREATE EXTENSION IF NOT EXISTS ${extension}`)
  const { pid } = await one<{ pid: number }>(selectPid)

  return {
    async read() {
      const counts = await one<Counts>(selectCounts)
      const asked = await all<{ text: string; calls: number; ms: number }>(selectAsked)
      const { at: logAt } = await one<{ at: string }>('SELECT pg_current_wal_flush_lsn()::text AS at')
      const use = useOf(pid)
      const server = {
        use,
        counts,
        asked: new Map(asked.map(({ text, calls }) => [text, calls])),
        took: new Map(asked.map(({ text, ms }) => [text, ms])),
        logAt,
      }
      return { kept: amountsOf(await all<PlaceRow>(selectSizes)), server }
    },
    async tidy() {
      await all('VACUUM')
      await all('CHECKPOINT')
      // Else what this was counts with what comes next.
      await all('SELECT pg_stat_force_next_flush()')
    },
    logged: async ({ from, to }) => amountsOf(await all<PlaceRow>(selectLogged, from, to)),
    updates: () => all(selectUpdates),
    [Symbol.asyncDispose]: () => sql.end(),
  }
}

interface PlaceRow {
  place: string
  bytes: number
}

const amountsOf = (rows: PlaceRow[]) => new Map(rows.map(({ place, bytes }) => [place, bytes]))
