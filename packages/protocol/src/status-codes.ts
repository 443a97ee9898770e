/** One row of a published status table. */
export interface StatusCode {
  status: string
  details?: string
  /** Came after the comparison that both generations were published in; none of our statuses uses it yet. */
  since?: 'later'
}

/** Code 1 is printed as `UNKOWN` in both published tables; on the wire it always was `UNKNOWN`. */
export const oneStatusCodes = {
  1: { status: 'UNKNOWN', details: 'Message not found' },
  2: { status: 'QUEUED', details: 'Queued' },
  3: { status: 'SCHEDULED', details: 'Scheduled for later delivery' },
  4: { status: 'SENT_TO_SUPPLIER', details: 'Sent to supplier' },
  5: { status: 'DEVICE_ACK', details: 'Device acknowledged delivery' },
  6: { status: 'READ', details: 'Read receipt' },
  20: { status: 'EXPIRED', details: 'Message has expired' },
  21: { status: 'STOPPED_BY_USER', details: 'Message stopped by user' },
  22: { status: 'STOPPED_BY_ADMIN', details: 'Message stopped by admin' },
  23: { status: 'DELIVERY_FAILURE', details: 'Error delivering message' },
  24: { status: 'EMULATED', details: 'Emulated' },
  25: { status: 'INSUFFICIENT_ACCOUNT_BALANCE', details: 'Insufficient account balance' },
  26: { status: 'VOLUME_LIMIT', details: 'Volume limit exceeded' },
  27: { status: 'VOLUME_LIMIT_DAILY', details: 'Daily volume limit exceeded' },
  28: { status: 'VOLUME_LIMIT_MONTHLY', details: 'Monthly volume limit exceeded' },
  29: { status: 'RECIPIENT_DOES_NOT_EXIST', details: 'Recipient does not exist on channel' },
  60: { status: 'ENCRYPTION_ACCESS_DENIED', details: 'Security access denied' },
  61: { status: 'ENCRYPTION_CONTENT_ERROR', details: 'Content decryption failed' },
  80: { status: 'MEDIA_NOT_FOUND', details: 'Media not found' },
  81: { status: 'MEDIA_SIZE_ERROR', details: 'Media size error' },
  82: { status: 'MEDIA_CHECKSUM_FAILURE', details: 'Media checksum failure' },
  83: { status: 'MEDIA_REJECTED_BY_SUPPLIER', details: 'Channel supplier rejected media file' },
  84: {
    status: 'MEDIA_METADATA_ERROR',
    details: 'Metadata for the media file was not found or does not match the message request',
  },
  85: {
    status: 'MEDIA_ACCESS_ERROR',
    details: 'An access/permissions-related error occurred when handling the media file',
  },
  100: { status: 'ROUTING_ERROR', details: 'Routing error', since: 'later' },
  130: { status: 'WHATSAPP_ACCOUNT_PAYMENT_ISSUE', details: 'WhatsApp account payment issue' },
  131: { status: 'WHATSAPP_RE_ENGAGEMENT_REQUIRED', details: 'Re-engagement required' },
  132: { status: 'WHATSAPP_SPAM_RATE_LIMIT_REACHED', details: 'Spam rate limit reached' },
  133: { status: 'WHATSAPP_SERVER_RATE_LIMIT', details: 'WhatsApp server rate limit' },
  134: { status: 'WHATSAPP_HSM_NOT_AVAILABLE', details: 'WhatsApp HSM request structure not available' },
  135: { status: 'WHATSAPP_HSM_PARAM_COUNT_MISMATCH' },
  136: { status: 'WHATSAPP_HSM_IS_MISSING' },
  137: { status: 'WHATSAPP_HSM_DOWNLOAD_FAILED' },
  138: { status: 'WHATSAPP_HSM_PACK_IS_MISSING' },
  139: {
    status: 'WHATSAPP_EXPERIMENTAL_NUMBER',
    details: 'Non-delivery due to WhatsApp experimental number feature',
  },
  140: {
    status: 'WHATSAPP_TEMPLATE_TEXT_TOO_LONG',
    details: 'Length of the parameters and the template text exceeds the maximum allowed length',
  },
  141: {
    status: 'WHATSAPP_TEMPLATE_FORMAT_MISMATCH',
    details: 'Specified template header format not in the expected format',
  },
  142: {
    status: 'WHATSAPP_TEMPLATE_FORMATTING_POLICY_VIOLATED',
    details: 'Template header parameter formatting not allowed (bold, italics, etc.)',
  },
  143: {
    status: 'WHATSAPP_TEMPLATE_MEDIA_FORMAT_UNSUPPORTED',
    details: 'Correct media type used in template, but mime type is unsupported',
  },
  144: { status: 'WHATSAPP_PARAMETER_MISSING', details: 'Required parameter is missing for this message' },
  145: { status: 'WHATSAPP_PARAMETER_INVALID', details: 'A message parameter contains an invalid value' },
  146: {
    status: 'WHATSAPP_PARAMETER_NOT_REQUIRED',
    details: 'A parameter was specified for the message that is not required',
  },
  147: {
    status: 'WHATSAPP_TEMPLATE_INVALID_URL',
    details: 'Invalid hydrated URL received in template message',
  },
  148: {
    status: 'WHATSAPP_TEMPLATE_INVALID_PHONE_NUMBER',
    details: 'Phone number in template message is missing',
  },
  149: {
    status: 'WHATSAPP_TEMPLATE_RECEIVER_NO_BUTTON_SUPPORT',
    details: 'End-user device does not support buttons',
  },
} as const satisfies Record<number, StatusCode>

export const legacyStatusCodes = {
  1: { status: 'UNKNOWN', details: 'Unknown status' },
  2: { status: 'QUEUED', details: 'Message is queued for delivery' },
  3: {
    status: 'DELIVERED_TO_GATEWAY',
    details: 'Message has been submitted to WhatsApp server (one checkmark on handset)',
  },
  4: { status: 'RECEIVED_BY_RECIPIENT', details: 'Message delivered to recipient (two checkmarks)' },
  7: { status: 'FAILED', details: 'Message failed to send' },
  9: {
    status: 'UNDELIVERED',
    details: 'Message expired before it could be delivered to the business WhatsApp client application',
  },
  10: {
    status: 'WHATSAPP_DELIVERY_FAILED',
    details: 'WhatsApp accepted the message, but could not deliver the message',
  },
  11: { status: 'FAILED', details: 'Message failed to send' },
  12: { status: 'UNKNOWN_USER', details: 'The MSISDN is not on the WhatsApp network' },
  14: {
    status: 'REENGAGEMENT_REQUIRED',
    details:
      'Non-Message Template message sent more than 24 hours after the customer last messaged the business',
  },
  15: {
    status: 'SPAM_RATE_LIMIT',
    details: 'Message blocked due to spam rate limit being hit on the WhatsApp server',
  },
  16: { status: 'WHATSAPP_SERVER_THROTTLING', details: 'Message throttled by the WhatsApp server' },
  27: { status: 'READ', details: 'Message read by recipient (two blue checkmarks)' },
  28: { status: 'UNKNOWN_USER', details: 'The MSISDN is not on the WhatsApp network' },
  30: { status: 'ERROR_WITH_MESSAGE', details: 'Media not found' },
  31: { status: 'ERROR_WITH_MESSAGE', details: 'Media size error' },
  32: { status: 'ERROR_WITH_MESSAGE', details: 'Media checksum failure' },
  33: { status: 'ERROR_WITH_MESSAGE', details: 'The media file upload was rejected by the WhatsApp network' },
  34: {
    status: 'ERROR_WITH_MESSAGE',
    details: 'Metadata for the media file was not found or does not match the message request',
  },
  40: { status: 'ERROR_WITH_MESSAGE', details: 'Security access denied' },
  41: { status: 'ERROR_WITH_MESSAGE', details: 'Invalid content' },
  50: { status: 'HSM_NOT_AVAILABLE', details: 'The requested structure is not available' },
  1001: { status: 'QUEUED', details: 'Message accepted by MC2' },
  1002: { status: 'QUEUED', details: 'Message accepted by MC2' },
  1004: { status: 'VOLUME_LIMIT_EXCEED', details: 'Monthly sandbox quota exceeded' },
  1005: { status: 'VOLUME_LIMIT_EXCEED', details: 'Daily sandbox quota exceeded' },
  1006: { status: 'EMULATED', details: 'EMULATED' },
  2000: { status: 'MEDIA_FILE_UPLOAD_FAILED', details: 'Upload of media file has failed' },
  2001: { status: 'MEDIA_FILE_UPLOAD_EXPIRED', details: 'Upload of media file has expired' },
} as const satisfies Record<number, StatusCode>

export type OneStatusCode = keyof typeof oneStatusCodes
export type LegacyStatusCode = keyof typeof legacyStatusCodes
