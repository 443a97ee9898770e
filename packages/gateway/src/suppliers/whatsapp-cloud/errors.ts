import type { StatusName } from '@waypost/protocol'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { DlrReport, Outcome, Retry } from '../../core/message.ts'

/**
 * What follows an error. `never`, `fix` and `after-24h` are final: nothing can help, the business must change something,
 * the business may try again another day. `registration` belongs to setting a number up; should a send meet it, the
 * account is not ready, and it waits like `hold-account`. The others are the ways of trying again.
 */
type Policy = Retry | 'never' | 'fix' | 'after-24h' | 'registration'

interface MetaError {
  /** Meta's name of it, for people: Meta says to build on the codes. */
  title: string
  policy: Policy
  /** Absent: `refused_by_supplier` in the answer to a send, `delivery_failed` in a report. */
  status?: StatusName
  /** Codes that Meta uses for several faults: the first expression that fits its lower-cased words decides. */
  details?: [RegExp, StatusName][]
  /** How often a fault that may be the message's own is tried again; else as its policy says. */
  repeats?: number
}

/** Meta's errors, as https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes and experience have them. */
export const metaErrors: Record<number, MetaError> = {
  0: { title: 'AuthException', policy: 'hold-credential' },
  1: { title: 'API unknown', policy: 'transient', repeats: 2 },
  2: { title: 'API service', policy: 'transient' },
  3: { title: 'API Method', policy: 'hold-credential' },
  4: { title: 'Too many API calls', policy: 'api-quota', status: 'server_rate_limit' },
  10: { title: 'Permission denied', policy: 'hold-credential' },
  17: { title: 'User request limit reached', policy: 'api-quota', status: 'server_rate_limit' },
  33: { title: 'Parameter value not valid', policy: 'hold-account' },
  100: {
    title: 'Invalid parameter',
    policy: 'fix',
    status: 'parameter_invalid',
    details: [
      [/media object not found|no longer available|media id|unsupported get request/, 'media_not_found'],
      [/must be a file with one of the following types|mime|content-type/, 'media_rejected'],
      [/too large|file size|exceeds/, 'media_size_error'],
      [/unexpected key|not allowed|extra param/, 'parameter_not_required'],
      [/is required|missing/, 'parameter_missing'],
      [/not a whatsapp phone number|not in (the )?allowed list/, 'not_on_channel'],
    ],
  },
  104: { title: 'Access token missing', policy: 'hold-credential' },
  190: { title: 'Access token expired', policy: 'hold-credential' },
  368: { title: 'Temporarily blocked for policy violations', policy: 'hold-account' },
  506: { title: 'Duplicate post', policy: 'never' },
  613: { title: 'Call limit of this API exceeded', policy: 'api-quota', status: 'server_rate_limit' },
  80007: { title: 'Account rate limit', policy: 'api-quota', status: 'server_rate_limit' },
  80008: {
    title: 'Too many calls to this WhatsApp Business account',
    policy: 'api-quota',
    status: 'server_rate_limit',
  },
  130429: { title: 'Rate limit hit', policy: 'throughput', status: 'server_rate_limit' },
  130472: { title: 'Number is part of an experiment', policy: 'after-24h', status: 'experimental_number' },
  130497: { title: 'Restricted from messaging this country', policy: 'never' },
  131000: { title: 'Something went wrong', policy: 'transient' },
  131001: { title: 'Message too long', policy: 'fix', status: 'parameter_invalid' },
  131002: { title: 'Invalid recipient type', policy: 'fix', status: 'parameter_invalid' },
  131005: { title: 'Access denied', policy: 'hold-credential' },
  131006: { title: 'Resource not found', policy: 'fix', status: 'parameter_invalid' },
  131008: { title: 'Required parameter missing', policy: 'fix', status: 'parameter_missing' },
  131009: {
    title: 'Parameter value not valid',
    policy: 'fix',
    status: 'parameter_invalid',
    details: [
      [/media.*(not found|expired)|object .* does not exist/, 'media_not_found'],
      [/unsupported.*(media|mime)|mime/, 'media_rejected'],
    ],
  },
  131010: { title: 'Parameter not required', policy: 'fix', status: 'parameter_not_required' },
  131016: { title: 'Service unavailable', policy: 'transient' },
  131021: { title: 'Recipient cannot be sender', policy: 'never', status: 'parameter_invalid' },
  131026: {
    title: 'Message undeliverable',
    policy: 'never',
    status: 'not_on_channel',
    details: [[/button/, 'no_button_support']],
  },
  131030: { title: 'Recipient not in allowed list', policy: 'never', status: 'not_on_channel' },
  131031: { title: 'Account locked', policy: 'hold-account' },
  131037: { title: 'Display name not approved', policy: 'hold-account' },
  131042: { title: 'Payment issue', policy: 'hold-account', status: 'payment_issue' },
  131043: { title: 'Message expired', policy: 'never', status: 'expired' },
  131044: { title: 'Payment issue (calling)', policy: 'hold-account', status: 'payment_issue' },
  131045: { title: 'Incorrect certificate', policy: 'hold-account' },
  131047: { title: 'Re-engagement message', policy: 'never', status: 'reengagement_required' },
  131048: { title: 'Spam rate limit hit', policy: 'hold-account', status: 'spam_rate_limit' },
  131049: { title: 'Meta chose not to deliver', policy: 'after-24h' },
  131050: { title: 'User stopped marketing messages', policy: 'never', status: 'stopped_by_user' },
  131051: { title: 'Unsupported message type', policy: 'fix', status: 'parameter_invalid' },
  131052: {
    title: 'Media download error',
    policy: 'transient',
    repeats: 2,
    status: 'media_access_error',
    details: [
      [/404|not found|410|expired/, 'media_not_found'],
      [/size|too large/, 'media_size_error'],
      [/type|mime|format/, 'media_rejected'],
    ],
  },
  131053: {
    title: 'Media upload error',
    policy: 'transient',
    repeats: 1,
    status: 'media_rejected',
    details: [
      [/size|too large|exceed/, 'media_size_error'],
      [/404|not found|download.*fail|unable to (fetch|download)/, 'media_not_found'],
      [/403|401|forbidden|access/, 'media_access_error'],
      [/template.*(type|mime|format)/, 'template_media_unsupported'],
    ],
  },
  131055: { title: 'Method not allowed', policy: 'fix', status: 'parameter_invalid' },
  131056: { title: 'Pair rate limit hit', policy: 'pair', status: 'server_rate_limit' },
  131057: { title: 'Account in maintenance mode', policy: 'maintenance' },
  131062: { title: 'BSUID recipient not supported', policy: 'never', status: 'parameter_invalid' },
  131063: {
    title: 'Marketing templates disabled on Cloud API',
    policy: 'hold-account',
    status: 'template_not_available',
  },
  131064: {
    title: 'Messaging limit reached (template classification violations)',
    policy: 'hold-account',
    status: 'volume_limit',
  },
  132000: { title: 'Template parameter count mismatch', policy: 'fix', status: 'template_parameter_count' },
  132001: { title: 'Template does not exist', policy: 'fix', status: 'template_missing' },
  132002: { title: 'Template fetch failed', policy: 'transient', status: 'template_download_failed' },
  132003: { title: 'Template pack missing', policy: 'fix', status: 'template_pack_missing' },
  132004: { title: 'Template parameter too long', policy: 'fix', status: 'template_text_too_long' },
  132005: { title: 'Hydrated text too long', policy: 'fix', status: 'template_text_too_long' },
  132006: { title: 'White-space policy violated', policy: 'fix', status: 'template_formatting_violated' },
  132007: { title: 'Character policy violated', policy: 'fix', status: 'template_formatting_violated' },
  132008: {
    title: 'Template parameter value invalid',
    policy: 'fix',
    status: 'template_format_mismatch',
    details: [[/media|image|video|document|mime/, 'template_media_unsupported']],
  },
  132009: { title: 'Required component missing', policy: 'fix', status: 'parameter_missing' },
  132010: { title: 'Template URL invalid', policy: 'fix', status: 'template_url_invalid' },
  132011: { title: 'Template phone number invalid', policy: 'fix', status: 'template_phone_invalid' },
  132012: {
    title: 'Parameter format mismatch',
    policy: 'fix',
    status: 'template_format_mismatch',
    details: [
      [/mime|unsupported media/, 'template_media_unsupported'],
      [/url/, 'template_url_invalid'],
    ],
  },
  132013: { title: 'Buttons not supported by receiver', policy: 'never', status: 'no_button_support' },
  132015: { title: 'Template paused', policy: 'fix', status: 'template_not_available' },
  132016: { title: 'Template disabled', policy: 'fix', status: 'template_not_available' },
  132018: { title: 'Template validation error', policy: 'fix', status: 'parameter_invalid' },
  132068: { title: 'Flow blocked', policy: 'fix', status: 'template_not_available' },
  132069: { title: 'Flow throttled', policy: 'fix', status: 'template_not_available' },
  133000: { title: 'Incomplete deregistration', policy: 'registration' },
  133004: { title: 'Server temporarily unavailable', policy: 'transient' },
  133005: { title: 'PIN mismatch', policy: 'registration' },
  133006: { title: 'Re-verification needed', policy: 'registration' },
  133008: { title: 'Too many PIN guesses', policy: 'registration' },
  133009: { title: 'PIN guessed too fast', policy: 'registration' },
  133010: { title: 'Number not registered', policy: 'hold-account' },
  133015: { title: 'Number was just deleted', policy: 'registration' },
  133016: { title: 'Register/deregister limit exceeded', policy: 'registration' },
  134011: { title: 'Payments terms not accepted', policy: 'hold-account', status: 'payment_issue' },
  134100: { title: 'Only marketing messages supported', policy: 'fix', status: 'parameter_invalid' },
  134101: { title: 'Template still syncing', policy: 'template-sync', status: 'template_not_available' },
  134102: { title: 'Template unavailable', policy: 'fix', status: 'template_not_available' },
  135000: { title: 'Generic user error', policy: 'fix' },
  137000: { title: 'Identity key mismatch', policy: 'never' },
  2494100: { title: 'Number in maintenance mode', policy: 'maintenance' },
}

/** 200 to 299, all of them. */
export const permissionMissing: MetaError = { title: 'API permission', policy: 'hold-credential' }

/** An error as Graph writes it, in the answer to a call and in a failed status alike. */
export interface GraphError {
  code: number
  /** Details and message, lower-cased. */
  words: string
  isTransient: boolean
}

// Only the code has to be right: everything else may be missing or odd, and the error still counts.
const Shape = Compile(
  Type.Object({
    code: Type.Integer(),
    message: Type.Optional(Type.Unknown()),
    is_transient: Type.Optional(Type.Unknown()),
    error_data: Type.Optional(Type.Unknown()),
  }),
)
const Details = Compile(Type.Object({ details: Type.String() }))

/** Undefined where it is not one of Graph's errors. */
export function graphErrorOf(value: unknown): GraphError | undefined {
  if (!Shape.Check(value)) return undefined
  const { code, message, is_transient, error_data } = value
  const details = Details.Check(error_data) ? error_data.details : ''
  const words = `${details} ${typeof message === 'string' ? message : ''}`.toLowerCase()
  return { code, words, isTransient: is_transient === true }
}

/** What a refused send came to. A Graph error says that the message was not accepted, so it is never `unknown`. */
export function outcomeOf(error: GraphError, httpStatus: number): Outcome {
  const { retry, repeats, status = 'refused_by_supplier' } = judge(error, httpStatus >= 500)
  const supplierCode = String(error.code)
  if (retry) return { type: 'deferred', retry, status, supplierCode, ...repeats }
  return { type: 'failed', status, supplierCode }
}

/** What a failed status says. Meta gives a reason with each; one we cannot read is still a failure. */
export function reportOf(error: GraphError | undefined): DlrReport {
  if (!error) return { type: 'failed', status: 'delivery_failed' }
  const { retry, repeats, status = 'delivery_failed' } = judge(error, false)
  const failed = {
    type: 'failed',
    status,
    supplierCode: String(error.code),
    ...(isOfFile(status) && { fileUnusable: true }),
  } as const
  return retry ? { ...failed, retry, ...repeats } : failed
}

/** Whether a fault is of the file that a message carries: Meta lost it, could not read it, does not like it. */
export const isOfFile = (status: StatusName): boolean => status.includes('media_')

function judge({ code, words, isTransient }: GraphError, serverFault: boolean): Judgement {
  const row = code >= 200 && code <= 299 ? permissionMissing : metaErrors[code]
  // A code that is new to us: Meta says whether it may pass; where it does not, trying again would be guessing.
  if (!row) return { retry: serverFault || isTransient ? 'transient' : undefined, status: undefined }
  const status = row.details?.find(([pattern]) => pattern.test(words))?.[1] ?? row.status
  const repeats = row.repeats === undefined ? {} : { repeats: row.repeats }
  return { retry: retryOf(row.policy), status, repeats }
}

interface Judgement {
  retry: Retry | undefined
  status: StatusName | undefined
  repeats?: { repeats?: number }
}

function retryOf(policy: Policy): Retry | undefined {
  switch (policy) {
    case 'never':
    case 'fix':
    case 'after-24h':
      return undefined
    case 'registration':
      return 'hold-account'
    default:
      return policy
  }
}
