import type { ISql } from 'postgres'

type Value = string | number | null | readonly (string | number | null)[]

/** What statements are run on: a connection, or a transaction. `Row` says what a statement selects. */
export interface Db {
  all<Row>(sql: string, ...values: Value[]): Promise<Row[]>
  /** Answers how many rows it changed. */
  run(sql: string, ...values: Value[]): Promise<number>
}

export function dbOn(sql: Pick<ISql, 'unsafe'>, prepare: boolean): Db {
  const ask = (text: string, values: Value[]) => sql.unsafe(text, values.map(written), { prepare })
  return {
    // True as long as `Row` is written beside the SQL that it describes.
    all: async <Row>(text: string, ...values: Value[]) => [...(await ask(text, values))] as Row[],
    run: async (text, ...values) => (await ask(text, values)).count,
  }
}

// Arrays are written here: the driver would ask each new connection for their types, and not take no for an answer.
function written(value: Value): string | number | null {
  if (typeof value === 'string') return storable(value)
  if (typeof value === 'number' || value === null) return value
  return `{${value.map(element).join(',')}}`
}

function element(value: string | number | null): string | number {
  if (value === null) return 'NULL'
  return typeof value === 'number' ? value : `"${storable(value).replaceAll(/[\\"]/g, '\\$&')}"`
}

/** PostgreSQL's texts take every character but one. */
export const storable = (text: string) => (text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text)

/** Whether a text that came from outside may be an id: the database takes no other. */
export const isId = (text: string): boolean => /^[0-9a-f]{32}$/.test(text)

/** Real time by the database's clock, the one that all nodes have in common. */
export const realNow = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint'

/**
 * Joins what `unnest` made of columns to the rows of a table that the planner may take for empty, as it does with one that
 * was vacuumed before its first row. With `=` it could as well read an index that begins with the integration whole, in its
 * order, and then does so for each row wanted. With an array of one it can only look into the index, in the one week that
 * the id is of; so no bounds for the id either, which are a way to read all that is between them.
 */
export const isOf = (table: string, integrationId: string): string =>
  `${table}.integration_id = ANY (ARRAY[${integrationId}])`

/** Turns rows into the columns that `unnest` takes. */
export const columnsOf = <Row>(
  rows: readonly Row[],
  ...columns: ((row: Row) => string | number | null)[]
): (string | number | null)[][] => columns.map((column) => rows.map(column))
