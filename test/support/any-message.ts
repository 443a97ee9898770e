import fc from 'fast-check'
import type { Generation } from './refusals.ts'

/** A message that is fine, without its recipient, and what the phone shows of it. */
export interface Fine {
  message: Record<string, unknown>
  shows: Record<string, unknown>
  /** The file of the message; where it is uploaded beforehand, the message has `nameOfFile` for what it is called then. */
  file?: { bytes: Buffer; contentType: string; fileName: string; isUploaded: boolean }
  /** Where the second of its buttons leads. */
  opens?: string
}

export const nameOfFile = 'the file that was uploaded'

/** Whatever can be said, of at most so many UTF-16 units. */
const said = (most: number) =>
  fc
    .string({ unit: 'binary', minLength: 1, maxLength: most })
    .map((text) => Buffer.from(text.slice(0, most)).toString()) // no half of a pair is left over
const words = said(40)
/** What a parameter of a template may be: on one line, short, without marks of formatting. */
const plain = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 10 })
  .filter(
    (text) => text.length <= 20 && text.trim() !== '' && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}*_~`{}]/u.test(text),
  )

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
/** Without what is left out, at any depth. */
const lean = (value: object): Record<string, unknown> => JSON.parse(JSON.stringify(value))

const text: fc.Arbitrary<Fine> = fc
  .record({ content: fc.oneof(words, said(4096)), preview: maybe(fc.boolean()) })
  .map(({ content, preview }) => ({
    message: lean({ content, previewFirstUrl: preview }),
    shows: { kind: 'text', text: content, preview: preview ?? false },
  }))

/** Millionths, since smaller numbers are written with an exponent, which is no way to write degrees. */
const degrees = (most: number) =>
  fc
    .tuple(fc.integer({ min: -most * 1e6, max: most * 1e6 }), fc.boolean())
    .map(([millionths, isText]) => (isText ? (millionths / 1e6).toFixed(6) : millionths / 1e6))

const location: fc.Arbitrary<Fine> = fc
  .record({ latitude: degrees(90), longitude: degrees(180), name: maybe(words), address: maybe(words) })
  .filter(({ latitude, longitude }) => Number(latitude) !== 0 || Number(longitude) !== 0)
  .map((place) => ({
    message: { location: lean(place) },
    shows: {
      kind: 'location',
      // Zero has no sign on the way.
      location: lean({
        ...place,
        latitude: Number(place.latitude) + 0,
        longitude: Number(place.longitude) + 0,
      }),
    },
  }))

const kind = maybe(fc.constantFrom('HOME', 'WORK', 'CELL'))
const listOf = <T>(entry: fc.Arbitrary<T>) => maybe(fc.array(entry, { minLength: 1, maxLength: 3 }))
const card = fc
  .record({
    name: fc
      .record({ formattedName: maybe(words), firstName: maybe(words), lastName: maybe(words) })
      .filter((name) => Object.values(name).some((part) => part !== undefined)),
    addresses: listOf(
      fc.record({
        street: maybe(words),
        city: words,
        state: maybe(words),
        zip: maybe(words),
        country: maybe(words),
        countryCode: maybe(words),
        type: kind,
      }),
    ),
    birthday: maybe(
      fc
        .date({ min: new Date('1900-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
        .map((date) => date.toISOString().slice(0, 10)),
    ),
    emails: listOf(fc.record({ email: words, type: kind })),
    org: maybe(fc.record({ company: words, department: maybe(words), title: maybe(words) })),
    phones: listOf(fc.record({ phone: words, type: kind, wa_id: maybe(fc.stringMatching(/^\d{8,15}$/)) })),
    urls: listOf(fc.record({ url: words, type: kind })),
  })
  .filter(({ name: _, ...details }) => Object.values(details).some((detail) => detail !== undefined))

const contacts: fc.Arbitrary<Fine> = fc.array(card, { minLength: 1, maxLength: 4 }).map((cards) => ({
  message: { contacts: cards.map(lean) },
  shows: {
    kind: 'contacts',
    contacts: cards.map(({ name: { formattedName, firstName, lastName }, phones, ...details }) => {
      const whole = formattedName ?? [firstName, lastName].filter(Boolean).join(' ')
      return lean({
        ...details,
        // Besides the whole of it a name has a part, on every card.
        name: {
          formattedName: whole,
          firstName: firstName ?? (lastName === undefined ? whole : undefined),
          lastName,
        },
        phones: phones?.map(({ wa_id: waId, ...phone }) => ({ ...phone, waId })),
      })
    }),
  },
}))

/** Enough of each type to be known by. */
const beginnings: [contentType: string, kind: string, extension: string, bytes: Buffer][] = [
  [
    'image/png',
    'image',
    'png',
    Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex'),
  ],
  ['image/jpeg', 'image', 'jpg', Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex')],
  ['application/pdf', 'document', 'pdf', Buffer.from('%PDF-1.7\n')],
  ['video/mp4', 'video', 'mp4', Buffer.from('000000186674797069736f6d0000020069736f6d6d703431', 'hex')],
  // An empty tag and a frame: what follows a tag alone may be taken for anything.
  ['audio/mpeg', 'audio', 'mp3', Buffer.from('4944330400000000000a00000000000000000000fffb9064', 'hex')],
]

const file = (isUploaded: boolean) =>
  fc
    .record({
      beginning: fc.constantFrom(...beginnings),
      rest: fc.uint8Array({ maxLength: 3000 }),
      caption: maybe(said(300)),
      fileName: fc.stringMatching(/^[a-z][a-z ._-]{0,20}[a-z]$/),
    })
    .map(({ beginning: [contentType, kind, extension, bytes], rest, caption, fileName }) => ({
      kind,
      caption: kind === 'audio' ? undefined : caption,
      file: {
        bytes: Buffer.concat([bytes, rest]),
        contentType,
        fileName: `${fileName}.${extension}`,
        isUploaded,
      },
    }))

const inlineMedia = (generation: Generation): fc.Arbitrary<Fine> =>
  file(false).map(({ kind, caption, file }) => {
    const content = file.bytes.toString('base64')
    const { contentType, fileName } = file
    return {
      message:
        generation === 'one'
          ? lean({ content, media: { contentType, fileName, caption } })
          : lean({ content, contentType, caption }),
      shows: lean({ kind, caption }),
      file,
    }
  })

const mediaByReference: fc.Arbitrary<Fine> = file(true).map(({ kind, caption, file }) => ({
  message: { media: lean({ fileId: nameOfFile, caption }) },
  shows: lean({ kind, caption }),
  file,
}))

const hsm: fc.Arbitrary<Fine> = plain.map((name) => ({
  message: { hsm: { template: 'welcome_notification_demo', parameters: { 1: name } } },
  shows: { kind: 'template', body: `Welcome ${name}` },
}))

const button = (type: string) => (text: string) => ({ type, text, pressed: false })
const replies = ['Tell me more', 'Call me', 'Not now'].map(button('reply'))
const actions = [button('dial')('Call us'), button('url')('Open the page')]
const footer = 'From the sandbox'

/** Templates that the sandbox has, and what comes after the body of each. */
const samples: [name: string, below: Record<string, unknown>][] = [
  ['test_header_with_text', { footer }],
  ['test_header_with_text_quick_reply', { footer, buttons: replies }],
  ['test_header_with_text_dynamic_action', { buttons: actions }],
  ['test_header_with_text_static_action', { buttons: actions }],
]

const template: fc.Arbitrary<Fine> = fc
  .record({
    sample: fc.constantFrom(...samples),
    month: plain,
    first: plain,
    second: plain,
    postback: maybe(fc.dictionary(fc.constantFrom('1', '2', '3'), words, { minKeys: 1 })),
    path: fc.stringMatching(/^[\w./=&-]{1,30}$/),
  })
  .map(({ sample: [templateName, below], month, first, second, postback, path }) => {
    const isDynamic = templateName.endsWith('dynamic_action')
    const suggestedResponse = templateName.endsWith('quick_reply') && postback && { postbackData: postback }
    const websiteUrl = isDynamic && [{ listPosition: 2, parameters: { 1: path } }]
    const buttons = { ...(suggestedResponse && { suggestedResponse }), ...(websiteUrl && { websiteUrl }) }
    return {
      message: {
        template: {
          templateName,
          header: { type: 'text', text: { parameters: { 1: month } } },
          body: { parameters: { 1: first, 2: second } },
          ...(Object.keys(buttons).length > 0 && { buttons }),
        },
      },
      shows: {
        kind: 'template',
        header: `News of ${month}`,
        body: `${first}\n\nThe amount is ${second}.`,
        ...below,
      },
      ...(isDynamic && { opens: `https://acme.example/${path}` }),
    }
  })

const named: fc.Arbitrary<Fine> = fc.record({ first_name: plain, order: plain }).map((parameters) => ({
  message: { template: { templateName: 'sample_named_parameters', body: { parameters } } },
  shows: {
    kind: 'template',
    body: `Hello ${parameters.first_name}, your order ${parameters.order} is on its way.`,
  },
}))

/** Every type that a generation has. */
export const fine: Record<Generation, Record<string, fc.Arbitrary<Fine>>> = {
  one: {
    text,
    location,
    contacts,
    'a template': template,
    'a template with named parameters': named,
    hsm,
    'a file inside': inlineMedia('one'),
    'a file that was uploaded': mediaByReference,
  },
  legacy: { text, hsm, 'a file inside': inlineMedia('legacy') },
}
