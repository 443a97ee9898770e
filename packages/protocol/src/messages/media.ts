import { Type } from 'typebox'
import { isLonger } from '../characters.ts'
import { closed, flaw, form, isFlaw } from './form.ts'
import { messageType } from './message-type.ts'
import { isFileName, isMediaType, isSha256 } from './said-of-file.ts'

/** What a handset shows a file as. */
export type MediaKind = 'image' | 'video' | 'audio' | 'document'

const megabyte = 1024 * 1024

/** What WhatsApp carries, by how it shows it: each type with the extension of its files. */
export const mediaKinds = {
  image: {
    mostBytes: 5 * megabyte,
    types: { 'image/jpeg': 'jpg', 'image/png': 'png' },
  },
  video: {
    mostBytes: 16 * megabyte,
    types: { 'video/mp4': 'mp4', 'video/3gpp': '3gp' },
  },
  audio: {
    mostBytes: 16 * megabyte,
    types: {
      'audio/aac': 'aac',
      'audio/mp4': 'm4a',
      'audio/amr': 'amr',
      'audio/mpeg': 'mp3',
      'audio/ogg': 'ogg',
    },
  },
  document: {
    mostBytes: 100 * megabyte,
    types: {
      'application/pdf': 'pdf',
      'application/msword': 'doc',
      'application/vnd.ms-excel': 'xls',
      'application/vnd.ms-powerpoint': 'ppt',
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
      'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'pptx',
      'text/plain': 'txt',
    },
  },
} as const satisfies Record<MediaKind, { mostBytes: number; types: Record<string, string> }>

/** Spellings that businesses use for a type. */
const spellings: Record<string, string> = { 'image/jpg': 'image/jpeg', 'audio/acc': 'audio/aac' }

/** The type without its parameters, in the spelling of `mediaKinds`. */
export function mediaTypeOf(contentType: string): string {
  const [type = ''] = contentType.toLowerCase().split(';')
  return spellings[type.trim()] ?? type.trim()
}

/** Undefined for a type that WhatsApp does not carry. */
export const mediaKindOf = (contentType: string): MediaKind | undefined =>
  carried.get(mediaTypeOf(contentType))?.kind

/** Without the dot. */
export const mediaExtensionOf = (contentType: string): string | undefined =>
  carried.get(mediaTypeOf(contentType))?.extension

const carried = new Map(
  Object.entries(mediaKinds).flatMap(([kind, { types }]) =>
    // The keys of a literal are its type's keys.
    Object.entries(types).map(([type, extension]) => [type, { kind: kind as MediaKind, extension }] as const),
  ),
)

/** What Meta lets a caption have. */
const captionMaxLength = 1024

export const media = messageType({
  name: 'media',
  title: 'A file: image, video, audio or document',
  body: Type.Object({
    fileId: Type.String({ description: 'Of the stored file: an uploaded one, or what came inline.' }),
    caption: Type.Optional(Type.String()),
  }),
  examples: [{ fileId: 'c45ada9b-8a51-4413-a134-928c2b085d31.jpg', caption: 'File Caption' }],
  check({ fileId, caption }) {
    if (isLonger(caption ?? '', captionMaxLength)) return flaw('media.caption')
    return { fileId, ...(caption && { caption }) }
  },
})

export const oneMediaByReference = form({
  generation: 'one',
  name: 'mediaByReference',
  summary: 'A file that was uploaded before',
  marks: ['media'],
  members: {
    media: Type.Object(
      {
        fileId: Type.String({ minLength: 1, description: 'From the upload.' }),
        caption: Type.Optional(
          Type.String({
            description: `Up to ${captionMaxLength} characters; below an image or video, beside a document; audio has none.`,
          }),
        ),
      },
      closed,
    ),
  },
  example: { media: { fileId: 'c45ada9b-8a51-4413-a134-928c2b085d31.jpg', caption: 'File Caption' } },
  read({ media: { fileId, caption } }, isSealed) {
    const written = { fileId, ...(caption && { caption }) }
    const checked = isSealed ? written : media.check(written)
    return isFlaw(checked) ? checked : { type: 'media' as const, media: checked }
  },
})

/** A file that comes inside its message: what is said of it, and its bytes, still in base64. */
export interface InlineMedia {
  type: 'inline'
  inline: { base64: string; contentType: string; fileName?: string; caption?: string; sha256?: string }
}

const inlineContent = Type.String({ description: 'The file in base64, up to 20 MB of it.' })
const inlineType = Type.String({ minLength: 1, description: 'What the file is: `image/png`.' })
const inlineCaption = Type.Optional(
  Type.String({ description: `Up to ${captionMaxLength} characters; audio has none.` }),
)
const inlineHash = Type.Optional(
  Type.String({
    description:
      'SHA-256 of the clear file, 64 hex digits; required when the client encrypts. A clear file with another hash is refused.',
  }),
)

export const oneInlineMedia = form({
  generation: 'one',
  name: 'inlineMedia',
  summary: 'A file inside the message',
  marks: ['content', 'media'],
  faults: { content: 'content_empty' },
  members: {
    content: inlineContent,
    media: Type.Object(
      {
        contentType: inlineType,
        fileName: Type.Optional(Type.String({ description: 'A name, not a path; up to 255 bytes.' })),
        caption: inlineCaption,
        sha256Hash: inlineHash,
        fileId: Type.Optional(
          Type.Never({ description: 'Of a file that was uploaded before; then without content.' }),
        ),
      },
      closed,
    ),
  },
  example: {
    content:
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    media: { contentType: 'image/png', fileName: 'myfilename.png', caption: 'File Caption' },
  },
  read({ content, media }, isSealed) {
    if (!isMediaType(media.contentType)) return flaw('media.contentType')
    return inlineOf('media.', { base64: content, ...media }, isSealed)
  },
})

export const legacyInlineMedia = form({
  generation: 'legacy',
  name: 'inlineMedia',
  summary: 'A file inside the message',
  marks: ['content', 'contentType'],
  faults: { content: 'content_empty', contentType: 'content_type_not_supported' },
  members: {
    content: inlineContent,
    contentType: inlineType,
    caption: inlineCaption,
    sha256Hash: inlineHash,
  },
  example: {
    contentType: 'image/png',
    content:
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    caption: 'File Caption',
  },
  read({ content, ...said }, isSealed) {
    if (!isMediaType(said.contentType)) return flaw('contentType', 'content_type_not_supported')
    return inlineOf('', { base64: content, ...said }, isSealed)
  },
})

interface Inside {
  base64: string
  contentType: string
  fileName?: string
  caption?: string
  sha256Hash?: string
}

function inlineOf(
  at: string,
  { base64, contentType, fileName, caption, sha256Hash }: Inside,
  isSealed: boolean,
) {
  if (!isSealed && isLonger(caption ?? '', captionMaxLength)) return flaw(`${at}caption`)
  const kind = mediaKindOf(contentType)
  if (!kind) return flaw(`${at}contentType`, 'content_type_not_supported')
  if (kind === 'audio' && caption) return flaw(`${at}caption`)
  if (fileName && !isFileName(fileName)) return flaw(`${at}fileName`)
  if (sha256Hash && !isSha256(sha256Hash)) return flaw(`${at}sha256Hash`)
  if (isSealed && !sha256Hash) return flaw(`${at}sha256Hash`, 'sha256_missing')
  return {
    type: 'inline' as const,
    inline: {
      base64,
      contentType,
      ...(fileName && { fileName }),
      ...(caption && { caption }),
      ...(sha256Hash && { sha256: sha256Hash.toLowerCase() }),
    },
  }
}
