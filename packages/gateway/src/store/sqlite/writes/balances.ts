import type { DatabaseSync } from 'node:sqlite'
import { BalanceTooLow } from '../../../core/balance.ts'
import type { StandingRows } from '../../standing.ts'
import { statement } from '../statement.ts'

const reserve = `
  INSERT INTO balances (integration_id, amount, reserved, begun) VALUES (?, NULL, ?, 0)
  ON CONFLICT (integration_id) DO UPDATE SET reserved = reserved + excluded.reserved
  WHERE amount IS NULL OR amount - reserved >= excluded.reserved`

const begin = `
  UPDATE balances SET begun = begun + ?1
  WHERE integration_id = ?2 AND (amount IS NULL OR amount - begun >= ?1)`

const move = `
  UPDATE balances SET amount = amount + ?, reserved = reserved + ?, begun = begun + ? WHERE integration_id = ?`

const setAmount = `
  INSERT INTO balances (integration_id, amount, reserved, begun) VALUES (?, ?, 0, 0)
  ON CONFLICT (integration_id) DO UPDATE SET amount = excluded.amount`

/** Moves money with the message that costs it, in the transaction that moves the message. */
export interface Balances {
  /** Throws `BalanceTooLow` before it changes anything. */
  reserve(integrationId: string, price: number): void
  /** Its turn has come; answers whether the balance still covers it. */
  begin(integrationId: string, price: number): boolean
  move: StandingRows['moveBalance']
  set(integrationId: string, amount: number | null): void
}

export function balances(db: DatabaseSync): Balances {
  const reserveOf = statement(db, reserve)
  const beginOf = statement(db, begin)
  const moveOf = statement(db, move)
  const set = statement(db, setAmount)

  return {
    reserve(integrationId, price) {
      if (reserveOf.run(integrationId, price) === 0)
        throw new BalanceTooLow(`The balance of ${integrationId} does not cover ${price}`)
    },
    begin: (integrationId, price) => beginOf.run(price, integrationId) === 1,
    move: (integrationId, { amount, reserved, begun }) =>
      void moveOf.run(amount, reserved, begun, integrationId),
    set: (integrationId, amount) => void set.run(integrationId, amount),
  }
}
