import type { Generation } from '@waypost/protocol'
import { type BadInput, invalid } from './row.ts'

/** As small as each can be and still be recognised. */
const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex')
const pdf = Buffer.from('%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF\n')
const ogg = Buffer.concat([
  Buffer.from('OggS\0\x02', 'latin1'),
  Buffer.alloc(20),
  Buffer.from('\x01\x13OpusHead\x01\x01', 'latin1'),
  Buffer.alloc(40),
])
const zip = Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.alloc(60)])
const overFiveMegabytes = Buffer.concat([png, Buffer.alloc(5 * 1024 * 1024)])

interface UploadedFile {
  contentType: string
  bytes: Uint8Array
  /** Of the upload: whom the file is for. `recipient` stands for the message's `to`. */
  parameters: { broadcastAllowed?: 'true'; to?: string }
  /** By whose key; the sender's own when absent. */
  by?: 'another integration'
  /** Its 30 days are over. */
  isExpired?: true
}

const forAnyone = { broadcastAllowed: 'true' } as const
const forThis = { to: 'recipient' }
const docx = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

/** What the rows' `file:<name>` stands for. */
export const files = {
  picture: { contentType: 'image/png', bytes: png, parameters: forAnyone },
  pictureForThis: { contentType: 'image/png', bytes: png, parameters: forThis },
  pictureForNobody: { contentType: 'image/png', bytes: png, parameters: {} },
  pictureForAnother: { contentType: 'image/png', bytes: png, parameters: { to: '27999000002' } },
  documentForThis: { contentType: 'application/pdf', bytes: pdf, parameters: forThis },
  wordForThis: { contentType: docx, bytes: zip, parameters: forThis },
  soundForThis: { contentType: 'audio/ogg', bytes: ogg, parameters: forThis },
  sound: { contentType: 'audio/ogg', bytes: ogg, parameters: forAnyone },
  gif: {
    contentType: 'image/gif',
    bytes: Buffer.from('GIF89a\x01\0\x01\0\0\0\0;', 'latin1'),
    parameters: forAnyone,
  },
  lie: { contentType: 'image/png', bytes: pdf, parameters: forAnyone },
  pictureAsText: { contentType: 'text/plain', bytes: png, parameters: forAnyone },
  large: { contentType: 'image/png', bytes: overFiveMegabytes, parameters: forAnyone },
  expired: { contentType: 'image/png', bytes: png, parameters: forAnyone, isExpired: true },
  others: { contentType: 'image/png', bytes: png, parameters: forAnyone, by: 'another integration' },
} satisfies Record<string, UploadedFile>
export type { UploadedFile }

interface Inside {
  content?: unknown
  contentType?: unknown
  fileName?: unknown
  caption?: string
  sha256Hash?: unknown
}

/** A file inside the message, as both generations write it; a `fileName` only the One API. */
function inside(said: Inside): BadInput['message'] {
  const { content, ...rest } = { content: png.toString('base64'), contentType: 'image/png', ...said }
  const one = { content, media: rest }
  return 'fileName' in said ? { one } : { one, legacy: { content, ...rest } }
}

const member = (name: string): Record<Generation, string> => ({ one: `media.${name}`, legacy: name })
const invalidMember = (name: string) => ({ reason: 'parameter_invalid', names: member(name) }) as const

export const inlineFiles: BadInput[] = [
  {
    what: 'content that is not base64',
    message: inside({ content: 'Hello, world' }),
    gets: invalid('content'),
  },
  { what: 'base64 that breaks off', message: inside({ content: 'QUJDR' }), gets: invalid('content') },
  { what: 'a file of no bytes', message: inside({ content: '\n' }), gets: { reason: 'content_empty' } },
  { what: 'content that is no text', message: inside({ content: 7 }), gets: { reason: 'content_empty' } },
  {
    what: 'no content',
    message: { legacy: { contentType: 'image/png' } },
    gets: { reason: 'content_empty' },
  },
  {
    what: 'no content, and no fileId',
    message: { one: { media: { contentType: 'image/png' } } },
    gets: invalid('media.fileId'),
  },
  {
    what: 'no content type',
    message: { one: { content: 'QUJD', media: { fileName: 'a.png' } } },
    gets: invalid('media.contentType'),
  },
  {
    what: 'a content type that is no text',
    message: { one: { content: 'QUJD', media: { contentType: 7 } } },
    gets: invalid('media.contentType'),
  },
  {
    what: 'a content type that is no text',
    message: { legacy: { content: 'QUJD', contentType: 7 } },
    gets: { reason: 'content_type_not_supported' },
  },
  {
    what: 'a content type with control characters',
    message: { one: { content: png.toString('base64'), media: { contentType: 'image/png;\r\nx-evil: 1' } } },
    gets: invalid('media.contentType'),
  },
  {
    what: 'a content type with control characters',
    message: { legacy: { content: png.toString('base64'), contentType: 'image/png;\r\nx-evil: 1' } },
    gets: { reason: 'content_type_not_supported' },
  },
  {
    what: 'a type that is not carried',
    message: inside({ contentType: 'image/gif' }),
    gets: { reason: 'content_type_not_supported' },
  },
  {
    what: 'a content type that lies',
    message: inside({ contentType: 'application/pdf' }),
    gets: { reason: 'content_type_not_supported' },
  },
  {
    what: 'a file name that is a path',
    message: inside({ fileName: '../a.png' }),
    gets: invalid('media.fileName'),
  },
  {
    what: 'a file name with control characters',
    message: inside({ fileName: 'pa\u0000ss\n.png' }),
    gets: invalid('media.fileName'),
  },
  {
    what: 'a file name that turns the text around',
    message: inside({ fileName: 'a\u202egnp.exe' }),
    gets: invalid('media.fileName'),
  },
  {
    what: 'a file name of more than 255 bytes',
    message: inside({ fileName: 'é'.repeat(128) }),
    gets: invalid('media.fileName'),
  },
  {
    what: 'a picture of more than 5 MB',
    message: inside({ content: overFiveMegabytes.toString('base64') }),
    gets: { reason: 'media_too_big', names: '5' },
  },
  {
    what: 'a caption of 1025 characters',
    message: inside({ caption: 'x'.repeat(1025) }),
    gets: invalidMember('caption'),
  },
  {
    what: 'a caption on sound',
    message: inside({ content: ogg.toString('base64'), contentType: 'audio/ogg', caption: 'Listen' }),
    gets: invalidMember('caption'),
  },
  {
    what: 'a hash of 63 digits',
    message: inside({ sha256Hash: 'a'.repeat(63) }),
    gets: invalidMember('sha256Hash'),
  },
  {
    what: 'the hash of something else',
    message: inside({ sha256Hash: 'a'.repeat(64) }),
    gets: invalidMember('sha256Hash'),
  },
  {
    what: 'a fileId beside the content',
    message: { one: { content: 'QUJD', media: { contentType: 'image/png', fileId: 'file:picture' } } },
    gets: invalid('media.fileId'),
  },
  {
    what: 'an unknown member',
    message: { one: { content: 'QUJD', media: { contentType: 'image/png', shoeSize: 46 } } },
    gets: invalid('media.shoeSize'),
  },
  {
    what: 'a preview of the first URL',
    message: {
      one: { content: 'QUJD', media: { contentType: 'image/png' }, previewFirstUrl: true },
      legacy: { content: 'QUJD', contentType: 'image/png', previewFirstUrl: true },
    },
    gets: invalid('previewFirstUrl'),
  },
]

const media = (media: object): BadInput['message'] => ({ one: { media } })

export const filesByReference: BadInput[] = [
  { what: 'no fileId', message: media({ fileId: null, caption: 'Hi' }), gets: invalid('media.fileId') },
  { what: 'a fileId that is a number', message: media({ fileId: 7 }), gets: invalid('media.fileId') },
  {
    what: 'a file that nobody uploaded',
    message: media({ fileId: 'c45ada9b-8a51-4413-a134-928c2b085d31.jpg' }),
    gets: { reason: 'media_not_found' },
  },
  {
    what: 'a file that has expired',
    message: media({ fileId: 'file:expired' }),
    gets: { reason: 'media_not_found' },
  },
  {
    what: 'a fileId that is a path',
    message: media({ fileId: '../../waypost.db' }),
    gets: { reason: 'media_not_found' },
  },
  {
    what: 'a file of another integration',
    message: media({ fileId: 'file:others' }),
    gets: { reason: 'media_not_found' },
  },
  {
    what: 'a file that was uploaded for another recipient',
    message: media({ fileId: 'file:pictureForAnother' }),
    gets: { status: 'media_metadata_error' },
  },
  {
    what: 'a type that is not carried',
    message: media({ fileId: 'file:gif' }),
    gets: { reason: 'content_type_not_supported' },
  },
  {
    what: 'a content type that lies',
    message: media({ fileId: 'file:lie' }),
    gets: { reason: 'content_type_not_supported' },
  },
  {
    what: 'a picture that says it is text',
    message: media({ fileId: 'file:pictureAsText' }),
    gets: { reason: 'content_type_not_supported' },
  },
  {
    what: 'a picture of more than 5 MB',
    message: media({ fileId: 'file:large' }),
    gets: { reason: 'media_too_big', names: '5' },
  },
  {
    what: 'a caption on sound',
    message: media({ fileId: 'file:sound', caption: 'Listen' }),
    gets: invalid('media.caption'),
  },
  {
    what: 'a caption of 1025 characters',
    message: media({ fileId: 'file:picture', caption: 'x'.repeat(1025) }),
    gets: invalid('media.caption'),
  },
  {
    what: 'a content type, which the upload has said',
    message: media({ fileId: 'file:picture', contentType: 'image/png' }),
    gets: invalid('media.contentType'),
  },
]
