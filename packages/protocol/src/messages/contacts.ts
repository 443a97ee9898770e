import { type Static, Type } from 'typebox'
import { closed, flaw, form, isFlaw } from './form.ts'
import { messageType } from './message-type.ts'

const text = Type.Optional(Type.String())
const several = <Members extends Record<string, typeof text>>(members: Members) =>
  Type.Optional(Type.Array(Type.Object(members, closed)))

/** Everything on a card but the name. */
const details = {
  addresses: several({
    street: text,
    city: text,
    state: text,
    zip: text,
    country: text,
    countryCode: text,
    type: text,
  }),
  birthday: Type.Optional(Type.String({ description: 'YYYY-MM-DD.' })),
  emails: several({ email: text, type: text }),
  org: Type.Optional(Type.Object({ company: text, department: text, title: text }, closed)),
  phones: several({ phone: text, type: text, waId: text }),
  urls: several({ url: text, type: text }),
}

/** One contact card, its members named as in callbacks of the One API. */
export const Contact = Type.Object({
  name: Type.Object({ formattedName: Type.String(), firstName: text, lastName: text }),
  ...details,
})
export type Contact = Static<typeof Contact>

export const contacts = messageType({
  name: 'contacts',
  title: 'Contact cards',
  body: Type.Object({ contacts: Type.Array(Contact, { minItems: 1 }) }),
  examples: [
    {
      contacts: [
        {
          name: { formattedName: 'John Smith', firstName: 'John', lastName: 'Smith' },
          phones: [{ phone: '+1 (940) 555-1234', type: 'HOME' }],
        },
      ],
    },
  ],
  check({ contacts }) {
    const checked: Contact[] = []
    for (const [i, contact] of contacts.entries()) {
      const filled = filledIn(contact)
      const lack = lackOf(filled)
      if (lack !== undefined) return flaw(`contacts[${i}]${lack}`)
      const { name, ...card } = filled
      if (!name?.formattedName) return flaw(`contacts[${i}].name.formattedName`)
      if (card.birthday !== undefined && !isDate(card.birthday)) return flaw(`contacts[${i}].birthday`)
      checked.push({ name, ...card })
    }
    return { contacts: checked }
  },
})

export const oneContacts = form({
  generation: 'one',
  name: 'contacts',
  summary: 'Contact cards',
  marks: ['contacts'],
  example: {
    contacts: [
      {
        name: { firstName: 'John', formattedName: 'John Smith', lastName: 'Smith' },
        phones: [{ phone: '+1 (940) 555-1234', type: 'HOME' }],
      },
    ],
  },
  members: {
    contacts: Type.Array(
      Type.Object(
        {
          name: Type.Object({ formattedName: text, firstName: text, lastName: text }, closed),
          ...details,
          // Outbound samples write `wa_id`, callbacks `waId`.
          phones: several({ phone: text, type: text, wa_id: text, waId: text }),
        },
        closed,
      ),
      {
        minItems: 1,
        description: 'Each has a name and at least one other member. What is empty counts as left out.',
      },
    ),
  },
  read({ contacts: sent }, isSealed) {
    const cards = sent.map(filledIn)
    for (const [i, card] of cards.entries()) {
      const lack = lackOf(card)
      if (lack !== undefined) return flaw(`contacts[${i}]${lack}`)
      // Nobody here could put a whole name together from sealed parts.
      if (isSealed && !card.name?.formattedName) return flaw(`contacts[${i}].name.formattedName`)
    }
    const written = { contacts: cards.map(cardOf) }
    const checked = isSealed ? written : contacts.check(written)
    return isFlaw(checked) ? checked : { type: 'contacts' as const, contacts: checked }
  },
})

// The keys of a literal are its type's keys.
const detailNames = Object.keys(details) as (keyof typeof details)[]

/** The member that a card, without its empty texts, lacks; '' when it has nothing but a name. */
function lackOf(card: Partial<Sent>): string | undefined {
  if (!card.name) return '.name'
  return detailNames.some((name) => name in card) ? undefined : ''
}

interface Sent extends Omit<Contact, 'name' | 'phones'> {
  name?: { formattedName?: string; firstName?: string; lastName?: string }
  phones?: { phone?: string; type?: string; wa_id?: string; waId?: string }[]
}

/** A card without its empty texts, nor what has nothing else in it: `phones: [{}]` says as little as no phones. */
export function filledIn<Card extends object>(card: Card): Partial<Card> {
  const filled = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      const entries = value.map(filled).filter((entry) => entry !== undefined)
      return entries.length > 0 ? entries : undefined
    }
    if (typeof value !== 'object' || value === null) return value === '' ? undefined : value
    const members = Object.entries(value).map(([name, member]) => [name, filled(member)] as const)
    const some = members.filter(([, member]) => member !== undefined)
    return some.length > 0 ? Object.fromEntries(some) : undefined
  }
  // Nothing but members that may be left out has gone.
  return (filled(card) ?? {}) as Partial<Card>
}

function cardOf({ name = {}, phones, ...card }: Sent): Contact {
  const { firstName, lastName } = name
  const formattedName = name.formattedName ?? [firstName, lastName].filter(Boolean).join(' ')
  return {
    name: { ...name, formattedName },
    ...card,
    ...(phones && {
      phones: phones.map(({ wa_id, waId = wa_id, ...phone }) => ({ ...phone, ...(waId && { waId }) })),
    }),
  }
}

function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`)
  return (
    /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
  )
}
