import { type TInteger, type TObject, type TSchema, Type } from 'typebox'
import type { Generation } from '../../generations.ts'
import type { Parameter } from '../endpoint.ts'

/** What the admin API's contracts have in common. */

export const generations = ['one', 'legacy'] as const satisfies Generation[]

/** Where a business is called back. The last two are told the same, while `shadowCallbacks` has URLs for them. */
export const endpoints = ['message', 'status', 'shadow-message', 'shadow-status'] as const

export const nullable = <S extends TSchema>(schema: S, options: { description?: string } = {}) =>
  Type.Union([schema, Type.Null()], options)

export const listOf = <S extends TSchema>(item: S, title: string) =>
  Type.Object(
    {
      items: Type.Array(item),
      nextCursor: nullable(Type.String(), {
        description: 'Where the next page begins; null on the last one.',
      }),
    },
    { title },
  )

/** The place stays a literal, so that the types of path and query can be told apart. */
export const inPath = (description: string) =>
  ({ in: 'path', schema: Type.String(), description }) as const satisfies Parameter
export const inQuery = <S extends TSchema>(schema: S, description: string) =>
  ({ in: 'query', schema, description }) as const satisfies Parameter

export const integrationId = { id: inPath('The integration.') }

/** How many items a page has that was asked for without a limit. */
export const pageSize = 50
export const pageLimit: TInteger = Type.Integer({ minimum: 1, maximum: 200, default: pageSize })
export const paging = {
  cursor: inQuery(Type.String({ maxLength: 200 }), '`nextCursor` of the page before.'),
  limit: inQuery(pageLimit, 'The most items of a page.'),
}

/** Settings as they are sent: `null` stands for the default of any member that has one. */
export const sent = (settings: TObject, title: string): TObject => clearable(settings, title, 'required')

/** Settings as a merge patch (RFC 7386) changes them: what is absent stays, `null` goes back to the default. */
export const patchOf = (settings: TObject, title: string): TObject => clearable(settings, title, 'optional')

function clearable(settings: TObject, title: string | undefined, needed: 'required' | 'optional'): TObject {
  const required = new Set(settings.required)
  // The values of `properties` are schemas.
  const members = Object.entries(settings.properties as Record<string, TSchema>).map(([name, member]) => {
    const inner = isObject(member) ? clearable(member, undefined, needed) : member
    if (needed === 'required' && required.has(name)) return [name, inner]
    return [name, Type.Optional(required.has(name) ? inner : nullable(inner))]
  })
  return Type.Object(Object.fromEntries(members), { additionalProperties: false, ...(title && { title }) })
}

const isObject = (schema: TSchema): schema is TObject => 'properties' in schema
