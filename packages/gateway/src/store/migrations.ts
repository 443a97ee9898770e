import { readdirSync, readFileSync } from 'node:fs'
import { CannotStart } from '../core/cannot-start.ts'

const folder = new URL('./migrations/', import.meta.url)

export interface Migration {
  number: number
  name: string
}

/** `0001-name.sql` is for every database, `0001-name.sqlite.sql` for that one. */
export const migrationsFor = (database: 'sqlite' | 'postgres'): Migration[] =>
  readdirSync(folder)
    .filter((name) => new RegExp(`^\\d{4}-[^.]+(\\.${database})?\\.sql$`).test(name))
    .sort()
    .map((name) => ({ number: Number(name.slice(0, 4)), name }))

export const textOf = ({ name }: Migration): string => readFileSync(new URL(name, folder), 'utf8')

/** `newest` is the last one that the database has. */
export function refuseNewer(newest: unknown, steps: Migration[]): void {
  const known = steps.at(-1)?.number ?? 0
  if (typeof newest === 'number' && newest > known)
    throw new CannotStart(
      `The database is at migration ${newest}, newer than this program's ${known}. Start the newer program.`,
    )
}
