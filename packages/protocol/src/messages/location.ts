import { Type } from 'typebox'
import { closed, flaw, form, isCipher, isFlaw } from './form.ts'
import { messageType } from './message-type.ts'

export const location = messageType({
  name: 'location',
  title: 'A place on the map',
  body: Type.Object({
    latitude: Type.String({ description: 'Decimal degrees, −90 to 90.' }),
    longitude: Type.String({ description: 'Decimal degrees, −180 to 180.' }),
    name: Type.Optional(Type.String()),
    address: Type.Optional(Type.String()),
  }),
  examples: [
    {
      latitude: '-33.881037287485',
      longitude: '18.635891216806',
      name: 'Example Ltd',
      address: '100 Example Street, Bellville, Western Cape 7530',
    },
  ],
  check({ latitude, longitude, name, address }) {
    if (!isWithin(latitude, 90)) return flaw('location.latitude')
    if (!isWithin(longitude, 180)) return flaw('location.longitude')
    if (Number(latitude) === 0 && Number(longitude) === 0) return flaw('location')
    return { latitude, longitude, ...(name && { name }), ...(address && { address }) }
  },
})

const degrees = (most: number) =>
  Type.Union([Type.String(), Type.Number()], {
    description: `Decimal degrees from −${most} to ${most}, as text or as a number.`,
  })

export const oneLocation = form({
  generation: 'one',
  name: 'location',
  summary: 'A place on the map',
  marks: ['location'],
  example: {
    location: {
      longitude: '18.635891216806',
      latitude: '-33.881037287485',
      name: 'Example Ltd',
      address: '100 Example Street, Bellville, Western Cape 7530',
    },
  },
  members: {
    location: Type.Object(
      {
        latitude: degrees(90),
        longitude: degrees(180),
        name: Type.Optional(Type.String()),
        address: Type.Optional(Type.String()),
      },
      { description: 'A place; 0,0 is none.', ...closed },
    ),
  },
  read({ location: { latitude, longitude, name, address } }, isSealed) {
    if (isSealed && !isCipher(latitude)) return flaw('location.latitude')
    if (isSealed && !isCipher(longitude)) return flaw('location.longitude')
    const written = {
      latitude: asText(latitude),
      longitude: asText(longitude),
      ...(name && { name }),
      ...(address && { address }),
    }
    const checked = isSealed ? written : location.check(written)
    return isFlaw(checked) ? checked : { type: 'location' as const, location: checked }
  },
})

/** Plain decimal degrees. */
function isWithin(degrees: string, most: number): boolean {
  return /^[+-]?\d{1,3}(\.\d{1,20})?$/.test(degrees) && Math.abs(Number(degrees)) <= most
}

/** A number that JSON writes with an exponent is as good as any. */
function asText(degrees: string | number): string {
  const text = String(degrees)
  return typeof degrees === 'number' && text.includes('e-') ? degrees.toFixed(20) : text
}
