import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Callback } from '../core/store.ts'
import type { CallbackBody } from './body.ts'
import { checkUrl, type Guard, guardedAgent } from './guard.ts'
import { signer, signStream } from './sign.ts'

export interface Delivery {
  url: string
  basicAuth: { username: string; password: string } | null
  signingSecret: string
  callback: Pick<Callback, 'id' | 'sequence'>
  /** The event in its generation's shape, as JSON. */
  body: string | CallbackBody
}

/** What one attempt came to. */
export interface Delivered {
  /** Absent when no answer came. */
  httpStatus?: number
  error?: Fault
  /** `final`: trying again is pointless. */
  verdict: 'delivered' | 'retry' | 'final'
}

/** Why an attempt failed, where the HTTP status does not say it. Nothing of URL, credentials or raw errors is in it. */
export type Fault =
  | 'timeout'
  | 'refused'
  | 'unreachable'
  | 'reset'
  | 'tls'
  | 'dns'
  | 'forbidden address'
  | 'redirect'
  | 'not http'
  | 'bad url'
  | 'bad signing secret'
  | 'file unreadable'
  | 'stopped'
  | 'other'

export interface CallbackSender extends AsyncDisposable {
  /**
   * Never rejects. When `signal` ends an attempt it answers `stopped` with `retry`: the receiver may have the event, so
   * it is to be told again.
   */
  deliver(delivery: Delivery, signal: AbortSignal): Promise<Delivered>
}

export interface SenderOptions extends Guard {
  /** Real time, not the business clock: receivers hold the signature's timestamp against their own. */
  now(): number
  /** Ours, for `user-agent`. */
  version: string
  /** From the call to the end of the answer, waiting for a free connection included. */
  timeoutMs?: number
}

/** An answer's body says nothing to us; this much of it is read so that the connection can be used again. */
const answerLimit = 4096

/** POSTs events to businesses. Dispose of it after the last delivery has ended. */
export function callbackSender({
  now,
  version,
  timeoutMs = 10_000,
  ...guard
}: SenderOptions): CallbackSender {
  const agent = guardedAgent(guard)
  const sign = signer()
  const userAgent = `Waypost/${version}`

  async function requestOf({ url, basicAuth, signingSecret, callback, body }: Delivery) {
    if (checkUrl(url)) throw new AttemptFailed('bad url')
    const { origin, pathname, search } = new URL(url)
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      'user-agent': userAgent,
      'waypost-sequence': String(callback.sequence),
      ...(await signed(signingSecret, callback.id, body)),
    }
    if (basicAuth) headers.authorization = basic(basicAuth)
    const request = { origin, path: pathname + search, method: 'POST', headers } as const
    if (typeof body === 'string') return { ...request, body }
    headers['content-length'] = String(body.bytes)
    return { ...request, body: Readable.from(body.pieces()) }
  }

  async function signed(secret: string, id: string, body: Delivery['body']) {
    try {
      return typeof body === 'string'
        ? sign(secret, { id, at: now(), body })
        : await signStream(secret, { id, at: now(), body })
    } catch {
      // The library's message may quote the secret. The other way reads the file, and takes any secret.
      throw new AttemptFailed(typeof body === 'string' ? 'bad signing secret' : 'file unreadable')
    }
  }

  async function post(delivery: Delivery, signal: AbortSignal) {
    return agent.request({ ...(await requestOf(delivery)), signal })
  }

  async function deliver(delivery: Delivery, signal: AbortSignal): Promise<Delivered> {
    using limit = within(timeoutMs, signal)
    try {
      // undici looks at the signal once the request has its connection; until then the limit has to be kept here.
      const answer = await Promise.race([post(delivery, limit.signal), limit.over])
      await drop(answer)
      return judge(answer.statusCode)
    } catch (error) {
      return { error: faultOf(error), verdict: 'retry' }
    }
  }

  // Nothing is under way but connections that nobody waits for any more.
  return { deliver, [Symbol.asyncDispose]: () => agent.destroy() }
}

/** The status alone decides, whatever becomes of the body: a receiver that said 2xx has the event. */
function judge(httpStatus: number): Delivered {
  if (httpStatus >= 200 && httpStatus < 300) return { httpStatus, verdict: 'delivered' }
  if (httpStatus >= 300 && httpStatus < 400) return { httpStatus, error: 'redirect', verdict: 'final' }
  return { httpStatus, verdict: 'retry' }
}

/** Resolves when the body has ended, was too long, broke off or ran out of time; it never rejects. */
function drop({ body }: Dispatcher.ResponseData): Promise<void> {
  return body.dump({ limit: answerLimit })
}

function basic({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

/** Ends with the outer signal or after a time. `AbortSignal.any` and `.timeout` would do, at several times the cost. */
function within(ms: number, outer: AbortSignal): Disposable & { signal: AbortSignal; over: Promise<never> } {
  const controller = new AbortController()
  const over = Promise.withResolvers<never>()
  over.promise.catch(() => {}) // whoever asked for it is told
  const end = (fault: Fault) => {
    const failed = new AttemptFailed(fault)
    controller.abort(failed)
    over.reject(failed)
  }
  const stop = () => end('stopped')
  const timer = setTimeout(end, ms, 'timeout')
  if (outer.aborted) stop()
  else outer.addEventListener('abort', stop, { once: true })

  return {
    signal: controller.signal,
    over: over.promise,
    [Symbol.dispose]() {
      clearTimeout(timer)
      outer.removeEventListener('abort', stop)
    },
  }
}

/** An attempt that we ended, or did not begin. */
class AttemptFailed extends Error {
  override name = 'AttemptFailed'
  readonly fault: Fault
  constructor(fault: Fault) {
    super(fault)
    this.fault = fault
  }
}

/** Codes of Node, OpenSSL, the HTTP parser (`HPE_`) and undici (`UND_ERR_`); the first row that fits. */
const faults: [RegExp, Fault][] = [
  [/^WAYPOST_FORBIDDEN_ADDRESS$/, 'forbidden address'],
  [/TIMEOUT$|^ETIMEDOUT$/, 'timeout'],
  [/^ECONNREFUSED$/, 'refused'],
  [/^(EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|EACCES|EPERM)$/, 'unreachable'],
  [/^(ECONNRESET|ECONNABORTED|EPIPE|UND_ERR_SOCKET)$/, 'reset'],
  [/^(ENOTFOUND|EAI_\w+)$/, 'dns'],
  [/^(HPE_\w+|HTTPParserError|UND_ERR_HEADERS_OVERFLOW)$/, 'not http'],
  [/^(UND_ERR_DESTROYED|UND_ERR_CLOSED)$/, 'stopped'],
  [/^(ERR_TLS_|ERR_SSL_|EPROTO)|CERT|^(UNABLE_TO_|INVALID_|HOSTNAME_MISMATCH|PATH_LENGTH)/, 'tls'],
]

function faultOf(error: unknown): Fault {
  if (error instanceof AttemptFailed) return error.fault
  if (!(error instanceof Error)) return 'other'
  // undici's HTTPParserError has the member, and sometimes nothing in it.
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  return faults.find(([pattern]) => pattern.test(code))?.[1] ?? 'other'
}
