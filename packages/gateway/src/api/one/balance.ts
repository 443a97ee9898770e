import type { OneBalance } from '@waypost/protocol'
import type { App } from '../../core/app.ts'
import { available, inUnits } from '../../core/balance.ts'
import type { Integration } from '../../core/integration.ts'

/** `GET /v1/balance`. An integration that is charged nothing owes nothing and has nothing. */
export async function balance(
  { store }: Pick<App, 'store'>,
  { id, balance: { currency } }: Integration,
): Promise<OneBalance> {
  const is = await store.balanceOf(id)
  return { currency, balance: is.amount === null ? 0 : inUnits(available(is)) }
}
