import {
  type LegacyStatusCode,
  legacyStatusCodes,
  type OneStatusCode,
  oneStatusCodes,
} from './status-codes.ts'

/** What we say of an MT. A status with a rank is a rung of the ladder; one without is a failure. */
interface Status {
  one: OneStatusCode
  legacy: LegacyStatusCode
  rank?: number
  means: string
}

export const statuses = {
  unknown: {
    one: 1,
    legacy: 1,
    rank: 0,
    means: 'There is no such message. Only ever the answer to a query.',
  },
  accepted: { one: 2, legacy: 1001, rank: 1, means: 'Stored, and so promised.' },
  queued: { one: 2, legacy: 1002, rank: 1, means: 'Its turn in its lane came, and no supplier has it yet.' },
  queued_at_limit: { one: 2, legacy: 2, rank: 1, means: 'Waits because the supplier’s limit is reached.' },
  scheduled: { one: 3, legacy: 2, rank: 2, means: 'Waits for the time it was written for.' },
  sent: { one: 4, legacy: 3, rank: 3, means: 'The supplier has it.' },
  delivered: { one: 5, legacy: 4, rank: 4, means: 'It is on the handset.' },
  read: { one: 6, legacy: 27, rank: 5, means: 'It was opened.' },

  expired: { one: 20, legacy: 9, means: 'Its validity ended before it could be delivered.' },
  media_upload_expired: {
    one: 20,
    legacy: 2001,
    means: 'Its validity ended before its media reached the supplier.',
  },
  stopped_by_user: { one: 21, legacy: 11, means: 'The recipient stopped it.' },
  stopped_by_admin: { one: 22, legacy: 11, means: 'The operator stopped it.' },
  failed_before_supplier: { one: 23, legacy: 7, means: 'It failed before any supplier was asked.' },
  refused_by_supplier: { one: 23, legacy: 11, means: 'The supplier refused it.' },
  delivery_failed: { one: 23, legacy: 10, means: 'The supplier took it and could not deliver it.' },
  emulated: { one: 24, legacy: 1006, means: 'It was accepted for show and never sent.' },
  balance_lowered: {
    one: 25,
    legacy: 11,
    means: 'The balance was lowered after acceptance and no longer covers it.',
  },
  volume_limit: {
    one: 26,
    legacy: 11,
    means: 'The supplier’s limit of conversations or messages is used up.',
  },
  volume_limit_daily: { one: 27, legacy: 1005, means: 'The limit per day is used up.' },
  volume_limit_monthly: { one: 28, legacy: 1004, means: 'The limit per month is used up.' },
  not_on_channel_known: {
    one: 29,
    legacy: 12,
    means:
      'The operator pinned, after acceptance and before sending, that the recipient is not on the channel.',
  },
  not_on_channel: {
    one: 29,
    legacy: 28,
    means: 'The supplier says that the recipient is not on the channel.',
  },
  encryption_access_denied: {
    one: 60,
    legacy: 40,
    means:
      'The key service does not let us use the key, or could not be asked before the message’s time ran out.',
  },
  encryption_content_error: {
    one: 61,
    legacy: 41,
    means: 'The content, or its file, cannot be decrypted with its key, in whole or in part.',
  },
  media_not_found: { one: 80, legacy: 30, means: 'The file was gone when it was to be sent.' },
  media_size_error: { one: 81, legacy: 31, means: 'The file is larger than the supplier takes.' },
  media_checksum_failure: {
    one: 82,
    legacy: 32,
    means: 'The file does not have the hash that came with it.',
  },
  media_rejected: {
    one: 83,
    legacy: 33,
    means:
      'The supplier rejected the file; or its client sealed it, and opened it is not what it was said to be.',
  },
  media_upload_failed: {
    one: 83,
    legacy: 2000,
    means: 'The upload to the supplier failed without a known cause.',
  },
  media_metadata_error: { one: 84, legacy: 34, means: 'The file was uploaded for another recipient or use.' },
  media_access_error: { one: 85, legacy: 11, means: 'The file may not be opened.' },
  payment_issue: { one: 130, legacy: 11, means: 'The business’s account at WhatsApp has a payment problem.' },
  reengagement_required: {
    one: 131,
    legacy: 14,
    means: 'The 24-hour window is closed: only a template may be sent.',
  },
  spam_rate_limit: { one: 132, legacy: 15, means: 'WhatsApp takes the sender for a source of spam.' },
  server_rate_limit: { one: 133, legacy: 16, means: 'WhatsApp throttled it until its validity ended.' },
  template_not_available: { one: 134, legacy: 50, means: 'The template is paused or not approved.' },
  template_parameter_count: { one: 135, legacy: 50, means: 'The template has another number of parameters.' },
  template_missing: { one: 136, legacy: 50, means: 'There is no such template.' },
  template_download_failed: { one: 137, legacy: 50, means: 'The template could not be fetched.' },
  template_pack_missing: { one: 138, legacy: 50, means: 'The template does not exist in this language.' },
  experimental_number: { one: 139, legacy: 11, means: 'The recipient is part of an experiment of WhatsApp.' },
  template_text_too_long: { one: 140, legacy: 11, means: 'The template’s text is too long once filled in.' },
  template_format_mismatch: { one: 141, legacy: 11, means: 'The header is not of the template’s kind.' },
  template_formatting_violated: { one: 142, legacy: 11, means: 'A header parameter is formatted.' },
  template_media_unsupported: {
    one: 143,
    legacy: 11,
    means: 'The header’s file is of a type that templates do not take.',
  },
  parameter_missing: { one: 144, legacy: 11, means: 'The template needs a parameter that did not come.' },
  parameter_invalid: {
    one: 145,
    legacy: 11,
    means: 'A parameter of the template has a value that is not allowed.',
  },
  parameter_not_required: { one: 146, legacy: 11, means: 'The template has no such parameter.' },
  template_url_invalid: { one: 147, legacy: 11, means: 'A button’s URL is not valid once filled in.' },
  template_phone_invalid: { one: 148, legacy: 11, means: 'The phone number of a button is missing.' },
  no_button_support: { one: 149, legacy: 11, means: 'The handset shows no buttons.' },
} as const satisfies Record<string, Status>

export type StatusName = keyof typeof statuses

/** The keys of a literal are its type’s keys. */
export const statusNames = Object.keys(statuses) as StatusName[]

/** The status as the One API says it. */
export function oneStatus(name: StatusName): { code: number; status: string } {
  const code = statuses[name].one
  return { code, status: oneStatusCodes[code].status }
}

/** The status as the legacy API says it. */
export function legacyStatus(name: StatusName): { code: number; status: string } {
  const code = statuses[name].legacy
  return { code, status: legacyStatusCodes[code].status }
}

/**
 * Suppliers report late, twice and out of order; this decides what counts. The better rank wins, and any may be
 * skipped. A failure replaces every rank that is not a delivery, and yields only to one: a message that failed on one
 * of a person's devices may still reach another.
 */
export function mayBecome(from: StatusName, to: StatusName): boolean {
  if (from === to) return false
  const [now, next] = [rankOf(from), rankOf(to)]
  if (next === undefined) return now !== undefined && now < rank.delivered
  if (now === undefined) return next >= rank.delivered
  return next > now || (next === now && next === rank.accepted)
}

/** Whether the message's road has ended: it was read, or it failed. A late delivery may still correct a failure. */
export function isFinal(name: StatusName): boolean {
  return name === 'read' || rankOf(name) === undefined
}

const rank = { accepted: statuses.accepted.rank, delivered: statuses.delivered.rank }

function rankOf(name: StatusName): number | undefined {
  const status: Status = statuses[name]
  return status.rank
}
