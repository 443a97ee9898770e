import type { Ticks } from './message.ts'

/** What is reported of a message, in this order, when it gets so far. */
const reportsOf = {
  once: (status: Ticks): Report[] => [status],
  twice: (status: Ticks): Report[] => [status, status],
  disordered: (status: Ticks): Report[] => {
    if (status === 'sent') return []
    return status === 'delivered' ? ['delivered', 'sent'] : [status]
  },
  silent: (): Report[] => [],
  readOnly: (status: Ticks): Report[] => (status === 'delivered' ? [] : [status]),
  failedFirst: (status: Ticks): Report[] => (status === 'sent' ? ['failed', 'sent'] : [status]),
}

export type Report = Ticks | 'failed'
export type Reports = keyof typeof reportsOf

export function reportsAt(status: Ticks, reports: Reports = 'once'): Report[] {
  return reportsOf[reports](status)
}
