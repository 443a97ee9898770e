import type { Plan, Row, Value } from './plan.ts'
import type { Source } from './source.ts'
import type { Target } from './target.ts'

const mostNamed = 5

/** Names the first rows that are not in the target, or not as they are in the source. */
export async function wrongRows(source: Source, target: Target, plan: Plan): Promise<string[]> {
  const wrong: string[] = []
  for (const { rows } of source.batches(plan, undefined)) {
    const keys = rows.map((row) => keyOf(plan, row))
    const there = await target.rowsOf(plan, keys)
    const found = new Map(there.map((row) => [JSON.stringify(keyOf(plan, row)), JSON.stringify(row)]))
    for (const [index, row] of rows.entries()) {
      const key = JSON.stringify(keys[index])
      if (found.get(key) === JSON.stringify(row)) continue
      wrong.push(`${key} ${found.has(key) ? 'is not the same' : 'is missing'}`)
      if (wrong.length === mostNamed) return wrong
    }
  }
  return wrong
}

const keyOf = ({ columns, targetKey }: Plan, row: Row): Value[] =>
  targetKey.map((part) => row[columns.findIndex(({ name }) => name === part.name)] ?? null)
