/**
 * What stands for a person who shows the supplier's user id and no number: digits that no phone number has (no country
 * code is 999), lasting, so that the business can answer them as it answers anybody.
 */
export const aliasDigits = (place: bigint): string => `999${place.toString().padStart(12, '0')}`

export const mayBeAlias = (digits: string): boolean => /^999\d{12}$/.test(digits)
