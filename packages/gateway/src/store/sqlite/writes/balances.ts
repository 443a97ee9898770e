import type { DatabaseSync } from 'node:sqlite'
import { isFinal, type StatusName } from '@waypost/protocol'
import { BalanceTooLow } from '../../../core/balance.ts'
import type { Charge } from '../mt-row.ts'
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

/** What a balance needs to know of a message. */
export interface Priced {
  integration_id: string
  price: number | null
  charge: Charge | null
}

/** Moves money with the message that costs it, in the transaction that moves the message. */
export interface Balances {
  /** Throws `BalanceTooLow` before it changes anything. */
  reserve(integrationId: string, price: number): void
  /** Its turn has come; answers whether the balance still covers it. */
  begin(integrationId: string, price: number): boolean
  /** What becomes of a message's price when it gets this status. */
  settled(mt: Priced, status: StatusName): Charge | null
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
    settled({ integration_id, price, charge }, status) {
      const next = chargeAt(status)
      if (price === null || charge === null || charge === 'charged' || !next || next === charge) return charge
      const held = charge === 'released' ? 0 : price
      moveOf.run(next === 'charged' ? -price : 0, -held, charge === 'begun' ? -price : 0, integration_id)
      return next
    },
    set: (integrationId, amount) => void set.run(integrationId, amount),
  }
}

/** Charged when sent, released when failed; undefined while neither is known. */
function chargeAt(status: StatusName): 'charged' | 'released' | undefined {
  if (status === 'sent' || status === 'delivered' || status === 'read') return 'charged'
  return isFinal(status) ? 'released' : undefined
}
