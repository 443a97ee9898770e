import { type Static, Type } from 'typebox'

const words = Type.Optional(Type.String({ maxLength: 1024 }))
const several = <Members extends Record<string, typeof words>>(members: Members) =>
  Type.Optional(Type.Array(Type.Object(members, { additionalProperties: false }), { maxItems: 100 }))

/** A card of an address book, with the names the One API has for its members. */
export const Contact = Type.Object(
  {
    name: Type.Object(
      {
        formattedName: Type.String({ minLength: 1, maxLength: 1024 }),
        firstName: words,
        lastName: words,
        middleName: words,
        prefix: words,
        suffix: words,
      },
      { additionalProperties: false },
    ),
    addresses: several({
      street: words,
      city: words,
      state: words,
      zip: words,
      country: words,
      countryCode: words,
      type: words,
    }),
    /** `YYYY-MM-DD` */
    birthday: Type.Optional(Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' })),
    emails: several({ email: words, type: words }),
    org: Type.Optional(
      Type.Object({ company: words, department: words, title: words }, { additionalProperties: false }),
    ),
    phones: several({ phone: words, type: words, waId: words }),
    urls: several({ url: words, type: words }),
  },
  { additionalProperties: false },
)
export type Contact = Static<typeof Contact>
