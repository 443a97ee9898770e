import { DatabaseSync } from 'node:sqlite'
import type { Ledger } from './ledger.ts'

const selectSizes = `
  SELECT tbl_name AS "table", name AS part, (SELECT sum(pgsize) FROM dbstat WHERE dbstat.name = sqlite_schema.name) AS bytes
  FROM sqlite_schema WHERE type IN ('table', 'index')`

interface SizeRow {
  table: string
  part: string
  bytes: number | null
}

/** Its gateway copies the log back into the file as soon as there is nothing else to do. */
export function sqliteLedger(path: string): Ledger {
  const db = new DatabaseSync(path, { readOnly: true, timeout: 5000 })
  const sizes = db.prepare(selectSizes)
  return {
    async read() {
      const rows = sizes.all() as unknown as SizeRow[] // as selected
      const kept = rows.map(({ table, part, bytes }): [string, number] => [
        `${table}: ${part === table ? 'rows' : part}`,
        bytes ?? 0,
      ])
      return { kept: new Map(kept) }
    },
    async tidy() {},
    async [Symbol.asyncDispose]() {
      db.close()
    },
  }
}
