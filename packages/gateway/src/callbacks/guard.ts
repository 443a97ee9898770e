import type { LookupAddress } from 'node:dns'
import { lookup as systemLookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import { Agent, buildConnector } from 'undici'

/** Every address of a name. */
export type Resolve = (hostname: string) => Promise<LookupAddress[]>

export interface Guard {
  /** The operator's word, asked at each new connection: private, loopback and link-local addresses are fine. */
  allowPrivate(): boolean
  /** Origins, as `URL.origin` writes them, that may be reached whatever their address is. */
  allowedOrigins?: ReadonlySet<string>
  resolve?: Resolve
  connectionsPerOrigin?: number
  connectTimeoutMs?: number
}

/** What a connection fails with when every address it could go to is forbidden. */
class ForbiddenAddress extends Error {
  override name = 'ForbiddenAddress'
  readonly code = 'WAYPOST_FORBIDDEN_ADDRESS'
}

/**
 * An agent for URLs that customers chose. The address that was checked is the one connected to, so a name that
 * resolves differently the second time (DNS rebinding) gains nothing. Each origin has its own connections.
 */
export function guardedAgent({
  allowPrivate,
  allowedOrigins = new Set(),
  resolve = (hostname) => systemLookup(hostname, { all: true }),
  connectionsPerOrigin = 128,
  connectTimeoutMs = 5000,
}: Guard): Agent {
  const shared = oneAtATime(resolve)
  // HTTP/2 would put all of an origin's requests on one connection, where an abort cannot simply close it.
  const shape = { allowH2: false, timeout: connectTimeoutMs }
  const anywhere = buildConnector({ ...shape, lookup: lookupOf(shared, () => true) })
  const globally = buildConnector({ ...shape, lookup: lookupOf(shared, isGlobal) })

  const connect: buildConnector.connector = (options, callback) => {
    const origin = `${options.protocol}//${options.host}`
    if (allowPrivate() || allowedOrigins.has(origin)) return anywhere(options, callback)
    // A literal address is connected to without a look-up.
    if (isIP(options.hostname) && !isGlobal(options.hostname)) {
      return process.nextTick(callback, new ForbiddenAddress(), null)
    }
    return globally(options, callback)
  }

  return new Agent({ connect, connections: connectionsPerOrigin, allowH2: false })
}

/**
 * Whether an address is one of the public internet's. Anything special is not: private, loopback, link-local, carrier
 * NAT, multicast, reserved, and the IPv6 forms that carry an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo).
 */
export function isGlobal(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const ip = ipaddr.parse(address)
  if (ip.range() !== 'unicast') return false
  // Of IPv6 only 2000::/3 has been given out; the library calls the rest unicast too, `::127.0.0.1` among it.
  return ip instanceof ipaddr.IPv4 || ip.match(ipaddr.IPv6.parse('2000::'), 3)
}

/** A look-up for sockets that answers only the acceptable addresses of a name. */
export function lookupOf(resolve: Resolve, accepts: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const accepted = addresses.filter(({ address }) => accepts(address))
        const [first] = accepted
        if (!first) callback(new ForbiddenAddress(), [])
        else if (options.all) callback(null, accepted)
        else callback(null, first.address, first.family)
      },
      (error) => callback(error, []),
    )
  }
}

/** What is wrong with a callback URL, as the end of a sentence; undefined when nothing is. Never quotes the URL. */
export function checkUrl(url: string): string | undefined {
  if (!URL.canParse(url)) return 'is not a URL'
  const { protocol, username, password } = new URL(url)
  if (protocol !== 'http:' && protocol !== 'https:') return 'must begin with http:// or https://'
  if (username || password) return 'must not carry a user name or password; use basicAuth'
  return undefined
}

/**
 * As `checkUrl`, and where private addresses are not allowed, none of them may be written into the URL unless its origin
 * is allowed. A name is judged when it is connected to.
 */
export function urlCheck({
  allowPrivate,
  allowedOrigins = new Set(),
}: Pick<Guard, 'allowPrivate' | 'allowedOrigins'>): (url: string) => string | undefined {
  return (url) => {
    const flaw = checkUrl(url)
    if (flaw !== undefined || allowPrivate()) return flaw
    const { origin, hostname } = new URL(url)
    if (allowedOrigins.has(origin)) return undefined
    const host = hostname.replace(/^\[|\]$/g, '')
    return isIP(host) && !isGlobal(host) ? 'must not point to a private address' : undefined
  }
}

/**
 * Node resolves names on a few threads that all share. A name whose servers are silent must hold one of them, not one
 * for each connection that waits for it.
 */
function oneAtATime(resolve: Resolve): Resolve {
  const underWay = new Map<string, Promise<LookupAddress[]>>()
  return (hostname) => {
    const known = underWay.get(hostname)
    if (known) return known
    const asked = resolve(hostname).finally(() => underWay.delete(hostname))
    underWay.set(hostname, asked)
    return asked
  }
}
