import { BalanceTooLow } from '../../../core/balance.ts'
import type { StandingRows } from '../../standing.ts'
import { columnsOf, type Db } from '../query.ts'

const insertMissing = `
  INSERT INTO balances (integration_id, amount, reserved, begun)
  SELECT id, NULL, 0, 0 FROM unnest($1::text[]) AS id ORDER BY id
  ON CONFLICT (integration_id) DO NOTHING`

const lockBalances = `
  SELECT integration_id, amount, reserved, begun FROM balances
  WHERE integration_id = ANY($1::text[]) ORDER BY integration_id FOR UPDATE`

const putBalances = `
  UPDATE balances SET amount = new.amount, reserved = new.reserved, begun = new.begun
  FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) AS new (id, amount, reserved, begun)
  WHERE integration_id = new.id`

const setAmount = `
  INSERT INTO balances (integration_id, amount, reserved, begun) VALUES ($1, $2, 0, 0)
  ON CONFLICT (integration_id) DO UPDATE SET amount = excluded.amount`

interface Row {
  integration_id: string
  amount: number | null
  reserved: number
  begun: number
}

/** The balances that one transaction moves: locked, moved in memory, and written at its end. */
export interface Balances {
  /** Throws `BalanceTooLow` before it changes anything. */
  reserve(integrationId: string, price: number): void
  /** Its turn has come; answers whether the balance still covers it. */
  begin(integrationId: string, price: number): boolean
  move: StandingRows['moveBalance']
  write(db: Db): Promise<void>
}

export async function lockedBalances(db: Db, integrationIds: Iterable<string>): Promise<Balances> {
  const wanted = [...new Set(integrationIds)]
  const rows = wanted.length > 0 ? await lock(db, wanted) : []
  const held = new Map(rows.map((row) => [row.integration_id, row]))
  const moved = new Set<Row>()

  function change(row: Row, { amount = 0, reserved = 0, begun = 0 }) {
    if (row.amount !== null) row.amount += amount
    row.reserved += reserved
    row.begun += begun
    moved.add(row)
  }

  return {
    reserve(integrationId, price) {
      const row = held.get(integrationId)
      if (!row || (row.amount !== null && row.amount - row.reserved < price))
        throw new BalanceTooLow(`The balance of ${integrationId} does not cover ${price}`)
      change(row, { reserved: price })
    },
    begin(integrationId, price) {
      const row = held.get(integrationId)
      if (!row || (row.amount !== null && row.amount - row.begun < price)) return false
      change(row, { begun: price })
      return true
    },
    move(integrationId, by) {
      const row = held.get(integrationId)
      if (row) change(row, by)
    },
    async write(db) {
      if (moved.size === 0) return
      const columns = columnsOf(
        [...moved],
        ({ integration_id }) => integration_id,
        ({ amount }) => amount,
        ({ reserved }) => reserved,
        ({ begun }) => begun,
      )
      await db.run(putBalances, ...columns)
    },
  }
}

async function lock(db: Db, integrationIds: string[]): Promise<Row[]> {
  const rows = await db.all<Row>(lockBalances, integrationIds)
  if (rows.length === integrationIds.length) return rows
  await db.run(insertMissing, integrationIds)
  return db.all<Row>(lockBalances, integrationIds)
}

export const setBalance = (db: Db, integrationId: string, amount: number | null): Promise<number> =>
  db.run(setAmount, integrationId, amount)
