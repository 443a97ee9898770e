import type { MtLife } from '../core/looking.ts'

/** A row of `attempts`. */
export interface AttemptRow {
  number: number
  began_at: number
  ended_at: number | null
  outcome: MtLife['attempts'][number]['outcome'] | null
  detail: string | null
}

export function attemptOf({
  number,
  began_at,
  ended_at,
  outcome,
  detail,
}: AttemptRow): MtLife['attempts'][number] {
  const attempt: MtLife['attempts'][number] = { number, beganAt: began_at }
  if (ended_at !== null) attempt.endedAt = ended_at
  if (outcome) attempt.outcome = outcome
  if (detail !== null) attempt.detail = detail
  return attempt
}
