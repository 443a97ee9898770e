import { type CopiedTable, tables } from './tables.ts'

export type Value = string | number | null
/** In the order of its table's columns in PostgreSQL. */
export type Row = Value[]

/** As a database's own catalogue has it. */
export interface Column {
  name: string
  type: string
  /** Its place in the primary key. */
  key: number | null
}

/** How one table is copied. */
export interface Plan {
  name: string
  what: string
  /** Those of PostgreSQL. */
  columns: { name: string; type: string }[]
  /** What the rows are in SQLite, column by column, and of what they are selected. */
  terms: (string | undefined)[]
  from: string
  /** The keys, by which each side is read. */
  sourceKey: string[]
  targetKey: Column[]
}

/** Each is asked for the columns of a table. */
export async function plansFor(
  source: (table: string) => Column[],
  target: (table: string) => Promise<Column[]>,
): Promise<Plan[]> {
  const plans: Plan[] = []
  for (const [name, table] of Object.entries(tables))
    plans.push(planOf(table, { name, source: source(name), target: await target(name) }))
  return plans
}

interface Known {
  name: string
  source: Column[]
  target: Column[]
}

function planOf({ what, from, columns = {} }: CopiedTable, { name, source, target }: Known): Plan {
  const there = source.map((column) => column.name)
  const terms = target.map(
    ({ name: column }) => columns[column] ?? (from || there.includes(column) ? column : undefined),
  )
  const isMeant = (column: string) => terms.some((term) => term?.match(/\w+/g)?.includes(column))
  const strays = [
    ...target.filter((_, index) => terms[index] === undefined).map((column) => column.name),
    ...there.filter((column) => !isMeant(column)),
  ]
  if (target.length === 0 || strays.length > 0)
    throw new Error(`${name} is not copied as it is: nothing is said of ${strays.join(', ') || 'it'}`)

  return {
    name,
    what,
    columns: target,
    terms,
    from: from ? `(${from.query})` : name,
    sourceKey: from?.key ?? inKey(source).map((column) => column.name),
    targetKey: inKey(target),
  }
}

const inKey = (columns: Column[]) =>
  columns.filter(({ key }) => key !== null).sort((a, b) => Number(a.key) - Number(b.key))
