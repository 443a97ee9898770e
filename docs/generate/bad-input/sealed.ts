import { files } from './files.ts'
import { type BadInput, both, goodText, invalid } from './row.ts'

/**
 * A text `key:ours` stands for a data key that the integration's key wraps, `key:others` for one that another wraps. What
 * begins with `sealed:` stands for the rest of it, sealed under the first; the base64 behind `sealed-file:` for its bytes.
 */
const encryptionKey = 'key:ours'
const cipher = 'sealed:Hello'
const sealed = (message: object): BadInput['message'] => ({ one: { encryptionKey, ...message } })
const inLegacy = (message: object): BadInput['message'] => ({ legacy: { encryptionKey, ...message } })
const inBoth = (message: object): BadInput['message'] => both({ encryptionKey, ...message })
const denied = { status: 'encryption_access_denied' } as const
const cannotOpen = { status: 'encryption_content_error' } as const
const failed = { status: 'failed_before_supplier' } as const
const hash = 'a'.repeat(64)
const fileOf = (bytes: Uint8Array) => `sealed-file:${Buffer.from(bytes).toString('base64')}`
const picture = fileOf(files.picture.bytes)
const bytesOf = (count: number) => Buffer.alloc(count, 7).toString('base64')

/** A file inside the message, as both generations write it. */
function inside(content: string, { sha256Hash, caption }: { sha256Hash: string; caption?: string }) {
  const said = { contentType: 'image/png', sha256Hash, ...(caption !== undefined && { caption }) }
  return {
    one: { encryptionKey, content, media: said },
    legacy: { encryptionKey, content, ...said },
  }
}

const place = (location: object): BadInput['message'] =>
  sealed({ location: { latitude: 'sealed:-33.9', longitude: 'sealed:18.4', ...location } })
const plain = (value: string): BadInput['message'] =>
  sealed({ template: { templateName: 'plain', body: { parameters: { 1: value } } } })
const john = { name: { formattedName: 'sealed:John Smith' }, phones: [{ phone: 'sealed:1' }] }
const card = (changes: object): BadInput['message'] => sealed({ contacts: [{ ...john, ...changes }] })

/** To a sender whose integration has `encryption`. */
export const sealedMessages: BadInput[] = [
  {
    what: 'an encryptionKey that is none',
    message: both({ content: cipher, encryptionKey: 'AQID' }),
    gets: denied,
  },
  {
    what: 'an encryptionKey that is not base64',
    message: both({ content: cipher, encryptionKey: '{}' }),
    gets: denied,
  },
  {
    what: 'an encryptionKey of another account',
    message: both({ content: cipher, encryptionKey: 'key:others' }),
    gets: denied,
  },
  {
    what: 'an encryptionKey that is cut off',
    message: both({ content: cipher, encryptionKey: 'key:ours:cut' }),
    gets: denied,
  },
  { what: 'a text that is clear', message: inBoth({ content: 'Hello' }), gets: cannotOpen },
  { what: 'a text that is not base64', message: inBoth({ content: '{"Hello"}' }), gets: cannotOpen },
  {
    what: 'a text in base64 without its padding',
    message: inBoth({ content: bytesOf(32).replace('=', '') }),
    gets: cannotOpen,
  },
  { what: 'a text with half a vector', message: inBoth({ content: bytesOf(8) }), gets: cannotOpen },
  { what: 'a text that is a vector alone', message: inBoth({ content: bytesOf(16) }), gets: cannotOpen },
  { what: 'a text that ends within a block', message: inBoth({ content: bytesOf(40) }), gets: cannotOpen },
  { what: 'an empty text', message: inBoth({ content: 'sealed:' }), gets: failed },
  {
    what: 'a text of more than 4,096 characters',
    message: inBoth({ content: `sealed:${'a'.repeat(4097)}` }),
    gets: failed,
  },
  {
    what: 'a file inside the message that is clear',
    message: inside(Buffer.from(files.picture.bytes).toString('base64'), { sha256Hash: hash }),
    gets: cannotOpen,
  },
  {
    what: 'a file inside the message with another hash',
    message: inside(picture, { sha256Hash: hash }),
    gets: { status: 'media_checksum_failure' },
  },
  {
    what: 'a file inside the message whose caption is clear',
    message: inside(picture, { sha256Hash: hash, caption: 'A cake' }),
    gets: cannotOpen,
  },
  {
    what: 'a file inside the message with a hash of 63 digits',
    message: sealed({ content: picture, media: { contentType: 'image/png', sha256Hash: hash.slice(1) } }),
    gets: invalid('media.sha256Hash'),
  },
  {
    what: 'a file without its hash',
    message: sealed({ content: picture, media: { contentType: 'image/png' } }),
    gets: { reason: 'sha256_missing', names: 'media.sha256Hash' },
  },
  {
    what: 'a file without its hash',
    message: inLegacy({ content: picture, contentType: 'image/png' }),
    gets: { reason: 'sha256_missing' },
  },
  {
    what: 'a file by reference whose caption is clear',
    message: sealed({ media: { fileId: 'file:picture', caption: 'A cake' } }),
    gets: cannotOpen,
  },
  {
    what: 'a file by reference with a caption of more than 1,024 characters',
    message: sealed({ media: { fileId: 'file:picture', caption: `sealed:${'a'.repeat(1025)}` } }),
    gets: failed,
  },
  { what: 'a location whose name is clear', message: place({ name: 'Bakery' }), gets: cannotOpen },
  { what: 'a location beyond the pole', message: place({ latitude: 'sealed:90.1' }), gets: failed },
  {
    what: 'the location 0,0',
    message: place({ latitude: 'sealed:0', longitude: 'sealed:0' }),
    gets: failed,
  },
  { what: 'a location in numbers', message: place({ latitude: 1 }), gets: invalid('location.latitude') },
  {
    what: 'a contact of whom one text is clear',
    message: card({ org: { company: 'Example' } }),
    gets: cannotOpen,
  },
  {
    what: 'a contact with a birthday in another order',
    message: card({ birthday: 'sealed:31.12.2021' }),
    gets: failed,
  },
  {
    what: 'a contact whose texts are empty',
    message: card({ phones: [{ phone: 'sealed:' }] }),
    gets: failed,
  },
  {
    what: 'a contact without a whole name',
    message: card({ name: { firstName: cipher } }),
    gets: invalid('contacts[0].name.formattedName'),
  },
  {
    what: 'contacts of more than 2,000 texts',
    message: card({ phones: Array.from({ length: 2000 }, () => ({ phone: 'AAAA' })) }),
    gets: invalid('contacts'),
  },
  {
    what: 'an hsm whose parameter is clear',
    message: inBoth({ hsm: { template: 'plain', parameters: { 1: 'Ann' } } }),
    gets: cannotOpen,
  },
  {
    what: 'an hsm whose parameter has a line break',
    message: inBoth({ hsm: { template: 'plain', parameters: { 1: 'sealed:a\nb' } } }),
    gets: { status: 'parameter_invalid' },
  },
  { what: 'a template whose parameter is clear', message: plain('Ann'), gets: cannotOpen },
  {
    what: 'a template whose parameter has five spaces',
    message: plain('sealed:a     b'),
    gets: { status: 'parameter_invalid' },
  },
  {
    what: 'a template that is too long once it is filled',
    message: plain(`sealed:${'a'.repeat(1024)}`),
    gets: { status: 'template_text_too_long' },
  },
  {
    what: 'a template with a parameter too many',
    message: sealed({ template: { templateName: 'plain', body: { parameters: { 1: cipher, 2: cipher } } } }),
    gets: { status: 'template_parameter_count' },
  },
  {
    what: 'a template with a parameter that is empty',
    message: plain(''),
    gets: invalid('template.body.parameters'),
  },
  {
    what: 'an encryptionKey of more than 10,000 characters',
    message: both({ ...goodText, encryptionKey: 'A'.repeat(10_001) }),
    gets: invalid('encryptionKey'),
  },
]

/** To a sender whose integration has none. */
export const sealedInVain: BadInput[] = [
  { what: 'a text', message: inBoth({ content: cipher }), gets: { reason: 'channel_inactive' } },
  { what: 'a location', message: place({}), gets: { reason: 'channel_inactive' } },
  { what: 'a contact', message: card({}), gets: { reason: 'channel_inactive' } },
  {
    what: 'a file inside the message',
    message: inside(picture, { sha256Hash: hash }),
    gets: { reason: 'channel_inactive' },
  },
  { what: 'a template', message: plain(cipher), gets: { reason: 'channel_inactive' } },
]
