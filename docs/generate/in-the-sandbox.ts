import type { StatusName } from '@waypost/protocol'

/**
 * What provokes each status where the supplier is the sandbox: any message to a number, with what else it takes, or
 * something else altogether. `test/every-status-code.test.ts` does it.
 */
type Provoked = { to: string; and?: string } | { what: string }

const itsTimeEnds = 'once its validity ends'
const meanwhile = 'while it waits to be tried again'

export const inTheSandbox = {
  unknown: { what: 'a query for an id that no message has' },
  accepted: { what: 'any message behind one to `27997131042`, which holds its sender back' },
  queued: { to: '27996000137', and: meanwhile },
  queued_at_limit: { to: '27996000133', and: meanwhile },
  scheduled: { what: 'a message with `scheduledDeliveryTime`' },
  sent: { to: '27995000007' },
  delivered: { to: '27999000001', and: 'or any other without a fault' },
  read: { to: '27995000013' },

  expired: { to: '27996000020' },
  media_upload_expired: {
    what: 'a message with a file and the fault `upload 131000`, once its validity ends',
  },
  stopped_by_user: { to: '27996000021' },
  stopped_by_admin: { what: '`POST /admin/messages/{id}/stop` for a message that waits' },
  failed_before_supplier: { to: '27995000015', and: itsTimeEnds },
  refused_by_supplier: { to: '27997130497' },
  delivery_failed: { to: '27996000023' },
  emulated: { what: '`"mode": "emulated"` on the integration' },
  balance_lowered: { what: 'a balance that is lowered while the message waits' },
  volume_limit: { to: '27996000026', and: itsTimeEnds },
  volume_limit_daily: { what: 'a message beyond `limits.perDay` of the integration' },
  volume_limit_monthly: { what: 'a message beyond `limits.perMonth` of the integration' },
  not_on_channel_known: {
    what: 'the outcome `not_on_channel`, pinned to the recipient of a message that waits',
  },
  not_on_channel: { to: '27996000029' },
  encryption_access_denied: {
    what: 'a message whose `encryptionKey` is none that the integration’s `encryption.mtKey` wraps',
  },
  encryption_content_error: {
    what: 'a message with an `encryptionKey` of `waypost keys data-key`, and content that is not sealed',
  },
  media_not_found: { to: '27996000080' },
  media_size_error: { to: '27996000081' },
  media_checksum_failure: {
    what: 'a file that its client sealed, with the `sha256Hash` of another; or one whose bytes change in the gateway’s media folder while its message waits',
  },
  media_rejected: { to: '27996000083' },
  media_upload_failed: { what: 'a message with a file and the fault `upload 135000`' },
  media_metadata_error: { what: 'a file that was uploaded for another recipient' },
  media_access_error: { to: '27996000085', and: itsTimeEnds },
  payment_issue: { to: '27996000130', and: itsTimeEnds },
  reengagement_required: { to: '27996000131' },
  spam_rate_limit: { to: '27996000132', and: itsTimeEnds },
  server_rate_limit: { to: '27996000133', and: itsTimeEnds },
  template_not_available: { to: '27996000134' },
  template_parameter_count: { to: '27996000135' },
  template_missing: { to: '27996000136' },
  template_download_failed: { to: '27996000137', and: itsTimeEnds },
  template_pack_missing: { to: '27996000138' },
  experimental_number: { to: '27996000139' },
  template_text_too_long: { to: '27996000140' },
  template_format_mismatch: { to: '27996000141' },
  template_formatting_violated: { to: '27996000142' },
  template_media_unsupported: { to: '27996000143' },
  parameter_missing: { to: '27996000144' },
  parameter_invalid: { to: '27996000145' },
  parameter_not_required: { to: '27996000146' },
  template_url_invalid: { to: '27996000147' },
  template_phone_invalid: { to: '27996000148' },
  no_button_support: { to: '27996000149' },
} as const satisfies Record<StatusName, Provoked>

export function provokedBy(name: StatusName): string {
  const provoked: Provoked = inTheSandbox[name]
  if ('what' in provoked) return provoked.what
  return `a message to \`${provoked.to}\`${provoked.and ? `, ${provoked.and}` : ''}`
}
