import { Type } from 'typebox'

/** Schemas of members that several shapes share. */

export const nullableString = (description?: string) =>
  Type.Union([Type.String(), Type.Null()], description ? { description } : {})

export const timestamp = (description = 'Milliseconds since 1970.') => Type.Integer({ description })

/** When a message is to go, and for how long it is tried. */
export const timing = {
  scheduledDeliveryTime: Type.Optional(
    Type.String({
      description:
        'ISO 8601 with its offset, at most 90 days ahead: the message waits until then (status 3). A time that is over sends it at once.',
    }),
  ),
  validityPeriod: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 43_200,
      description:
        'In minutes, from when the message is sent at the earliest: what could not be sent by then ends with status 20. 1440, a day, when absent; 43200, 30 days, at most.',
    }),
  ),
}

/** A member of the contract that is not carried yet: without it the rest would be another message. */
export const notCarried = () =>
  Type.Optional(Type.Null({ description: 'Not carried yet: anything but null is refused, and names it.' }))
