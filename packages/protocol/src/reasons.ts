import {
  type ErrorCode,
  type LegacyErrorCode,
  type Level,
  legacyErrorCodes,
  type OneErrorCode,
  oneErrorCodes,
} from './error-codes.ts'

/** Why a request or a message is refused: one row, both generations. */
interface Reason {
  level: Level
  one: OneErrorCode
  /** Absent where the legacy table has nothing for it: the One API's code is sent there too, which collides with none. */
  legacy?: LegacyErrorCode
  /** Where the answer, in both generations, leaves its code's HTTP status. */
  httpStatus?: number
  /** Where the legacy answer leaves the row's level or its code's HTTP status. */
  inLegacy?: { level?: Level; httpStatus?: number }
  /** What the wording names unless a subject is given. */
  names?: string
  /** What the subject is, where it is not a parameter's name. Code 23 then keeps to `names`. */
  subject?: 'number' | 'address' | 'charset' | 'megabytes'
  means: string
}

export const reasons = {
  api_key_invalid: {
    level: 'global',
    one: 1,
    legacy: 1,
    means: 'The API key is missing, unknown or revoked.',
  },
  account_inactive: { level: 'global', one: 2, legacy: 3, means: 'The account is switched off.' },
  integration_inactive: { level: 'global', one: 3, legacy: 2, means: 'The integration is switched off.' },
  ip_forbidden_by_account: {
    level: 'global',
    one: 7,
    legacy: 7,
    means: 'The account does not allow requests from this address.',
  },
  ip_forbidden_by_integration: {
    level: 'global',
    one: 7,
    legacy: 109,
    names: 'this address',
    subject: 'address',
    means: 'The integration does not allow requests from this address.',
  },
  internal_error: { level: 'global', one: 18, legacy: 900, means: 'A fault of the gateway; it is logged.' },
  // A 202 is the promise that something was kept, so this one answer leaves the legacy table.
  store_unavailable: {
    level: 'global',
    one: 19,
    legacy: 901,
    inLegacy: { httpStatus: 503 },
    means: 'Nothing can be stored at the moment, so nothing was accepted: send again.',
  },
  payload_malformed: {
    level: 'global',
    one: 21,
    means: 'The body is not JSON in UTF-8 with a list of messages.',
  },
  too_many_messages: {
    level: 'global',
    one: 22,
    legacy: 153,
    inLegacy: { level: 'message' },
    means: 'More messages in one request than are allowed.',
  },
  payload_too_big: {
    level: 'global',
    one: 32,
    legacy: 105,
    names: '30',
    subject: 'megabytes',
    means: 'The body is over 30 MB.',
  },
  resource_unknown: { level: 'global', one: 41, legacy: 161, means: 'There is no such path.' },
  media_unknown: {
    level: 'global',
    one: 41,
    legacy: 161,
    httpStatus: 404,
    inLegacy: { httpStatus: 202 },
    means: 'A download names a file that is not there, or not any more.',
  },
  method_not_supported: { level: 'global', one: 42, means: 'The path does not take this HTTP method.' },
  rate_limited: { level: 'global', one: 43, means: 'The integration is over its rate of requests.' },
  idempotency_conflict: {
    level: 'global',
    one: 23,
    httpStatus: 409,
    names: 'Idempotency-Key',
    means: 'The idempotency key was used with another body.',
  },

  balance_insufficient: {
    level: 'message',
    one: 20,
    legacy: 301,
    means: 'The balance does not cover the message.',
  },
  parameter_invalid: {
    level: 'message',
    one: 23,
    names: 'messages',
    means: 'A parameter is missing, has the wrong type or a value that is not allowed.',
  },
  content_empty: {
    level: 'message',
    one: 23,
    legacy: 100,
    names: 'content',
    means: 'The content is empty, or no text.',
  },
  content_too_long: {
    level: 'message',
    one: 24,
    legacy: 101,
    means: 'The text is longer than the channel carries.',
  },
  recipient_missing: {
    level: 'message',
    one: 23,
    legacy: 102,
    names: 'to',
    means: 'There is no recipient.',
  },
  recipient_invalid: {
    level: 'message',
    one: 23,
    legacy: 158,
    names: 'to',
    subject: 'number',
    means: 'The recipient is not a text of digits.',
  },
  recipient_too_short: {
    level: 'message',
    one: 23,
    legacy: 152,
    names: 'to',
    subject: 'number',
    means: 'The recipient is too short for its country.',
  },
  recipient_too_long: {
    level: 'message',
    one: 23,
    legacy: 151,
    names: 'to',
    subject: 'number',
    means: 'The recipient is too long for its country.',
  },
  country_code_invalid: {
    level: 'message',
    one: 25,
    legacy: 150,
    names: 'to',
    subject: 'number',
    means: 'The recipient begins with no known country code.',
  },
  opted_out: {
    level: 'message',
    one: 26,
    means: 'The recipient does not want messages of this integration.',
  },
  not_opted_in: {
    level: 'message',
    one: 26,
    means: 'The integration requires opting in, and the recipient neither wrote to it nor is recorded.',
  },
  not_on_channel: {
    level: 'message',
    one: 27,
    legacy: 159,
    means: 'The recipient cannot be reached on the channel.',
  },
  not_on_sandbox: {
    level: 'message',
    one: 28,
    legacy: 160,
    means: 'The integration is in sandbox mode, and does not list the recipient.',
  },
  test_numbers_exceeded: {
    level: 'message',
    one: 28,
    legacy: 108,
    means: 'The integration lists more recipients than the account allows.',
  },
  account_daily_quota: {
    level: 'message',
    one: 43,
    legacy: 110,
    means: 'The account has sent its number of messages for today.',
  },
  content_type_not_supported: {
    level: 'message',
    one: 30,
    legacy: 103,
    means: 'The channel does not carry this kind of content.',
  },
  media_too_big: {
    level: 'message',
    one: 31,
    legacy: 104,
    names: '20',
    subject: 'megabytes',
    means: 'The file is over the limit.',
  },
  media_not_found: {
    level: 'message',
    one: 33,
    means: 'The file is unknown, has expired or belongs to another sender.',
  },
  hsm_incorrect: {
    level: 'message',
    one: 23,
    legacy: 106,
    names: 'hsm',
    means: 'The hsm object is not complete, or has more than it should.',
  },
  sha256_missing: {
    level: 'message',
    one: 23,
    legacy: 107,
    names: 'sha256Hash',
    means: 'A file that its client sealed came without its hash.',
  },
  client_message_id_too_long: {
    level: 'message',
    one: 23,
    legacy: 111,
    names: 'clientMessageId',
    means: 'The clientMessageId is too long.',
  },
  channel_inactive: {
    level: 'message',
    one: 38,
    means: 'The channel or the feature is switched off on the integration.',
  },
  channel_not_linked: { level: 'message', one: 39, means: 'The integration has no sender on the channel.' },
  charset_not_supported: {
    level: 'message',
    one: 40,
    names: 'charset',
    subject: 'charset',
    means: 'The channel does not carry this character set.',
  },
  sender_suspended: { level: 'message', one: 44, means: 'The sender is suspended.' },
  sender_foreign: {
    level: 'message',
    one: 45,
    means: 'The message names a sender that is not the integration’s own.',
  },
  demo_expired: { level: 'message', one: 46, means: 'The integration’s demo access has ended.' },
} as const satisfies Record<string, Reason>

export type ReasonName = keyof typeof reasons

/** The keys of a literal are its type’s keys. */
export const reasonNames = Object.keys(reasons) as ReasonName[]

export interface OneError {
  code: number
  httpStatus: number
  level: Level
  description: string
}

export interface LegacyError {
  errorCode: number
  httpStatus: number
  level: Level
  error: string
}

/** The reason as the One API answers it. `subject` is what the wording names: a parameter, a number, a limit. */
export function oneError(name: ReasonName, subject?: string): OneError {
  const reason: Reason = reasons[name]
  const { httpStatus } = oneErrorCodes[reason.one]
  const description = worded(oneErrorCodes[reason.one], reason, subject)
  return { code: reason.one, httpStatus: reason.httpStatus ?? httpStatus, level: reason.level, description }
}

/** The reason as the legacy API answers it. */
export function legacyError(name: ReasonName, subject?: string): LegacyError {
  const reason: Reason = reasons[name]
  const code: ErrorCode =
    reason.legacy === undefined ? oneErrorCodes[reason.one] : legacyErrorCodes[reason.legacy]
  const httpStatus = reason.legacy === undefined ? 202 : code.httpStatus
  return {
    errorCode: reason.legacy ?? reason.one,
    httpStatus: reason.inLegacy?.httpStatus ?? reason.httpStatus ?? httpStatus,
    level: reason.inLegacy?.level ?? reason.level,
    error: worded(code, reason, subject),
  }
}

function worded(code: ErrorCode, { names, subject: kind }: Reason, subject: string | undefined): string {
  // What the caller wrote may be megabytes; what it takes to recognize it is not.
  const given = subject?.slice(0, 100)
  const parameter = (kind ? undefined : given) ?? names
  const words = (code.onTheWire ?? code.wording)
    // By functions: in a plain replacement, `$&` from a caller would mean something.
    .replace('(parameter name)', (placeholder) => parameter ?? placeholder)
    .replace(/\(MSISDN\)|\(charset\)|\bxx\b|%s/, (placeholder) => given ?? names ?? placeholder)
  return `${words}.`
}
