import { type Static, Type } from 'typebox'
import { oneError, type ReasonName } from '../../reasons.ts'
import type { Answer } from '../endpoint.ts'

export const OneErrorBody = Type.Object(
  {
    code: Type.Integer({ description: 'A code of the One API’s error table.' }),
    description: Type.String(),
  },
  { title: 'OneError' },
)

/** The answer when a whole request is refused. There is no `messages`. */
export const OneGlobalError = Type.Object({ error: OneErrorBody }, { title: 'OneGlobalError' })
export type OneGlobalError = Static<typeof OneGlobalError>

export const refusal = (description: string, name: ReasonName) => {
  const { code, description: words } = oneError(name)
  return {
    description,
    schema: OneGlobalError,
    examples: { [name]: { value: { error: { code, description: words } } } },
  } satisfies Answer
}

/** The global errors that every call of the One API shares. */
export const oneRefusals = {
  401: refusal('The key is not valid, or the address not allowed.', 'api_key_invalid'),
  500: refusal('A fault of the gateway.', 'internal_error'),
  503: refusal('Nothing can be stored at the moment; nothing was accepted.', 'store_unavailable'),
}

export const oneBadRequest = refusal('The request is refused.', 'integration_inactive')
