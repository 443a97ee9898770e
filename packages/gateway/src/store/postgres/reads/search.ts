import type { CallbackQuery, MtQuery, Page } from '../../../core/looking.ts'
import type { Mt } from '../../../core/message.ts'
import type { Callback } from '../../../core/store.ts'
import { type MtRow, mtOf } from '../../mt-row.ts'
import { pageOf, scanBudget } from '../../page.ts'
import { callbackIn, type NamedEventRow } from '../endpoint-name.ts'
import { type Db, isId } from '../query.ts'

const selectSenders = 'SELECT DISTINCT integration_id FROM senders'
const selectEndpoints = 'SELECT DISTINCT integration_id FROM endpoints'

/** Above every id that is made. */
const newest = 'f'.repeat(32)
/** Of each of many integrations at least so many rows are looked at. */
const leastBudget = 100

interface Search {
  /** Whose rows. */
  owners: string[]
  cursor: string | undefined
  limit: number
  /** What `wanted` compares with. */
  values: (string | null | string[])[]
}

/** Newest first over the rows themselves: an index per question would be paid for by every message accepted. */
function searching<Row extends { id: string }, Item>(
  rows: string,
  wanted: string,
  itemOf: (row: Row) => Item,
) {
  const select = `
    SELECT found.* FROM unnest($1::text[]) AS owner CROSS JOIN LATERAL (
      SELECT * FROM (
        SELECT * FROM ${rows} AND id < $2 ORDER BY id DESC LIMIT $3) AS newest
      WHERE ${wanted} LIMIT $4) AS found
    ORDER BY id DESC LIMIT $4`
  // Down to where the rows of all of them were looked at: the newest of the last ones.
  const selectLast = `
    SELECT last.id FROM unnest($1::text[]) AS owner CROSS JOIN LATERAL (
      SELECT id FROM ${rows} AND id < $2 ORDER BY id DESC LIMIT 1 OFFSET $3 - 1) AS last
    ORDER BY last.id DESC LIMIT 1`

  return async (db: Db, { owners, cursor = newest, limit, values }: Search): Promise<Page<Item>> => {
    if (owners.length === 0 || !isId(cursor)) return { items: [], nextCursor: undefined }
    const budget = Math.max(leastBudget, Math.floor(scanBudget / owners.length))
    const found = await db.all<Row>(select, owners, cursor, budget, limit, ...values)
    const isAll = owners.length === 1 && found.length === limit
    const [last] = isAll ? [] : await db.all<{ id: string }>(selectLast, owners, cursor, budget)
    const rows = last ? found.filter(({ id }) => id >= last.id) : found
    return pageOf(rows, limit, itemOf, () => last?.id)
  }
}

const mts = searching<MtRow, Mt>(
  'mts WHERE integration_id = owner',
  `($5::text IS NULL OR recipient = $5) AND ($6::text IS NULL OR client_message_id = $6)
      AND ($7::text[] IS NULL OR status = ANY($7))`,
  mtOf,
)

const events = searching<NamedEventRow, Callback>(
  'events WHERE integration_id = owner AND sequence >= 0',
  '($5::text IS NULL OR state = $5)',
  callbackIn,
)

export async function searchMts(
  db: Db,
  { integrationId, to, clientMessageId, status, cursor, limit }: MtQuery,
): Promise<Page<Mt>> {
  const owners = await ownersOf(db, integrationId, selectSenders)
  return mts(db, { owners, cursor, limit, values: [to ?? null, clientMessageId ?? null, status ?? null] })
}

export async function searchCallbacks(
  db: Db,
  { integrationId, state, cursor, limit }: CallbackQuery,
): Promise<Page<Callback>> {
  const owners = await ownersOf(db, integrationId, selectEndpoints)
  return events(db, { owners, cursor, limit, values: [state ?? null] })
}

async function ownersOf(db: Db, integrationId: string | undefined, select: string): Promise<string[]> {
  if (integrationId !== undefined) return [integrationId]
  return (await db.all<{ integration_id: string }>(select)).map(({ integration_id }) => integration_id)
}
