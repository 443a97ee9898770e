import { STATUS_CODES } from 'node:http'
import type { Problem as Body } from '@waypost/protocol'
import { StoreUnavailable } from '../../core/store.ts'
import type { Flaw } from './flaws.ts'

/** Refuses a call of the admin API: thrown anywhere, answered as RFC 9457 has it. */
export class Problem extends Error {
  override name = 'Problem'
  readonly status: number
  readonly flaws: Flaw[]
  readonly headers: Record<string, string>
  constructor(
    status: number,
    detail: string,
    more: { flaws?: Flaw[]; headers?: Record<string, string> } = {},
  ) {
    super(detail)
    this.status = status
    this.flaws = more.flaws ?? []
    this.headers = more.headers ?? {}
  }

  toJSON(): Body {
    const { status, message: detail, flaws: errors } = this
    const title = STATUS_CODES[status] ?? 'Refused'
    return { type: 'about:blank', title, status, detail, ...(errors.length > 0 && { errors }) }
  }
}

export const notFound = (what: string): Problem => new Problem(404, `There is no ${what}.`)

/** Names everything that is wrong with a body or a query. */
export function flawed(flaws: Flaw[]): Problem {
  const list = flaws.map(({ path, message }) => `${path || 'the body'} ${message}`)
  return new Problem(400, `This is wrong: ${list.join('; ')}.`, { flaws })
}

/** Whatever was thrown, as the answer to it. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof StoreUnavailable) {
    const headers = { 'retry-after': '1' }
    return new Problem(503, 'The ledger is out of reach: try again.', { headers })
  }
  const { statusCode = 500 } = error instanceof Error ? (error as Error & { statusCode?: number }) : {} // Fastify's errors carry one
  if (statusCode === 413)
    return new Problem(413, 'The body is too big.', { headers: { connection: 'close' } })
  if (statusCode < 500) return new Problem(statusCode, 'The request cannot be read.')
  return new Problem(500, 'A fault of the gateway; it is logged.')
}
