/** One row of a published error table. */
export interface ErrorCode {
  httpStatus: number
  level: Level | 'both'
  wording: string
  /** Where the published answers word it differently. */
  onTheWire?: string
  /** Came after the comparison that both generations were published in; none of our reasons uses it yet. */
  since?: 'later'
}

/** Whether an error answers a whole request or one message of it. */
export type Level = 'global' | 'message'

export const oneErrorCodes = {
  1: { httpStatus: 401, level: 'global', wording: 'Invalid or missing integration API Key' },
  2: { httpStatus: 400, level: 'global', wording: 'Account is not active' },
  3: { httpStatus: 400, level: 'global', wording: 'Integration is not active' },
  7: { httpStatus: 401, level: 'global', wording: 'Originating IP address is not approved in your account' },
  18: { httpStatus: 500, level: 'both', wording: 'Internal error' },
  19: { httpStatus: 503, level: 'both', wording: 'Internal error, please retry' },
  20: { httpStatus: 402, level: 'message', wording: 'Insufficient account balance' },
  21: { httpStatus: 400, level: 'global', wording: 'Payload data is malformed' },
  22: { httpStatus: 400, level: 'global', wording: 'Maximum messages per request payload exceeded' },
  23: {
    httpStatus: 400,
    level: 'message',
    wording: 'Invalid or missing parameter: (parameter name)',
    onTheWire: 'Invalid or missing parameter: (parameter name) ',
  },
  24: { httpStatus: 400, level: 'message', wording: 'Maximum message content size exceeded' },
  25: { httpStatus: 400, level: 'message', wording: 'Invalid recipient address: (MSISDN)' },
  26: { httpStatus: 400, level: 'message', wording: 'Recipient opted out' },
  27: { httpStatus: 400, level: 'message', wording: 'Recipient not available on channel' },
  28: { httpStatus: 400, level: 'message', wording: 'Recipient not available on sandbox' },
  30: { httpStatus: 400, level: 'message', wording: 'Content type not supported' },
  31: { httpStatus: 400, level: 'message', wording: 'Media file size exceeds limit of xx MB' },
  32: { httpStatus: 400, level: 'message', wording: 'Media payload size exceeds limit of xx MB' },
  33: { httpStatus: 400, level: 'message', wording: 'Media item not found' },
  38: { httpStatus: 400, level: 'message', wording: 'Channel/feature is not active on integration' },
  39: { httpStatus: 400, level: 'message', wording: 'Channel is not available on integration' },
  40: { httpStatus: 400, level: 'message', wording: 'Character set is not supported: (charset)' },
  41: { httpStatus: 400, level: 'global', wording: 'Resource does not exist' },
  42: { httpStatus: 400, level: 'global', wording: 'HTTP method is not supported on this resource' },
  43: { httpStatus: 400, level: 'both', wording: 'Rate limit' },
  44: { httpStatus: 400, level: 'message', wording: 'FROM number is suspended' },
  45: { httpStatus: 400, level: 'message', wording: 'FROM number is not related to integration' },
  46: { httpStatus: 400, level: 'message', wording: 'Demo access has expired' },
  100: { httpStatus: 400, level: 'message', wording: 'Maximum message parts exceeded', since: 'later' },
  101: {
    httpStatus: 400,
    level: 'message',
    wording: 'Destination does not support two-way messaging',
    since: 'later',
  },
  110: {
    httpStatus: 400,
    level: 'message',
    wording: 'USA country limit: must use two-way integration',
    since: 'later',
  },
  111: {
    httpStatus: 400,
    level: 'message',
    wording: 'USA country limit: must enable STOP/SUBSCRIBE commands on integration',
    since: 'later',
  },
} as const satisfies Record<number, ErrorCode>

/** Codes of the One API that mean nothing yet. */
export const reservedOneErrorCodes = [29, 34, 35, 36, 37]

export const legacyErrorCodes = {
  1: { httpStatus: 401, level: 'global', wording: 'Invalid or missing Integration API Key' },
  2: { httpStatus: 202, level: 'global', wording: 'Integration is not active' },
  3: { httpStatus: 202, level: 'global', wording: 'Account is not active' },
  7: { httpStatus: 401, level: 'global', wording: 'IP lockdown violation' },
  100: { httpStatus: 202, level: 'message', wording: 'Empty message content' },
  101: { httpStatus: 202, level: 'message', wording: 'Message content is too long' },
  102: { httpStatus: 202, level: 'message', wording: 'Empty receivers list' },
  103: { httpStatus: 202, level: 'message', wording: 'Content type for media file is not supported' },
  104: { httpStatus: 202, level: 'message', wording: 'WhatsApp media file is too big' },
  105: { httpStatus: 202, level: 'global', wording: 'Request contains media files more than 20Mb in total' },
  106: { httpStatus: 202, level: 'message', wording: 'HSM is incorrect' },
  107: { httpStatus: 202, level: 'message', wording: 'SHA256 hash missing for encrypted media message' },
  108: {
    httpStatus: 202,
    level: 'message',
    wording: 'You have exceeded the allowed amount of whitelisted numbers',
  },
  109: {
    httpStatus: 202,
    level: 'global',
    wording: 'IP lockdown violation. Requests from %s is forbidden according to settings',
  },
  110: { httpStatus: 202, level: 'message', wording: 'Account exceeded daily quota' },
  111: { httpStatus: 202, level: 'message', wording: 'Client message id too long' },
  150: { httpStatus: 202, level: 'message', wording: 'Invalid country code found for the input phone: %s' },
  151: { httpStatus: 202, level: 'message', wording: 'Too long input phone: %s' },
  152: { httpStatus: 202, level: 'message', wording: 'Too short input phone: %s' },
  153: { httpStatus: 202, level: 'message', wording: 'Too many MSISDNs' },
  158: { httpStatus: 202, level: 'message', wording: 'Invalid destination address' },
  159: {
    httpStatus: 202,
    level: 'message',
    wording: 'Number %s is not approved WhatsApp number',
    onTheWire: 'Not approved WhatsApp number',
  },
  160: { httpStatus: 202, level: 'message', wording: 'Sandbox number without WhatsApp' },
  161: { httpStatus: 202, level: 'global', wording: 'Resource does not exist' },
  301: { httpStatus: 202, level: 'both', wording: 'Not enough money' },
  900: { httpStatus: 202, level: 'both', wording: 'Internal error' },
  901: { httpStatus: 202, level: 'both', wording: 'Internal error -please retry' },
} as const satisfies Record<number, ErrorCode>

export type OneErrorCode = keyof typeof oneErrorCodes
export type LegacyErrorCode = keyof typeof legacyErrorCodes
