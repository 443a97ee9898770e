import { validatePhoneNumberLength } from 'libphonenumber-js'
import type { Refusal } from './message.ts'

type Flaw = Extract<
  Refusal['reason'],
  'recipient_invalid' | 'recipient_too_short' | 'recipient_too_long' | 'country_code_invalid'
>

const flaws = {
  NOT_A_NUMBER: 'recipient_invalid',
  INVALID_LENGTH: 'recipient_invalid',
  TOO_SHORT: 'recipient_too_short',
  TOO_LONG: 'recipient_too_long',
  INVALID_COUNTRY: 'country_code_invalid',
} as const satisfies Record<NonNullable<ReturnType<typeof validatePhoneNumberLength>>, Flaw>

/** E.164 allows 15 digits; what is longer is not worth parsing. */
const longest = 15
const remembered = 10_000

/**
 * What keeps a recipient from being a possible number in international form, digits only. Possible, not valid: number
 * plans change faster than any table of them. A number that people write from can be written to. A business writes to the same people again, so answers are remembered.
 */
export function phoneNumberCheck(): (to: string) => Flaw | undefined {
  const known = new Map<string, Flaw | undefined>()
  return (to) => {
    if (!/^\d+$/.test(to)) return 'recipient_invalid'
    if (to.length > longest) return 'recipient_too_long'
    if (known.has(to)) return known.get(to)
    const flaw = validatePhoneNumberLength(`+${to}`) && validatePhoneNumberLength(`+${calledNumber(to)}`)
    if (known.size >= remembered) known.clear()
    known.set(to, flaw && flaws[flaw])
    return flaw && flaws[flaw]
  }
}

/**
 * Countries in which WhatsApp may know a person by a number with one digit more or less than the one they are called by:
 * Brazil's ninth digit, Mexico's 1, Argentina's 9.
 */
const oneDigitMore = /^(55\d\d)9(?=\d{8}$)|^(52)1(?=\d{10}$)|^(54)9(?=\d{10}$)/

/** The number that a person is called by, whichever of the two this is. */
export const calledNumber = (person: string): string => person.replace(oneDigitMore, '$1$2$3')

const oneDigitLess = /^(55\d\d)(?=\d{8}$)|^52(?=\d{10}$)|^54(?=\d{10}$)/

/** Each number that a person may have written under, where this is one of them. */
export function numbersOf(person: string): string[] {
  const short = calledNumber(person)
  const long = short.replace(oneDigitLess, (country) => country + (country === '52' ? '1' : '9'))
  return [...new Set([person, short, long])]
}
