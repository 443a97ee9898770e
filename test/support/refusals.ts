import { type Generation, legacyError, oneError, type ReasonName } from '@waypost/protocol'

export type { Generation }
export const generations = ['one', 'legacy'] as const

/** A whole request refused: the generation's body for this reason, and nothing else. */
export function refusedWith(generation: Generation, reason: ReasonName, subject?: string) {
  if (generation === 'one') {
    const { httpStatus, code, description } = oneError(reason, subject)
    return { httpStatus, json: { error: { code, description } } }
  }
  const { httpStatus, errorCode, error } = legacyError(reason, subject)
  return { httpStatus, json: { messages: [], error: { errorCode, error } } }
}
