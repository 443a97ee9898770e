import { Type } from 'typebox'
import type { Contact } from '../../phones/contact.ts'
import { checked } from '../check.ts'
import { GraphError } from '../errors.ts'
import { type Reader, requestOf, sendingOf, strict } from '../sending.ts'

const words = Type.Optional(Type.String({ maxLength: 1024 }))

const Request = requestOf('contacts', {
  contacts: Type.Array(
    strict({
      name: strict({
        formatted_name: Type.String({ minLength: 1, maxLength: 1024 }),
        first_name: words,
        last_name: words,
        middle_name: words,
        prefix: words,
        suffix: words,
      }),
      addresses: listOf({
        street: words,
        city: words,
        state: words,
        zip: words,
        country: words,
        country_code: words,
        type: words,
      }),
      birthday: Type.Optional(Type.String({ pattern: /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/ })),
      emails: listOf({ email: words, type: words }),
      org: Type.Optional(strict({ company: words, department: words, title: words })),
      phones: listOf({ phone: words, type: words, wa_id: words }),
      urls: listOf({ url: words, type: words }),
    }),
    { minItems: 1, maxItems: 257 },
  ),
})

export const contacts: Reader = (body) => {
  const request = checked(Request, body)
  for (const [index, { name }] of request.contacts.entries()) {
    if (Object.keys(name).length > 1) continue
    throw new GraphError(
      131008,
      `Param contacts['${index}']['name'] must have one more part beside formatted_name.`,
    )
  }
  // The members of `Contact` are those of the schema above, in the other notation.
  return sendingOf(request, { kind: 'contacts', contacts: camelCased(request.contacts) as Contact[] })
}

function listOf<Members extends Record<string, typeof words>>(members: Members) {
  return Type.Optional(Type.Array(strict(members), { maxItems: 100 }))
}

function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      camelCased(member),
    ]),
  )
}
