import type { MediaKind } from '../media/types.ts'
import type { MediaContent, WrittenContent } from '../phones/content.ts'

type Shapes = {
  [Kind in WrittenContent['kind']]: (content: ContentOf<Kind>) => object
}
type ContentOf<Kind> = Kind extends MediaKind ? MediaContent : Extract<WrittenContent, { kind: Kind }>

/** What stands in a message of each type: https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/payload-examples */
const shapes: Shapes = {
  text: ({ text }) => ({ body: text }),
  image: fileOf,
  video: fileOf,
  audio: (content) => ({ ...fileOf(content), voice: isVoice(content) }),
  document: (content) => ({
    ...(content.media.fileName ? { filename: content.media.fileName } : {}),
    ...fileOf(content),
  }),
  sticker: (content) => ({ ...fileOf(content), animated: false }),
  location: ({ location }) => location,
  contacts: ({ contacts }) => snakeCased(contacts),
  reaction: ({ reaction: { messageId, emoji } }) => ({
    message_id: messageId,
    ...(emoji ? { emoji } : {}),
  }),
  button: ({ text, payload }) => ({ payload, text }),
}

/** The type of a message, and what it says under the type's name. */
export function writtenShape(content: WrittenContent): object {
  const { kind } = content
  // The row of a kind takes the content of that kind.
  const shape = shapes[kind] as (content: WrittenContent) => object
  return { type: kind, [kind]: shape(content) }
}

/** The hash is in base64 here, and in hexadecimal where Graph describes the file. */
function fileOf({ caption, media }: MediaContent): object {
  return {
    ...(caption ? { caption } : {}),
    mime_type: media.contentType,
    sha256: Buffer.from(media.sha256, 'hex').toString('base64'),
    id: media.id,
  }
}

/** What phones record is in this format, and little else is. */
function isVoice({ media }: MediaContent): boolean {
  return /^audio\/ogg\b/i.test(media.contentType)
}

function snakeCased(value: unknown): object {
  return renamed(value) as object // objects and lists stay what they are
}

function renamed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renamed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      renamed(member),
    ]),
  )
}
