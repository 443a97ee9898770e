import type { OneBalance } from '@waypost/protocol'
import type { Integration } from '../../core/integration.ts'

/** `GET /v1/balance`. An integration without a limit owes nothing and has nothing. */
export function balance({ balance: { currency, amount } }: Integration): OneBalance {
  return { currency, balance: amount ?? 0 }
}
