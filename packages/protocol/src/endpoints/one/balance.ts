import { type Static, Type } from 'typebox'
import { callReasons, endpoint } from '../endpoint.ts'
import { oneBadRequest, oneRefusals } from './errors.ts'

export const OneBalance = Type.Object(
  {
    currency: Type.String({ description: 'ISO 4217.' }),
    balance: Type.Number({ description: 'What is left, without what waiting messages have reserved.' }),
  },
  { title: 'OneBalance' },
)
export type OneBalance = Static<typeof OneBalance>

export const balance = endpoint({
  id: 'balance',
  surface: 'one',
  method: 'GET',
  path: '/v1/balance',
  summary: 'The integration’s balance',
  answers: {
    200: {
      description: 'The balance.',
      schema: OneBalance,
      examples: { balance: { value: { currency: 'USD', balance: 125.5 } } },
    },
    400: oneBadRequest,
    ...oneRefusals,
  },
  reasons: callReasons,
})
