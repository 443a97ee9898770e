import type { Page } from '../core/looking.ts'

/** How many rows one search looks at. Then it hands back what it found, perhaps nothing, and where to go on. */
export const scanBudget = 50_000

/** Above every id. */
export const newest = 'g'

/** A page that is full goes on after its last item; another one where the search stopped, unless it saw everything. */
export function pageOf<Row extends { id: string }, Item>(
  rows: Row[],
  limit: number,
  itemOf: (row: Row) => Item,
  lastScanned: () => string | undefined,
): Page<Item> {
  return {
    items: rows.map(itemOf),
    nextCursor: rows.length === limit ? rows.at(-1)?.id : lastScanned(),
  }
}
