import { type Content, mediaKindOf, mediaKinds, mediaTypeOf, type StatusName } from '@waypost/protocol'
import { type Finding, findFile } from './files.ts'
import type { Integration } from './integration.ts'
import type { MediaFile } from './media.ts'
import { fileIdOf, type Refusal } from './message.ts'

/** Those of these files that are there and the integration's own, each looked up once. */
export async function filesOf(
  app: Finding,
  { id, whatsapp }: Integration,
  fileIds: string[],
): Promise<ReadonlyMap<string, MediaFile>> {
  const found = await Promise.all([...new Set(fileIds)].map((fileId) => findFile(app, id, fileId)))
  const own = found.filter((file) => file !== undefined).filter(({ from }) => from === whatsapp?.from)
  return new Map(own.map((file) => [file.id, file]))
}

/** What most messages name. */
export const noFiles: ReadonlyMap<string, MediaFile> = new Map()

const megabyte = 1024 * 1024

/**
 * What stands against sending a message with its file: a refusal now, or the status it is accepted with. Undefined when
 * nothing does.
 */
export function attachmentFault(
  content: Content,
  to: string,
  files: ReadonlyMap<string, MediaFile>,
): { refusal: Refusal } | { status: StatusName } | undefined {
  const fileId = fileIdOf(content)
  if (fileId === undefined) return undefined
  const file = files.get(fileId)
  if (!file) return { refusal: { reason: 'media_not_found' } }

  const kind = mediaKindOf(file.contentType)
  // What a sealed file is shows once it is opened.
  if (!kind || !(file.sealed || isWhatItSays(file)))
    return { refusal: { reason: 'content_type_not_supported' } }
  const refusal = sizeFlaw(file)
  if (refusal) return { refusal }
  if (kind === 'audio' && content.type === 'media' && content.media.caption !== undefined)
    return { refusal: { reason: 'parameter_invalid', subject: 'media.caption' } }

  const isTemplate = content.type === 'template'
  const isForOther = file.to !== to && (isTemplate || file.to !== undefined) && !file.broadcastAllowed
  const isBroadcast = isTemplate && file.broadcastAllowed
  return isForOther || isBroadcast ? { status: 'media_metadata_error' } : undefined
}

/** What a client's encryption may add to a file: a vector and padding. */
const sealedBytes = 32

/** A file that is over the limit of what it is shown as. */
export function sizeFlaw({
  contentType,
  bytes,
  sealed,
}: Pick<MediaFile, 'contentType' | 'bytes' | 'sealed'>): Refusal | undefined {
  const kind = mediaKindOf(contentType)
  if (!kind || bytes - (sealed ? sealedBytes : 0) <= mediaKinds[kind].mostBytes) return undefined
  return { reason: 'media_too_big', subject: String(mediaKinds[kind].mostBytes / megabyte) }
}

/** What `file-type` calls what a declared type may look like, where it is not the type itself. */
const looks: Record<string, readonly string[]> = {
  'image/png': ['image/apng'],
  'video/mp4': ['video/x-m4v', 'video/quicktime'],
  'video/3gpp': ['video/3gpp2', 'video/mp4'],
  'audio/mp4': ['audio/x-m4a', 'video/mp4'],
  'application/msword': ['application/x-cfb'],
  'application/vnd.ms-excel': ['application/x-cfb'],
  'application/vnd.ms-powerpoint': ['application/x-cfb'],
}

/** Text has no signature; of a container the first bytes may tell no more than that it is one. */
const mayBeMute: readonly string[] = ['text/plain', 'audio/aac', 'audio/mpeg']

/** Of clear bytes. */
export function isWhatItSays({
  contentType,
  looksLike,
}: Pick<MediaFile, 'contentType' | 'looksLike'>): boolean {
  const type = mediaTypeOf(contentType)
  if (looksLike === undefined) return mayBeMute.includes(type)
  const seen = mediaTypeOf(looksLike)
  return (
    seen === type ||
    (looks[type]?.includes(seen) ?? false) ||
    (seen === 'application/zip' && /openxml/.test(type))
  )
}
