import { request } from 'undici'
import type { Business } from '../businesses.ts'
import type { Events } from '../events.ts'

/** What a gateway said to the new time. */
export interface Told {
  url: string
  turned: boolean
  /** Why not. */
  problem?: string
}

/** The gateways that registered webhooks here, as far as their clocks go. */
export interface Gateways {
  /** Turns the clocks of all of them, and waits until they are turned. */
  turn(offsetMs: number): Promise<Told[]>
  /** Turns that of one which has registered just now. */
  turnOne(callbackUri: string, offsetMs: number): Promise<void>
}

interface Needs {
  businesses: { all(): Pick<Business, 'callbackUri'>[] }
  events: Pick<Events, 'clockNotTurned'>
  /** Undefined while there is none: a gateway makes its own when it first starts. */
  adminToken(): Promise<string | undefined>
  /** Whoever registers could ask to be told: the token goes to gateways on this machine and to these origins only. */
  trustedOrigins: ReadonlySet<string>
}

const timeoutMs = 5_000

export function gateways({ businesses, events, adminToken, trustedOrigins }: Needs): Gateways {
  async function tell(url: string, offsetMs: number): Promise<Told> {
    const problem = await put(url, offsetMs)
    if (problem === undefined) return { url, turned: true }
    events.clockNotTurned({ url, cause: problem })
    return { url, turned: false, problem }
  }

  /** Answers what went wrong. */
  async function put(url: string, offsetMs: number): Promise<string | undefined> {
    const { origin, hostname } = new URL(url)
    if (!loopback.test(hostname) && !trustedOrigins.has(origin))
      return 'it is not on this machine, and not at WAYPOST_PUBLIC_URL'
    try {
      const token = await adminToken()
      if (token === undefined) return 'its admin token is not known here: set WAYPOST_ADMIN_TOKEN'
      const answer = await request(`${url}/admin/clock`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ offsetMs }),
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      })
      await answer.body.dump()
      return answer.statusCode === 200 ? undefined : `it answered ${answer.statusCode}`
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  return {
    turn(offsetMs) {
      const urls = businesses.all().flatMap(({ callbackUri }) => gatewayAt(callbackUri) ?? [])
      return Promise.all([...new Set(urls)].map((url) => tell(url, offsetMs)))
    },
    async turnOne(callbackUri, offsetMs) {
      const url = gatewayAt(callbackUri)
      if (url !== undefined) await tell(url, offsetMs)
    },
  }
}

const loopback = /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/

/** The gateway behind a URL it registers; undefined for other receivers. */
function gatewayAt(callbackUri: string | undefined): string | undefined {
  return /^(https?:\/\/.+?)\/suppliers\/whatsapp-cloud\/[^/]+$/.exec(callbackUri ?? '')?.[1]
}
