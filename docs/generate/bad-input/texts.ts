import { type BadInput, both, goodText, invalid } from './row.ts'

const place = { latitude: '-33.881037287485', longitude: '18.635891216806' }
const home = { phone: '+1 (940) 555-1234', type: 'HOME' }
const john = { firstName: 'John', formattedName: 'John Smith', lastName: 'Smith' }

export const texts: BadInput[] = [
  { what: 'no content', message: both({}), gets: { reason: 'content_empty' } },
  { what: 'empty content', message: both({ content: '' }), gets: { reason: 'content_empty' } },
  {
    what: 'content that is no text',
    message: both({ content: { a: 1 } }),
    gets: { reason: 'content_empty' },
  },
  {
    what: 'more than 4096 characters',
    message: both({ content: 'x'.repeat(4097) }),
    gets: { reason: 'content_too_long' },
  },
  {
    what: 'a preview that is no boolean',
    message: both({ ...goodText, previewFirstUrl: 'yes' }),
    gets: invalid('previewFirstUrl'),
  },
  { what: 'a caption', message: both({ ...goodText, caption: 'Hi' }), gets: invalid('caption') },
  {
    what: 'a hash',
    message: { legacy: { ...goodText, sha256Hash: 'a'.repeat(64) } },
    gets: invalid('sha256Hash'),
  },
  {
    what: 'a template as well',
    message: { one: { ...goodText, template: { templateName: 'welcome' } } },
    gets: invalid('template'),
  },
  {
    what: 'a location as well',
    message: { one: { ...goodText, location: place } },
    gets: invalid('location'),
  },
  {
    what: 'an hsm as well',
    message: both({ ...goodText, hsm: { template: 'welcome' } }),
    gets: invalid('hsm'),
  },
  {
    what: 'a header for a kind of SMS',
    message: { one: { ...goodText, userDataHeader: '050003010201' } },
    gets: invalid('userDataHeader'),
  },
  {
    what: 'a validity of nothing',
    message: both({ ...goodText, validityPeriod: 0 }),
    gets: invalid('validityPeriod'),
  },
]

const location = (location: unknown): BadInput['message'] => ({ one: { location } })

export const locations: BadInput[] = [
  { what: 'text', message: location('here'), gets: invalid('location') },
  { what: 'no latitude', message: location({ longitude: '1' }), gets: invalid('location.latitude') },
  { what: 'no longitude', message: location({ latitude: '1' }), gets: invalid('location.longitude') },
  { what: '0,0', message: location({ latitude: '0.0', longitude: 0 }), gets: invalid('location') },
  {
    what: 'a latitude beyond the pole',
    message: location({ latitude: '90.1', longitude: '1' }),
    gets: invalid('location.latitude'),
  },
  {
    what: 'a longitude in words',
    message: location({ latitude: '1', longitude: 'east' }),
    gets: invalid('location.longitude'),
  },
  {
    what: 'a longitude that is true',
    message: location({ latitude: '1', longitude: true }),
    gets: invalid('location.longitude'),
  },
  { what: 'a name in numbers', message: location({ ...place, name: 7 }), gets: invalid('location.name') },
  { what: 'an unknown member', message: location({ ...place, url: 'x' }), gets: invalid('location.url') },
  {
    what: 'contacts as well',
    message: { one: { location: place, contacts: [{ name: john, phones: [home] }] } },
    gets: invalid('contacts'),
  },
  {
    what: 'a preview of the first URL',
    message: { one: { location: place, previewFirstUrl: true } },
    gets: invalid('previewFirstUrl'),
  },
]

const card = (changes: object): BadInput['message'] => ({
  one: { contacts: [{ name: john, phones: [home], ...changes }] },
})

export const contacts: BadInput[] = [
  { what: 'no list', message: { one: { contacts: { name: john } } }, gets: invalid('contacts') },
  { what: 'no contact', message: { one: { contacts: [] } }, gets: invalid('contacts') },
  { what: 'no name', message: card({ name: null }), gets: invalid('contacts[0].name') },
  { what: 'an empty name', message: card({ name: {} }), gets: invalid('contacts[0].name') },
  {
    what: 'names that are empty',
    message: card({ name: { formattedName: '' } }),
    gets: invalid('contacts[0].name'),
  },
  { what: 'a name only', message: card({ phones: null }), gets: invalid('contacts[0]') },
  { what: 'a name, and no phones', message: card({ phones: [] }), gets: invalid('contacts[0]') },
  {
    what: 'a name, and a phone that is empty',
    message: card({ phones: [{}] }),
    gets: invalid('contacts[0]'),
  },
  {
    what: 'a name, and members that are empty',
    message: card({ phones: null, org: {}, emails: [{ email: '' }], birthday: '' }),
    gets: invalid('contacts[0]'),
  },
  { what: 'a phone that is text', message: card({ phones: ['+1'] }), gets: invalid('contacts[0].phones[0]') },
  {
    what: 'a number in numbers',
    message: card({ phones: [home, { phone: 1 }] }),
    gets: invalid('contacts[0].phones[1].phone'),
  },
  {
    what: 'a birthday in another order',
    message: card({ birthday: '31.12.2021' }),
    gets: invalid('contacts[0].birthday'),
  },
  {
    what: 'a birthday that never was',
    message: card({ birthday: '2021-02-30' }),
    gets: invalid('contacts[0].birthday'),
  },
  { what: 'an unknown member', message: card({ shoeSize: 46 }), gets: invalid('contacts[0].shoeSize') },
  {
    what: 'an unknown part of a name',
    message: card({ name: { ...john, title: 'Dr' } }),
    gets: invalid('contacts[0].name.title'),
  },
  {
    what: 'an unknown part of a phone',
    message: card({ phones: [{ ...home, extension: '7' }] }),
    gets: invalid('contacts[0].phones[0].extension'),
  },
  {
    what: 'the second contact wrong',
    message: {
      one: {
        contacts: [
          { name: john, phones: [home] },
          { name: john, org: 'Example' },
        ],
      },
    },
    gets: invalid('contacts[1].org'),
  },
]
