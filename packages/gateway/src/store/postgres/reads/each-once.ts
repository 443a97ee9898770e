export type Owned = 'accepted' | 'windows' | 'parked_dlrs' | 'answers' | 'mos'

interface Kinds {
  name: string
  table: string
  columns: string[]
  /** Of which rows. */
  such?: string
}

/**
 * What these columns of a table hold, each once, under a name: from one to the next by the index that begins with them,
 * however many rows each has.
 */
export function eachOnce({ name, table, columns, such = 'true' }: Kinds): string {
  const all = columns.join(', ')
  const last = columns.map((column) => `${name}.${column}`).join(', ')
  return `
  WITH RECURSIVE ${name} AS (
    (SELECT ${all} FROM ${table} WHERE ${such} ORDER BY ${all} LIMIT 1)
    UNION ALL
    SELECT next.* FROM ${name} CROSS JOIN LATERAL (
      SELECT ${all} FROM ${table} WHERE ${such} AND (${all}) > (${last}) ORDER BY ${all} LIMIT 1) AS next)`
}

/** Every integration that a table has rows of, as `owners`. */
export const ownersIn = (table: Owned): string =>
  eachOnce({ name: 'owners', table, columns: ['integration_id'] })
