import { Readable } from 'node:stream'
import { type TProperties, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { inboundLivesMs, type MediaStore } from '../media/media.ts'
import { mediaKinds, mediaType } from '../media/types.ts'
import { checkedBody, Problem } from '../problem.ts'
import { Contact } from './contact.ts'
import type { MediaContent, WrittenContent } from './content.ts'

/** What a person writes, to a business number. A file is not stored before it is known that it may be sent. */
export interface Writing {
  to: string
  replyTo?: string
  content: WrittenContent | File
}

/** A file as it was handed over: its content type says which kind of message it makes. */
export interface File {
  kind: 'file'
  contentType: string
  fileName?: string
  caption?: string
  bytes: Uint8Array
}

/** The largest file in base64, and room for the rest. */
export const mostWrittenBytes = Math.ceil((mediaKinds.document.mostBytes * 4) / 3) + (1 << 20)

/** Reads what a person writes, or throws a 400. */
export function writingOf(body: unknown): Writing {
  const type = typeof body === 'object' && body !== null && 'type' in body ? body.type : undefined
  const read = typeof type === 'string' && Object.hasOwn(types, type) ? types[type] : undefined
  if (!read) throw new Problem(400, `type must be one of ${Object.keys(types).join(', ')}`)
  return read(body)
}

function requestOf<Members extends TProperties>(members: Members) {
  return Compile(
    Type.Object({ to: Type.String(), type: Type.String(), ...members }, { additionalProperties: false }),
  )
}

const replyTo = Type.Optional(Type.String())
const word = Type.Optional(Type.String({ maxLength: 1_000 }))

const Text = requestOf({ replyTo, text: Type.String({ minLength: 1, maxLength: 65_536 }) })

const Media = requestOf({
  replyTo,
  media: Type.Object(
    {
      contentType: Type.String({
        pattern: '^[\\w.+-]+/[\\w.+-]+(?: ?; ?[\\w-]+=[\\w.+"-]+)*$',
        maxLength: 256,
      }),
      fileName: Type.Optional(Type.String({ maxLength: 1_024 })),
      caption: Type.Optional(Type.String({ maxLength: 1_024 })),
      data: Type.String({ minLength: 1 }),
    },
    { additionalProperties: false },
  ),
})

const Location = requestOf({
  replyTo,
  location: Type.Object(
    {
      latitude: Type.Number({ minimum: -90, maximum: 90 }),
      longitude: Type.Number({ minimum: -180, maximum: 180 }),
      name: word,
      address: word,
    },
    { additionalProperties: false },
  ),
})

const Contacts = requestOf({ replyTo, contacts: Type.Array(Contact, { minItems: 1, maxItems: 257 }) })

const Reaction = requestOf({
  reaction: Type.Object({ messageId: Type.String(), emoji: Type.String() }, { additionalProperties: false }),
})

const oneEmoji = /^(?:\p{RGI_Emoji}|\p{Extended_Pictographic})$/v

/** What people can write. More types come as more rows. */
const types: Record<string, (body: unknown) => Writing> = {
  text(body) {
    const { type, text, ...envelope } = checkedBody(Text, body)
    return { ...envelope, content: { kind: 'text', text, preview: false } }
  },
  media(body) {
    const { type, media, ...envelope } = checkedBody(Media, body)
    const { data, ...about } = media
    return { ...envelope, content: { kind: 'file', ...about, bytes: bytesOf(data) } }
  },
  location(body) {
    const { type, location, ...envelope } = checkedBody(Location, body)
    return { ...envelope, content: { kind: 'location', location } }
  },
  contacts(body) {
    const { type, contacts, ...envelope } = checkedBody(Contacts, body)
    return { ...envelope, content: { kind: 'contacts', contacts } }
  },
  reaction(body) {
    const { to, reaction } = checkedBody(Reaction, body)
    if (reaction.emoji !== '' && !oneEmoji.test(reaction.emoji))
      throw new Problem(400, 'reaction.emoji must be one emoji, or empty to take the reaction back')
    return { to, content: { kind: 'reaction', reaction } }
  },
}

function bytesOf(base64: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(base64)
  } catch {
    throw new Problem(400, 'media.data is not base64')
  }
}

/** Gives a file that a person sends its id, which is good for a week. */
export async function attach(
  media: Pick<MediaStore, 'receive' | 'keep' | 'use'>,
  phoneNumberId: string,
  { contentType, fileName, caption, bytes }: File,
): Promise<MediaContent> {
  // People send any file; what WhatsApp does not show goes as a document.
  const { kind = 'document', mostBytes = mediaKinds.document.mostBytes } = mediaType(contentType) ?? {}
  if (bytes.length > mostBytes)
    throw new Problem(413, `media.data is too large: ${kind} may have ${mostBytes} bytes at most`)
  const arrived = await media.receive(Readable.from([bytes]))
  const { id, sha256 } = media.keep(arrived, {
    phoneNumberId,
    mimeType: contentType,
    livesMs: inboundLivesMs,
  })
  media.use(id)
  const file = { id, contentType, ...(fileName ? { fileName } : {}), sha256, bytes: bytes.length }
  return { kind, media: file, ...(caption ? { caption } : {}) }
}
