import { type Static, type TProperties, Type } from 'typebox'
import type { Media } from '../../media/media.ts'
import { type MediaKind, mediaKinds, mediaType } from '../../media/types.ts'
import type { MediaFile } from '../../phones/content.ts'
import type { Failure } from '../../phones/delivery.ts'
import { checked } from '../check.ts'
import { GraphError } from '../errors.ts'
import { type Envelope, type Reader, requestOf, type Sender, sendingOf, strict } from '../sending.ts'

/** By an id of this phone number's. By `link`, which Meta knows too, nothing is fetched here. */
export const reference = { id: Type.Optional(Type.String()), link: Type.Optional(Type.String()) }
export const fileName = Type.Optional(Type.String({ maxLength: 1024 }))
const caption = Type.Optional(Type.String({ maxLength: 1024 }))

const Given = Type.Object({ ...reference, caption, filename: fileName })
type Given = Static<typeof Given>

export const image = mediaReader('image', { ...reference, caption })
export const video = mediaReader('video', { ...reference, caption })
export const document = mediaReader('document', { ...reference, caption, filename: fileName })
export const audio = mediaReader('audio', { ...reference, voice: Type.Optional(Type.Boolean()) })
export const sticker = mediaReader('sticker', reference)

function mediaReader(kind: MediaKind, members: TProperties): Reader {
  const Request = requestOf(kind, { [kind]: strict(members) })

  return (body, sender) => {
    const taken: unknown = checked(Request, body)
    // The member of the schema that is named for the kind has the members of `Given`, or fewer.
    const request = taken as Envelope & Record<MediaKind, Given>
    const { caption, filename, ...given } = request[kind]
    const found = mediaOf(sender, kind, given)
    const sending = sendingOf(request, {
      kind,
      media: fileOf(found, filename),
      ...(caption ? { caption } : {}),
    })
    return { ...sending, failure: mismatchOf(kind, found) }
  }
}

/** The uploaded file that a member of a request names. */
export function mediaOf(sender: Sender, member: string, { id, link }: { id?: string; link?: string }): Media {
  if (link !== undefined) {
    throw new GraphError(
      100,
      `Param ${member}['link'] is not supported here: upload the file and send its id.`,
    )
  }
  if (id === undefined) throw new GraphError(131008, `The parameter ${member}['id'] is required.`)
  const media = sender.media.get(id)
  if (media?.phoneNumberId !== sender.phoneNumberId) {
    throw new GraphError(100, `Param ${member}['id'] "${id}" is not a media ID of this phone number.`)
  }
  return media
}

export function fileOf({ id, mimeType, sha256, bytes }: Media, fileName: string | undefined): MediaFile {
  return { id, contentType: mimeType, ...(fileName ? { fileName } : {}), sha256, bytes }
}

/** Meta looks at the file only after it said yes. */
function mismatchOf(kind: MediaKind, { mimeType }: Media): Failure | undefined {
  if (mediaType(mimeType)?.kind === kind) return undefined
  const types = Object.keys(mediaKinds[kind].types).join(', ')
  return {
    code: 131053,
    details: `Unsupported mime type ${mimeType} for ${kind}; it must be one of ${types}.`,
  }
}
