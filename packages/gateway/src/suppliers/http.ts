import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Outcome } from '../core/message.ts'

export interface Post {
  agent: Dispatcher
  url: URL
  bearer: string
  /** JSON, unless it is bytes of another kind. */
  body: { json: unknown } | Body
}

/** A request's body as a stream of known length. */
export interface Body {
  contentType: string
  bytes: number
  stream: Readable
}

/** What a far side answered, whoever it was: a proxy's page is a reply too. */
export interface Reply {
  httpStatus: number
  headers: Headers
  /** The parsed body; undefined where it is not JSON or is too long to be an answer to us. */
  json: unknown
}

export type Headers = Record<string, string | string[] | undefined>

/** No usable reply: `deferred` where nothing was written, `unknown` where the far side may have acted. */
export type NoReply = Extract<Outcome, { type: 'deferred' | 'unknown' }>

const replyMaxBytes = 1024 * 1024

/**
 * Posts. Never rejects: whatever goes wrong on the network is a value.
 *
 * It speaks to the dispatcher itself because `request` keeps two things from us that rules 1 and 2 of a supplier rest
 * on: when the first byte is about to be written, and the signal while a request still waits for a connection.
 */
export function post({ agent, url, bearer, body }: Post, signal: AbortSignal): Promise<Reply | NoReply> {
  const { promise, resolve } = Promise.withResolvers<Reply | NoReply>()
  let exchange: Dispatcher.DispatchController | undefined
  let written = false
  let httpStatus = 0
  let headers: Headers = {}
  let size = 0
  const chunks: Buffer[] = []

  function settle(answer: Reply | NoReply): void {
    signal.removeEventListener('abort', onAbort)
    resolve(answer)
  }
  function onAbort(): void {
    settle(noReply(signal.reason, written))
    exchange?.abort(new Error('aborted', { cause: signal.reason }))
  }

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(controller) {
      if (signal.aborted) return controller.abort(new Error('aborted', { cause: signal.reason }))
      exchange = controller
      written = true
    },
    onResponseStart(_, status, received) {
      httpStatus = status
      headers = received
    },
    onResponseData(controller, chunk) {
      size += chunk.length
      if (size <= replyMaxBytes) return void chunks.push(chunk)
      settle(replyOf(httpStatus, headers, undefined))
      controller.abort(new Error('the reply is too long'))
    },
    onResponseEnd() {
      settle(replyOf(httpStatus, headers, parse(chunks)))
    },
    onResponseError(_, error) {
      settle(noReply(error, written))
    },
  }

  if (signal.aborted) {
    settle(noReply(signal.reason, written))
    return promise
  }
  signal.addEventListener('abort', onAbort, { once: true })
  agent.dispatch(
    {
      origin: url.origin,
      path: url.pathname + url.search,
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}`, ...headersOf(body) },
      body: 'json' in body ? JSON.stringify(body.json) : body.stream,
    },
    handler,
  )
  return promise
}

const headersOf = (body: Post['body']): Record<string, string> =>
  'json' in body
    ? { 'content-type': 'application/json' }
    : { 'content-type': body.contentType, 'content-length': String(body.bytes) }

export const isSuccess = (httpStatus: number): boolean => httpStatus >= 200 && httpStatus < 300

function replyOf(httpStatus: number, headers: Headers, json: unknown): Reply | NoReply {
  if (json === undefined && isSuccess(httpStatus)) return { type: 'unknown', cause: 'reply_unreadable' }
  return { httpStatus, headers, json }
}

function noReply(error: unknown, written: boolean): NoReply {
  const cause = nameOf(error)
  if (written) return { type: 'unknown', cause }
  return { type: 'deferred', retry: 'transient', status: 'expired', supplierCode: cause }
}

function parse(chunks: Buffer[]): unknown {
  try {
    return JSON.parse(Buffer.concat(chunks).toString())
  } catch {
    // Not JSON is an ordinary answer here: proxies send pages.
    return undefined
  }
}

export interface Get {
  agent: Dispatcher
  url: URL
  bearer: string
}

/** Reads an answer of at most so many bytes. Throws what goes wrong on the network; asking does not change anything. */
export async function get(
  { mostBytes, ...asked }: Get & { mostBytes: number },
  signal: AbortSignal,
): Promise<Reply> {
  const { statusCode, headers, body } = await open(asked, signal)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > mostBytes) throw new Error('too long')
    chunks.push(chunk)
  }
  return { httpStatus: statusCode, headers, json: parse(chunks) }
}

/** Asks for something that is read as a stream. */
export function open({ agent, url, bearer }: Get, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
  return agent.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method: 'GET',
    // Meta refuses files to those who do not say who they are.
    headers: { authorization: `Bearer ${bearer}`, 'user-agent': 'Waypost' },
    signal,
  })
}

/** `ECONNREFUSED`, `UND_ERR_CONNECT_TIMEOUT`, `TimeoutError`: short, and safe to log and count. */
export function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'aborted'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
