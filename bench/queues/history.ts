import type { Sql } from 'postgres'

/** What a column of a copy holds, in SQL: `n` counts the copies of one row, from 1, and `age` is its age in ms. */
type Copied = (column: string) => string

/** Columns of the same name hold the same thing in every table. */
export type Copying = Record<string, Copied>

interface Multiplied {
  tables: string[]
  copies: number
  /** The oldest copy is so old; the others are spread evenly up to now. */
  spanMs: number
  copying: Copying
}

/** In one statement: enough that statements cost nothing, few enough for their memory. */
const copiesAtOnce = 500

/**
 * Replaces all rows by copies of them: a history as long as one likes, that looks as if its queue had written it. Columns
 * that nothing is said of are copied as they are, so what a queue adds to its tables needs no mention here.
 */
export async function multiply(sql: Sql, { tables, copies, spanMs, copying }: Multiplied) {
  for (const table of tables) {
    const columns = await columnsOf(sql, table)
    const copied = columns.map(({ name, type }) => {
      const of = copying[name]
      return of ? `(${of(`example.${name}`)})::${type}` : `example.${name}`
    })
    await sql.unsafe(`CREATE TEMP TABLE examples AS SELECT * FROM ${table}`)
    await sql.unsafe(`DELETE FROM ${table}`)
    for (let first = 1; first <= copies; first += copiesAtOnce)
      await sql.unsafe(`
        INSERT INTO ${table} (${columns.map(({ name }) => name).join(', ')})
        SELECT ${copied.join(', ')}
        FROM (SELECT n, ${spanMs}::bigint * (${copies} - n) / ${copies} AS age
            FROM generate_series(${first}, ${Math.min(copies, first + copiesAtOnce - 1)}) AS n) AS copies
          CROSS JOIN examples AS example
        ORDER BY n`)
    await sql.unsafe('DROP TABLE examples')
  }
}

const columnsOf = (sql: Sql, table: string) => sql<{ name: string; type: string }[]>`
  SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
  WHERE attrelid = ${table}::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
  ORDER BY attnum`

const earlier: Copied = (column) => `${column} - age`
/** Digits, in whatever form a table has them. */
const hexOf: Copied = (id) => `replace(${id}::text, '-', '')`
/** Ids begin with their time. A copy's is one that nobody else has, and the same in every table. */
function idOf(column: string): string {
  const id = hexOf(column)
  const time = `('x0000' || left(${id}, 12))::bit(64)::bigint - age`
  return `lpad(to_hex(${time}), 12, '0') || substr(${id}, 13, 4) || left(md5(${id} || n), 16)`
}

export const ourTables = ['mts', 'attempts', 'supplier_ids', 'events']

/** `events`: how many there are of each endpoint. */
export const ourCopying = (events: number): Copying => ({
  id: idOf,
  mt_id: idOf,
  message_id: idOf,
  client_message_id: (id) => `left(${id}, -8) || lpad(n::text, 8, '0')`,
  supplier_id: (id) => `left(${id}, 25) || md5(${id} || n)`,
  sequence: (sequence) => `${sequence} + ${events}::bigint * (n - 1)`,
  event: (event) => `replace(${event}, ${hexOf('example.message_id')}, ${idOf('example.message_id')})`,
  ...Object.fromEntries(
    [
      'accepted_at',
      'expires_at',
      'status_at',
      'began_at',
      'ended_at',
      'created_at',
      'first_at',
      'last_at',
    ].map((column) => [column, earlier]),
  ),
})

const earlierTime: Copied = (column) => `${column} - age * interval '1 millisecond'`

export const copyingOfPgBoss: Copying = {
  id: () => 'gen_random_uuid()',
  ...Object.fromEntries(
    ['start_after', 'created_on', 'started_on', 'completed_on', 'keep_until', 'heartbeat_on'].map(
      (column) => [column, earlierTime],
    ),
  ),
}
