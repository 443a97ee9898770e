import type { Generation, ReasonName, StatusName } from '@waypost/protocol'

/** A wrong message, and its one answer: a line of the table in `errors.md`, and a test that sends it. */
export interface BadInput {
  what: string
  /**
   * What the message says besides `to`, in the generations that have such a message. A text `file:<name>` stands for the id
   * of one of `files`; `sealed.ts` has others that stand for something.
   */
  message: Partial<Record<Generation, object>>
  gets: Refused | { status: StatusName }
}

/** A refusal. `names` is the member that the wording names, where the reason alone does not say it. */
export interface Refused {
  reason: ReasonName
  names?: string | Partial<Record<Generation, string>>
}

export const subjectIn = (generation: Generation, { names }: Refused): string | undefined =>
  typeof names === 'string' ? names : names?.[generation]

export const both = (message: object): BadInput['message'] => ({ one: message, legacy: message })

export const invalid = (names: string): Refused => ({ reason: 'parameter_invalid', names })
export const hsmIncorrect = (names: string): Refused => ({ reason: 'hsm_incorrect', names })

/** A message that is fine, in any generation. */
export const goodText = { content: 'Hello' }
