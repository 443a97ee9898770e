import { Type } from 'typebox'
import { checked } from '../check.ts'
import { GraphError } from '../errors.ts'
import { type Reader, requestOf, sendingOf, strict } from '../sending.ts'

/** Meta takes degrees as a number of JSON and as text. */
const Degrees = Type.Union([Type.Number(), Type.String({ maxLength: 64 })])

const Request = requestOf('location', {
  location: strict({
    latitude: Degrees,
    longitude: Degrees,
    name: Type.Optional(Type.String({ maxLength: 1000 })),
    address: Type.Optional(Type.String({ maxLength: 1000 })),
  }),
})

export const location: Reader = (body) => {
  const request = checked(Request, body)
  const { latitude, longitude, ...words } = request.location
  return sendingOf(request, {
    kind: 'location',
    location: {
      latitude: degreesOf('latitude', latitude, 90),
      longitude: degreesOf('longitude', longitude, 180),
      ...words,
    },
  })
}

function degreesOf(member: string, written: number | string, most: number): number {
  const degrees = typeof written === 'string' && written.trim() === '' ? Number.NaN : Number(written)
  if (Math.abs(degrees) <= most) return degrees
  throw new GraphError(131009, `Param location['${member}'] must be degrees from -${most} to ${most}.`)
}
