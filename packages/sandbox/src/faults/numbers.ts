import { errorOf } from '../graph/errors.ts'
import type { Fault } from './fault.ts'

/** A fault that befalls every message to a number, without being armed. */
export interface Aimed extends Fault {
  to: string
  /** What it is good for, for docs/sandbox.md. */
  what: string
  /** How many attempts of each message it befalls; all of them otherwise. */
  first?: number
}

const behaviours: Omit<Aimed, 'to'>[] = [
  { fault: 'http', status: 429, first: 2, what: 'answers 429 without Meta’s words twice, then takes it' },
  { fault: 'error', code: 131056, first: 2, what: 'hits the pair limit twice, then takes it' },
  { fault: 'error', code: 131000, first: 2, what: 'fails with Meta’s 500 twice, then takes it' },
  { fault: 'slow', ms: 1_000, what: 'takes it, and reports on it a second before the answer' },
  { fault: 'twice', what: 'makes each report twice' },
  { fault: 'disordered', what: 'reports `delivered` before `sent`' },
  { fault: 'silent', what: 'never reports' },
  { fault: 'slow', ms: 10_000, what: 'answers after ten seconds' },
  {
    fault: 'cutAfter',
    first: 1,
    what: 'takes it, and the connection breaks before the answer; answers the next attempt',
  },
  { fault: 'cut', first: 1, what: 'the connection breaks, and it was not taken; takes the next attempt' },
  { fault: 'hang', first: 1, what: 'never answers, and did not take it; takes the next attempt' },
  {
    fault: 'http',
    status: 500,
    first: 1,
    what: 'answers 500 without Meta’s words, and did not take it; takes the next attempt',
  },
  { fault: 'readOnly', what: 'is read at once, and `delivered` is never reported' },
  {
    fault: 'failedFirst',
    what: 'reports `failed` with 131049, then `sent` and `delivered`, as for a second device',
  },
  { fault: 'http', status: 403, what: 'answers 403 without Meta’s words, and never takes it' },
]

/** Status codes of the One API that a supplier causes, each by the error of Meta's that ends a message soonest. */
const statuses: Record<number, Omit<Aimed, 'to' | 'what'>> = {
  20: { fault: 'failed', code: 131043 },
  21: { fault: 'failed', code: 131050 },
  23: { fault: 'failed', code: 130497 },
  26: { fault: 'failed', code: 131064 },
  29: { fault: 'failed', code: 131026 },
  80: { fault: 'error', code: 100, details: 'Media object not found.' },
  81: { fault: 'error', code: 100, details: 'The file is too large.' },
  83: { fault: 'error', code: 100, details: 'Param file must be a file with one of the following types.' },
  85: { fault: 'error', code: 131052, details: 'The file cannot be had.' },
  130: { fault: 'failed', code: 131042 },
  131: { fault: 'failed', code: 131047 },
  132: { fault: 'failed', code: 131048 },
  133: { fault: 'error', code: 131056 },
  134: { fault: 'error', code: 132015 },
  135: { fault: 'error', code: 132000 },
  136: { fault: 'error', code: 132001 },
  137: { fault: 'error', code: 132002 },
  138: { fault: 'error', code: 132003 },
  139: { fault: 'failed', code: 130472 },
  140: { fault: 'error', code: 132005 },
  141: { fault: 'error', code: 132012, details: 'The format does not match.' },
  142: { fault: 'error', code: 132007 },
  143: { fault: 'error', code: 132012, details: 'The mime type is not that of the header.' },
  144: { fault: 'error', code: 131008 },
  145: { fault: 'error', code: 131009, details: 'The value is not valid.' },
  146: { fault: 'error', code: 131010 },
  147: { fault: 'error', code: 132010 },
  148: { fault: 'error', code: 132011 },
  149: { fault: 'failed', code: 132013 },
}

/** Numbers of eleven digits, as they are possible in South Africa, each beginning with what it does. */
export const aimedNumbers: readonly Aimed[] = [
  ...behaviours.map((row, place) => ({ ...row, to: `27995${String(place + 1).padStart(6, '0')}` })),
  ...Object.entries(statuses).map(([status, row]) => ({
    ...row,
    to: `27996${status.padStart(6, '0')}`,
    what: `status ${status}`,
  })),
]

const byNumber = new Map(aimedNumbers.map((row) => [row.to, row]))
const byCode = { 27997: 'error', 27998: 'failed' } as const

/** The fault of a number. Each error code of Meta's has two: one that answers with it, one that reports it. */
export function aimedAt(msisdn: string): Aimed | undefined {
  const row = byNumber.get(msisdn)
  if (row) return row
  const [, way, digits] = /^(27997|27998)(\d{6})$/.exec(msisdn) ?? []
  if (way !== '27997' && way !== '27998') return undefined
  const code = Number(digits)
  return { fault: byCode[way], code, to: msisdn, what: errorOf(code).title }
}
