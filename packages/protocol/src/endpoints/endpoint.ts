import type { Static, TSchema } from 'typebox'
import { type ReasonName, reasonNames, reasons } from '../reasons.ts'

/** The contract of one endpoint: the gateway implements it, the OpenAPI document and the SDK describe it. */
export interface Endpoint {
  /** Unique: the `operationId` of the OpenAPI document. */
  id: string
  /** Whose endpoint it is. Decides how errors look and which secret `Authorization` carries, if any. */
  surface: 'one' | 'legacy' | 'admin' | 'suppliers' | 'operations'
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Parameters in braces: `/v1/message/{apiMessageId}`. */
  path: string
  /** Other paths that are answered the same. */
  aliases?: readonly string[]
  summary: string
  description?: string
  parameters?: Record<string, Parameter>
  request?: Request
  /** By HTTP status. */
  answers: Record<number, Answer>
  /** Every reason it may refuse for. Each needs the answer of its HTTP status. */
  reasons?: readonly ReasonName[]
}

export interface Parameter {
  in: 'path' | 'query' | 'header'
  schema: TSchema
  description: string
  /** Those of the path always are. */
  required?: boolean
}

export interface Request {
  schema: TSchema
  /** `application/json` when absent. */
  contentType?: string
  examples?: Examples
}

export interface Answer {
  description: string
  /** Absent: no body. */
  schema?: TSchema
  /** `application/json` when absent. */
  contentType?: string
  examples?: Examples
}

/** By a short name; each passes the schema that it stands beside. */
export type Examples = Record<string, { summary?: string; value: unknown }>

/** Keeps the exact type, so that `RequestOf` and `AnswerOf` can be derived from it. */
export function endpoint<const E extends Endpoint>(contract: E): E {
  return contract
}

export type RequestOf<E extends Endpoint> = E['request'] extends { schema: infer S extends TSchema }
  ? Static<S>
  : undefined

export type AnswerOf<
  E extends Endpoint,
  HttpStatus extends keyof E['answers'],
> = E['answers'][HttpStatus] extends {
  schema: infer S extends TSchema
}
  ? Static<S>
  : undefined

/** What any call with an API key may be refused for. */
export const callReasons = [
  'api_key_invalid',
  'account_inactive',
  'integration_inactive',
  'ip_forbidden_by_account',
  'ip_forbidden_by_integration',
  'method_not_supported',
  'rate_limited',
  'internal_error',
  'store_unavailable',
] as const satisfies ReasonName[]

/** What a send may be refused for: any fault of a message, and these of the whole request. */
export const sendReasons: readonly ReasonName[] = [
  ...callReasons,
  'payload_malformed',
  'payload_too_big',
  'too_many_messages',
  'idempotency_conflict',
  ...reasonNames.filter((name) => reasons[name].level === 'message'),
]

export const idempotencyKey: Parameter = {
  in: 'header',
  schema: { type: 'string' },
  description:
    'Makes a send safe to repeat for 72 hours: the same key with the same body gets the first answer again, with another body an error.',
}
