import { type BadInput, both, goodText, invalid } from './row.ts'

/** A wrapped key and a sealed leaf, as far as anybody can tell who cannot open them. */
const encryptionKey = 'AQIDAHigcx4kN+SNTVLxxd6cYLmM7DE08asxE6NFNkM64hE3lw=='
const cipher = 'KJIgTSKD/CiAr80WVt+hHHKqPdKS3CjQahyUr7LsuU0='
const sealed = (message: object): BadInput['message'] => ({ one: { ...message, encryptionKey } })
const inLegacy = (message: object): BadInput['message'] => ({ legacy: { ...message, encryptionKey } })
const cannotOpen = { status: 'encryption_access_denied' } as const
const hash = 'a'.repeat(64)

/** To a sender whose integration has `encryption`, though nothing opens what was sealed yet. */
export const sealedMessages: BadInput[] = [
  { what: 'a text', message: both({ content: cipher, encryptionKey }), gets: cannotOpen },
  {
    what: 'a file inside the message',
    message: sealed({
      content: cipher,
      media: { contentType: 'image/png', caption: cipher, sha256Hash: hash },
    }),
    gets: cannotOpen,
  },
  {
    what: 'a file inside the message',
    message: inLegacy({ content: cipher, contentType: 'image/png', caption: cipher, sha256Hash: hash }),
    gets: cannotOpen,
  },
  {
    what: 'a file by reference, its caption sealed',
    message: sealed({ media: { fileId: 'file:picture', caption: cipher } }),
    gets: cannotOpen,
  },
  {
    what: 'a location',
    message: sealed({ location: { latitude: cipher, longitude: cipher, name: cipher } }),
    gets: cannotOpen,
  },
  {
    what: 'a contact',
    message: sealed({
      contacts: [
        { name: { formattedName: cipher }, phones: [{ phone: cipher, type: cipher }], birthday: cipher },
      ],
    }),
    gets: cannotOpen,
  },
  {
    what: 'an hsm',
    message: both({ hsm: { template: 'plain', parameters: { 1: cipher } }, encryptionKey }),
    gets: cannotOpen,
  },
  {
    what: 'a template',
    message: sealed({ template: { templateName: 'plain', body: { parameters: { 1: cipher } } } }),
    gets: cannotOpen,
  },
  {
    what: 'a template with a parameter too many',
    message: sealed({ template: { templateName: 'plain', body: { parameters: { 1: cipher, 2: cipher } } } }),
    gets: { status: 'template_parameter_count' },
  },
  {
    what: 'a file without its hash',
    message: sealed({ content: cipher, media: { contentType: 'image/png' } }),
    gets: { reason: 'sha256_missing', names: 'media.sha256Hash' },
  },
  {
    what: 'a file without its hash',
    message: inLegacy({ content: cipher, contentType: 'image/png' }),
    gets: { reason: 'sha256_missing' },
  },
  {
    what: 'a location in numbers',
    message: sealed({ location: { latitude: 1, longitude: cipher } }),
    gets: invalid('location.latitude'),
  },
  {
    what: 'a contact without a whole name',
    message: sealed({ contacts: [{ name: { firstName: cipher }, phones: [{ phone: cipher }] }] }),
    gets: invalid('contacts[0].name.formattedName'),
  },
  {
    what: 'a template with a parameter that is empty',
    message: sealed({ template: { templateName: 'plain', body: { parameters: { 1: '' } } } }),
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
  { what: 'a text', message: both({ content: cipher, encryptionKey }), gets: { reason: 'channel_inactive' } },
  {
    what: 'a location',
    message: sealed({ location: { latitude: cipher, longitude: cipher } }),
    gets: { reason: 'channel_inactive' },
  },
  {
    what: 'a contact',
    message: sealed({ contacts: [{ name: { formattedName: cipher }, birthday: cipher }] }),
    gets: { reason: 'channel_inactive' },
  },
  {
    what: 'a file inside the message',
    message: sealed({ content: cipher, media: { contentType: 'image/png', sha256Hash: hash } }),
    gets: { reason: 'channel_inactive' },
  },
  {
    what: 'a template',
    message: sealed({ template: { templateName: 'plain', body: { parameters: { 1: cipher } } } }),
    gets: { reason: 'channel_inactive' },
  },
]
