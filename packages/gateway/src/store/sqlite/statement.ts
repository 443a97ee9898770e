import type { DatabaseSync, SQLInputValue } from 'node:sqlite'

/** A prepared statement whose rows look like `Row`. */
export interface Statement<Row> {
  get(...values: SQLInputValue[]): Row | undefined
  all(...values: SQLInputValue[]): Row[]
  /** Answers how many rows it changed. */
  run(...values: SQLInputValue[]): number
}

/** Prepares a statement. `Row` says what it selects: the columns' names, and the types that STRICT tables hold them to. */
export function statement<Row = never>(db: DatabaseSync, sql: string): Statement<Row> {
  const prepared = db.prepare(sql)
  return {
    // The casts are true as long as `Row` is written beside the SQL that it describes.
    get: (...values) => prepared.get(...values) as Row | undefined,
    all: (...values) => prepared.all(...values) as Row[],
    run: (...values) => Number(prepared.run(...values).changes),
  }
}
