import type { Content } from '@waypost/protocol'
import type { Integration } from './integration.ts'
import type { Mt, Refusal } from './message.ts'

/** Money is counted in millionths of its currency, whole ones: nothing is lost to rounding. */
export interface Balance {
  /** What there is, reserved or not; null: nothing is charged. */
  amount: number | null
  /** How much of it messages have reserved that were accepted and not sent yet. */
  reserved: number
}

/** The balance does not cover the prices of what was to be accepted. Nothing was stored. */
export class BalanceTooLow extends Error {
  override name = 'BalanceTooLow'
}

/** As the ledger counts it, and back. */
export const millionths = (money: number): number => Math.round(money * 1_000_000)
export const inUnits = (millionths: number): number => millionths / 1_000_000

/** What new messages may cost. */
export const available = ({ amount, reserved }: Balance): number =>
  amount === null ? Number.POSITIVE_INFINITY : amount - reserved

/** What accepting this content reserves; undefined where nothing is charged. */
export function chargeFor({ balance: { amount, prices } }: Integration, content: Content): Mt['charge'] {
  if (amount === null) return undefined
  const price = millionths(content.type === 'template' ? prices.template : prices.message)
  return price > 0 ? { price, state: 'reserved' } : undefined
}

/** Refuses those that a balance does not cover, each in its turn: a dear one leaves room for a cheap one after it. */
export function withinBalance(verdicts: (Mt | Refusal)[], balance: Balance): (Mt | Refusal)[] {
  let left = available(balance)
  return verdicts.map((verdict) => {
    const price = 'charge' in verdict ? (verdict.charge?.price ?? 0) : 0
    if (price > left && price > 0) return { reason: 'balance_insufficient' }
    left -= price
    return verdict
  })
}
