import { Type } from 'typebox'

/** Schemas of members that several shapes share. */

export const nullableString = (description?: string) =>
  Type.Union([Type.String(), Type.Null()], description ? { description } : {})

export const timestamp = (description = 'Milliseconds since 1970.') => Type.Integer({ description })

/** A member of the contract that is not carried yet: without it the rest would be another message. */
export const notCarried = () =>
  Type.Optional(Type.Null({ description: 'Not carried yet: anything but null is refused, and names it.' }))
