import type { Contact } from './api.ts'

export interface Detail {
  label: string
  value: string
  /** Where it leads, if it is a page of the web. */
  href?: string
}

/** `John Smith`, or `John Smith and 2 others`. */
export function namesOf([first, ...others]: readonly Contact[]): string {
  const name = first?.name.formattedName ?? ''
  return others.length === 0
    ? name
    : `${name} and ${others.length} ${others.length === 1 ? 'other' : 'others'}`
}

/** What tells people of the same name apart. */
export function lineOf({ phones, org, emails }: Contact): string | undefined {
  return phones?.[0]?.phone ?? org?.company ?? emails?.[0]?.email
}

/** Everything a card says, in the order of an address book. */
export function detailsOf({ name, org, phones, emails, addresses, urls, birthday }: Contact): Detail[] {
  const details: [label: string, value: string | undefined, href?: string | undefined][] = [
    ['Prefix', name.prefix],
    ['First name', name.firstName],
    ['Middle name', name.middleName],
    ['Last name', name.lastName],
    ['Suffix', name.suffix],
    ['Company', org?.company],
    ['Department', org?.department],
    ['Title', org?.title],
  ]
  for (const { phone, type, waId } of phones ?? []) {
    details.push([labelOf('Phone', type), phone])
    details.push([labelOf('WhatsApp', type), waId && `+${waId.replace(/^\+/, '')}`])
  }
  for (const { email, type } of emails ?? []) details.push([labelOf('E-mail', type), email])
  for (const { type, ...address } of addresses ?? [])
    details.push([labelOf('Address', type), linesOf(address)])
  for (const { url, type } of urls ?? []) details.push([labelOf('Website', type), url, pageOf(url)])
  details.push(['Birthday', birthday])

  return details.flatMap(([label, value, href]) => (value ? [{ label, value, ...(href && { href }) }] : []))
}

/** `Phone (work)`; what kind it is the sender may call anything. */
function labelOf(what: string, type: string | undefined): string {
  return type ? `${what} (${type.toLowerCase()})` : what
}

function linesOf({ street, city, state, zip, country, countryCode }: Address): string {
  const town = [[city, state].filter(Boolean).join(', '), zip].filter(Boolean).join(' ')
  const land = country && countryCode ? `${country} (${countryCode})` : (country ?? countryCode)
  return [street, town, land].filter(Boolean).join('\n')
}

type Address = NonNullable<Contact['addresses']>[number]

/** A card may say `javascript:` too, and is then text. */
function pageOf(url = ''): string | undefined {
  const parsed = URL.parse(url.includes(':') ? url : `https://${url}`)
  return parsed && /^https?:$/.test(parsed.protocol) ? parsed.href : undefined
}
