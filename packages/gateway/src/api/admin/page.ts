import { pageSize } from '@waypost/protocol'
import type { Page } from '../../core/looking.ts'

export interface PageQuery {
  cursor?: string
  limit?: number
}

export const pageQuery = ({ cursor, limit = pageSize }: PageQuery) => ({
  limit,
  ...(cursor !== undefined && { cursor }),
})

export const listOf = <From, To>({ items, nextCursor }: Page<From>, viewOf: (item: From) => To) => ({
  items: items.map(viewOf),
  nextCursor: nextCursor ?? null,
})

/** A page of what is in memory, by its names; the cursor is the last name of the page before. */
export function pageByName<T>(all: T[], nameOf: (item: T) => string, query: PageQuery): Page<T> {
  const { cursor = '', limit } = pageQuery(query)
  const rest = all.filter((item) => nameOf(item) > cursor).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
  const items = rest.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: last && rest.length > limit ? nameOf(last) : undefined }
}
