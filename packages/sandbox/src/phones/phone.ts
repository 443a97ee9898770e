import { type Static, Type } from 'typebox'

const number = Type.String({ pattern: '^[1-9][0-9]{2,19}$' })

/** What can be set on a phone. */
export const PhoneSettings = Type.Object({
  /** The name businesses see. */
  profileName: Type.String({ maxLength: 512 }),
  onWhatsApp: Type.Boolean(),
  /** A phone that is off holds messages at one tick. */
  online: Type.Boolean(),
  /** Reads each message as it arrives. */
  autoRead: Type.Boolean(),
  deliverAfterMs: Type.Integer({ minimum: 0, maximum: 7 * 24 * 3_600_000 }),
  /** Business numbers this person does not want to hear from. */
  blocked: Type.Array(number, { maxItems: 1_000 }),
  /** Without, the person goes by username: webhooks carry the user id only. */
  hasNumber: Type.Boolean(),
  /** What the person answers to each message that arrives; null is nothing. */
  autoReply: Type.Union([Type.String({ minLength: 1, maxLength: 4_096 }), Type.Null()]),
})

export type PhoneSettings = Static<typeof PhoneSettings>

export interface Phone extends PhoneSettings {
  readonly msisdn: string
  /** Meta's business-scoped user id (BSUID) of the person. */
  readonly userId: string
}

/** Any number nobody spoke of yet is such a phone. */
export function defaultPhone(msisdn: string): Phone {
  return {
    msisdn,
    userId: userIdOf(msisdn),
    profileName: `Phone ${msisdn.slice(-4)}`,
    onWhatsApp: true,
    online: true,
    autoRead: false,
    deliverAfterMs: 0,
    blocked: [],
    hasNumber: true,
    autoReply: null,
  }
}

export function isMsisdn(text: string): boolean {
  return /^[1-9]\d{2,19}$/.test(text)
}

/** A large prime, so that a user id looks nothing like the number and leads back to it without being stored. */
const scale = 982_451_653n

function userIdOf(msisdn: string): string {
  return `US.${BigInt(msisdn) * scale}`
}

/** The number behind a user id; undefined when it is none of ours. */
export function msisdnOf(userId: string): string | undefined {
  const digits = /^US\.(\d{1,40})$/.exec(userId)?.[1]
  if (!digits || BigInt(digits) % scale !== 0n) return undefined
  const msisdn = String(BigInt(digits) / scale)
  return isMsisdn(msisdn) ? msisdn : undefined
}
