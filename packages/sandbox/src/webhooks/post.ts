import { Agent, request } from 'undici'

/** What a post came to. */
export type Outcome =
  | { type: 'taken' }
  /** It was reached and did not take it, or nobody can tell. */
  | { type: 'refused'; cause: string }
  /** Nobody listens there. */
  | { type: 'unreachable'; cause: string }

export interface Posting extends AsyncDisposable {
  post(url: string, body: Uint8Array, signature: string): Promise<Outcome>
  /** Asks for a small text, such as the answer to a challenge. */
  get(url: string): Promise<{ status: number; text: string }>
}

const timeoutMs = 10_000
/** A challenge is a few digits; nobody has to be read to the end. */
const longestText = 4_096

/** The receivers of the sandbox's webhooks, over HTTP. Redirects are not followed, as Meta does not. */
export function posting(): Posting {
  const agent = new Agent({
    connections: 128,
    connect: { timeout: 5_000 },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  })

  return {
    async post(url, body, signature) {
      try {
        const headers = {
          'content-type': 'application/json',
          'user-agent': 'facebookexternalua',
          'x-hub-signature-256': signature,
        }
        const answer = await request(url, { method: 'POST', dispatcher: agent, headers, body })
        await answer.body.dump()
        if (answer.statusCode === 200) return { type: 'taken' }
        return { type: 'refused', cause: `http_${answer.statusCode}` }
      } catch (error) {
        const cause = codeOf(error)
        return { type: unreachable.has(cause) ? 'unreachable' : 'refused', cause }
      }
    },
    async get(url) {
      const answer = await request(url, {
        dispatcher: agent,
        headers: { 'user-agent': 'facebookplatform/1.0' },
      })
      let text = ''
      for await (const chunk of answer.body) {
        text += chunk
        if (text.length > longestText) break
      }
      return { status: answer.statusCode, text }
    },
    [Symbol.asyncDispose]: () => agent.destroy(),
  }
}

/** The connection never came to be, so the items are not to blame. */
const unreachable = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
])

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  // An address with several families fails with all their errors at once.
  const first = error instanceof AggregateError ? error.errors[0] : error
  return first instanceof Error && 'code' in first ? String(first.code) : error.name
}
