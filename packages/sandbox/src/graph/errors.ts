import { otherErrors } from './other-errors.ts'

/** Meta's errors, as far as the sandbox has them: https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes */
export const graphErrors = {
  100: { title: 'Invalid parameter', httpStatus: 400 },
  131000: { title: 'Something went wrong', httpStatus: 500 },
  131008: { title: 'Required parameter is missing', httpStatus: 400 },
  131009: { title: 'Parameter value is not valid', httpStatus: 400 },
  131021: { title: 'Recipient cannot be sender', httpStatus: 400 },
  131026: { title: 'Message undeliverable', httpStatus: 400 },
  131051: { title: 'Unsupported message type', httpStatus: 400 },
  131053: { title: 'Media upload error', httpStatus: 400 },
  132000: { title: 'Number of parameters does not match the template', httpStatus: 400 },
  132001: { title: 'Template does not exist in the language', httpStatus: 404 },
  132005: { title: 'Filled-in text is too long', httpStatus: 400 },
  132007: { title: 'Character policy of templates is violated', httpStatus: 400 },
  132012: { title: 'Parameter format does not match the template', httpStatus: 400 },
  132015: { title: 'Template is paused', httpStatus: 400 },
  132016: { title: 'Template is disabled', httpStatus: 400 },
  190: { title: 'Invalid OAuth access token', httpStatus: 401 },
  2200: { title: 'Callback verification failed', httpStatus: 400 },
  2500: { title: 'Unknown path components', httpStatus: 400 },
} as const satisfies Record<number, { title: string; httpStatus: number }>

export type GraphErrorCode = keyof typeof graphErrors

const allErrors: Record<number, { title: string; httpStatus: number }> = { ...otherErrors, ...graphErrors }

/** Of any code that Meta may use, now or later. */
export function errorOf(code: number): { title: string; httpStatus: number } {
  return allErrors[code] ?? { title: 'Unknown error', httpStatus: 400 }
}

/** What the caller of the Graph API did wrong. */
export class GraphError extends Error {
  readonly code: number
  readonly details: string

  constructor(code: GraphErrorCode, details: string) {
    super(`(#${code}) ${errorOf(code).title}`)
    this.code = code
    this.details = details
  }

  get httpStatus(): number {
    return errorOf(this.code).httpStatus
  }
}

/** Meta's envelope. `type` is OAuthException whatever the fault. */
export function envelopeOf({ message, code, details }: GraphError, id: string) {
  return {
    error: {
      message,
      type: 'OAuthException',
      code,
      error_data: { messaging_product: 'whatsapp', details },
      fbtrace_id: `A${Buffer.from(id.slice(-32), 'hex').toString('base64url')}`,
    },
  }
}
