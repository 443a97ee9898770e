import { ask, json } from './ask.ts'

/** What befalls the next sends; `faultText` says it in words. */
export interface Fault {
  fault: string
  /** The person's number, or any. */
  to?: string
  /** The business's number, or any. */
  from?: string
  /** How often it is left. */
  times?: number
  code?: number
  /** KMS's. */
  error?: string
  details?: string
  status?: number
  ms?: number
  perSecond?: number
}

export function getFaults(signal?: AbortSignal): Promise<Fault[]> {
  return ask('/faults', signal ? { signal } : {})
}

/** Leaves the others armed. Those that were used up meanwhile are gone already. */
export async function disarm(unwanted: readonly Fault[]): Promise<void> {
  const kept = await getFaults()
  for (const fault of unwanted) {
    const place = kept.findIndex((one) => nameOf(one) === nameOf(fault))
    if (place >= 0) kept.splice(place, 1)
  }
  await ask('/faults', { method: 'PUT', ...json(kept) })
}

/** Everything about it but how often it is left. */
export function nameOf({ times, ...fault }: Fault): string {
  return JSON.stringify(fault)
}

/** `Graph answers error 131056, to +27820000001, 2 times`. */
export function faultText(fault: Fault): string {
  const { to, from, times } = fault
  return [
    Object.hasOwn(texts, fault.fault) ? texts[fault.fault]?.(fault) : fault.fault,
    ...(to ? [`to +${to}`] : []),
    ...(from ? [`from +${from}`] : []),
    ...(times ? [times === 1 ? 'once' : `${times} times`] : []),
  ].join(', ')
}

const texts: Record<string, (fault: Fault) => string> = {
  error: ({ code }) => `Graph answers error ${code}`,
  failed: ({ code }) => `Taken, then failed with error ${code}`,
  http: ({ status }) => `Graph answers HTTP ${status}, without a body`,
  hang: () => 'Graph never answers',
  cut: () => 'The connection breaks; nothing is taken',
  cutAfter: () => 'Taken; the connection breaks before the answer',
  slow: ({ ms = 0 }) => `Graph answers ${ms / 1000} s late`,
  twice: () => 'Each status is reported twice',
  disordered: () => '“Delivered” is reported before “sent”',
  silent: () => 'No status is reported',
  readOnly: () => 'Read at once; “delivered” is not reported',
  failedFirst: () => '“Failed” is reported before the others',
  window: () => 'No free texts 24 hours after the person last wrote',
  pairLimit: () => 'One message in six seconds from a business to a person',
  throughput: ({ perSecond }) => `${perSecond} messages of a business in a second at most`,
  kms: ({ error }) => `KMS answers ${error}`,
  kmsHang: () => 'KMS never answers',
  upload: ({ code }) => `Graph answers error ${code} to a file that is uploaded`,
}
