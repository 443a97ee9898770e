import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Retry } from '../../core/message.ts'
import type { Headers } from '../http.ts'

const minuteMs = 60_000
/** Meta counts calls by the hour; more than a day would be a mistake, and ours to suffer. */
const regainMaxMinutes = 24 * 60

const Use = Compile(Type.Object({ estimated_time_to_regain_access: Type.Number() }))

/** How long Meta asks us to wait, where it says so. */
export function retryAfterMs(retry: Retry, headers: Headers): number | undefined {
  const regain = retry === 'api-quota' ? minutesToRegainAccess(headers['x-business-use-case-usage']) : 0
  if (regain > 0) return regain * minuteMs
  return standardDelay(headers['retry-after'], headers.date)
}

/** `{ "<account id>": [{ "type": …, "estimated_time_to_regain_access": <minutes> }] }`: the longest of them counts. */
function minutesToRegainAccess(header: Headers[string]): number {
  let usage: unknown
  try {
    usage = JSON.parse(String(header))
  } catch {
    // Absent, or not what Meta documents: then it says nothing.
    return 0
  }
  const minutes = Object.values(usage ?? {})
    .flat()
    .map((use: unknown) => (Use.Check(use) ? use.estimated_time_to_regain_access : 0))
  return Math.min(Math.max(0, ...minutes), regainMaxMinutes)
}

/** Seconds, or a date, which is measured against the far side's own clock. */
function standardDelay(header: Headers[string], date: Headers[string]): number | undefined {
  if (typeof header !== 'string') return undefined
  if (/^\d{1,7}$/.test(header)) return Number(header) * 1000
  const ms = Date.parse(header) - Date.parse(String(date))
  return ms > 0 ? ms : undefined
}
