import type { ReasonName } from '@waypost/protocol'
import ipaddr from 'ipaddr.js'
import type { Directory } from '../core/directory.ts'
import type { Integration } from '../core/integration.ts'
import { Refused } from './surface.ts'

interface Caller {
  headers: { authorization?: string | undefined }
  ip: string
}

interface Needs {
  directory: Pick<Directory, 'holderOf' | 'account'>
}

/**
 * Whose call this is. Throws what stands against it, in the order of the contract: key, address, integration, account,
 * rate. The rate goes by `elapsed`, milliseconds from any beginning, which nobody sets back.
 */
export function authenticator(
  app: Needs,
  elapsed: () => number = () => performance.now(),
): (caller: Caller) => Integration {
  const rates = rateLimiter(elapsed)
  return ({ headers, ip }) => {
    const integration = app.directory.holderOf(headers.authorization ?? '')
    if (!integration) throw new Refused('api_key_invalid')
    const account = app.directory.account()
    const against = (reason: ReasonName, holds: boolean) => {
      if (holds) throw new Refused(reason, reason === 'ip_forbidden_by_integration' ? ip : undefined)
    }
    against('ip_forbidden_by_account', !allows(account.allowedIps, ip))
    against('ip_forbidden_by_integration', !allows(integration.allowedIps, ip))
    against('integration_inactive', !integration.active)
    against('account_inactive', !account.active)
    against('rate_limited', !rates.take(integration))
    return integration
  }
}

function allows(allowed: string[], ip: string): boolean {
  if (allowed.length === 0) return true
  if (!ipaddr.isValid(ip)) return false
  const address = ipaddr.process(ip)
  return allowed.some((text) => {
    const range = text.includes('/') ? ipaddr.parseCIDR(text) : ([ipaddr.process(text), undefined] as const)
    const [network, bits] = range
    if (network.kind() !== address.kind()) return false
    return address.match(network, bits ?? (address.kind() === 'ipv4' ? 32 : 128))
  })
}

/** What `allowedIps` may hold. */
export const isAddressOrRange = (text: string) => ipaddr.isValid(text) || ipaddr.isValidCIDR(text)

/**
 * A token bucket per integration: its rate, and bursts of one second's worth. A bucket holds one request at least: below
 * one a second it would never be full enough for any.
 */
function rateLimiter(elapsed: () => number) {
  const buckets = new Map<string, { tokens: number; at: number }>()
  return {
    take({ id, limits: { requestsPerSecond } }: Integration): boolean {
      if (requestsPerSecond === null) return true
      const size = Math.max(1, requestsPerSecond)
      const now = elapsed()
      const bucket = buckets.get(id) ?? { tokens: size, at: now }
      buckets.set(id, bucket)
      bucket.tokens = Math.min(size, bucket.tokens + ((now - bucket.at) / 1000) * requestsPerSecond)
      bucket.at = now
      if (bucket.tokens < 1) return false
      bucket.tokens -= 1
      return true
    },
  }
}
