import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Outcome } from '../../core/message.ts'
import { isSuccess, type Reply } from '../http.ts'
import { graphErrorOf, outcomeOf } from './errors.ts'
import { retryAfterMs } from './retry-after.ts'

const Accepted = Compile(
  Type.Object({
    messages: Type.Array(
      Type.Object({ id: Type.String({ minLength: 1 }), message_status: Type.Optional(Type.Unknown()) }),
      { minItems: 1 },
    ),
  }),
)
const Refused = Compile(Type.Object({ error: Type.Unknown() }))

/** Graph took the message and looks at it first: a status follows. */
const held = new Set<unknown>(['held_for_quality_assessment', 'paused'])

/** What an answer to a send came to. Graph's own errors speak for themselves, whatever the HTTP status. */
export function outcomeOfReply({ httpStatus, headers, json }: Reply): Outcome {
  const error = Refused.Check(json) ? graphErrorOf(json.error) : undefined
  // Graph's codes never repeat the HTTP status; the JSON errors of proxies and load balancers do.
  if (error && error.code !== httpStatus) return withDelay(outcomeOf(error, httpStatus), headers)

  if (isSuccess(httpStatus)) return sentOf(json)
  // A gateway in between lost sight of Graph: it may have passed the message on.
  if (httpStatus >= 500) return { type: 'unknown', cause: `http_${httpStatus}` }

  const supplierCode = `http_${httpStatus}`
  if (httpStatus === 429) {
    const throttled = {
      type: 'deferred',
      retry: 'throughput',
      status: 'server_rate_limit',
      supplierCode,
    } as const
    return withDelay(throttled, headers)
  }
  // A page of something that is not Graph: a proxy, a firewall, a wrong base URL. Graph did not see the message, and
  // the message is not to blame, so it must not fail. Nor is the account held: a firewall may dislike one text only.
  return withDelay(
    { type: 'deferred', retry: 'transient', status: 'failed_before_supplier', supplierCode },
    headers,
  )
}

function sentOf(json: unknown): Outcome {
  if (!Accepted.Check(json)) return { type: 'unknown', cause: 'no_message_id' }
  const sent: Outcome = { type: 'sent', supplierIds: json.messages.map(({ id }) => id) }
  if (json.messages.some(({ message_status }) => held.has(message_status))) sent.held = true
  return sent
}

function withDelay(outcome: Outcome, headers: Reply['headers']): Outcome {
  if (outcome.type !== 'deferred') return outcome
  const delay = retryAfterMs(outcome.retry, headers)
  return delay === undefined ? outcome : { ...outcome, retryAfterMs: delay }
}
