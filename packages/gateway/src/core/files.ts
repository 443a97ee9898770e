import { randomUUID } from 'node:crypto'
import { mediaTypeOf } from '@waypost/protocol'
import { fileTypeFromBuffer } from 'file-type'
import {
  type ByteRange,
  isFileId,
  type MediaFile,
  type MediaStore,
  mediaKeptMs,
  type SealedFile,
  type Staged,
  TooBig,
} from './media.ts'
import type { Refusal } from './message.ts'
import type { Store } from './store.ts'

export interface Filing {
  media: MediaStore
  store: Pick<Store, 'putFile' | 'findFile'>
  now(): number
}

/** What looking for a file takes. */
export interface Finding {
  store: Pick<Store, 'findFile'>
  now(): number
}

/** A file on its way in, as far as it is known before its bytes are. */
export interface Upload
  extends Pick<MediaFile, 'integrationId' | 'from' | 'broadcastAllowed' | 'contentType' | 'fileName'> {
  to: string | undefined
  /** What the sender says the bytes hash to, in hex and lower case, and where that was said. */
  sha256: { hex: string; member: string } | undefined
  sealed?: SealedFile | undefined
  bytes: AsyncIterable<Uint8Array>
}

/** 30 MB, as the contract counts them. */
const uploadMostBytes = 30 * 1024 * 1024

/** Keeps a file: when this resolves with one, its bytes and what is known of them are on stable storage. */
export async function upload(app: Filing, { bytes, ...known }: Upload): Promise<MediaFile | Refusal> {
  const staged = await app.media.stage(bytes, uploadMostBytes, known.integrationId).catch(tooBigIs(undefined))
  if (!staged) return { reason: 'media_too_big', subject: '30' }
  return keepFile(app, staged, known)
}

/** The same for bytes that are here already. Those that are refused are forgotten. */
export async function keepFile(
  app: Filing,
  staged: Staged,
  { sha256, to, sealed, contentType, ...known }: Omit<Upload, 'bytes'>,
): Promise<MediaFile | Refusal> {
  try {
    if (staged.bytes === 0) return { reason: 'content_empty', subject: 'content' }
    if (sha256 && sha256.hex !== staged.sha256) return { reason: 'parameter_invalid', subject: sha256.member }

    const looksLike = sealed ? undefined : await typeOf(staged.head)
    const createdAt = app.now()
    const file: MediaFile = {
      ...known,
      ...(to !== undefined && { to }),
      contentType: contentType
        .trim()
        .toLowerCase()
        .replace(/^[^;]*/, mediaTypeOf),
      ...(sealed && { sealed }),
      id: `${randomUUID()}.${extensionOf(known.fileName)}`,
      ...(looksLike && { looksLike }),
      bytes: staged.bytes,
      sha256: staged.sha256,
      createdAt,
      expiresAt: createdAt + mediaKeptMs,
    }
    // In this order: bytes that nobody knows of are swept away, a file without bytes would be a promise broken.
    await staged.keep(file.id)
    await app.store.putFile(file)
    return file
  } finally {
    await staged.drop()
  }
}

/** What a file's first bytes say it is. */
export async function typeOf(head: Uint8Array): Promise<string | undefined> {
  const found = await fileTypeFromBuffer(head)
  // It looks through a PNG's parts for an animation; where the first is longer than what we have, it gives up.
  return (
    found?.mime ??
    (pngSignature.compare(head.subarray(0, pngSignature.length)) === 0 ? 'image/png' : undefined)
  )
}

const pngSignature = Buffer.from('89504e470d0a1a0a', 'hex')

export const tooBigIs =
  <Answer>(answer: Answer) =>
  (error: unknown): Answer => {
    if (error instanceof TooBig) return answer
    throw error
  }

/** An integration's own file, as long as it is kept. */
export async function findFile(
  { store, now }: Finding,
  integrationId: string,
  id: string,
): Promise<MediaFile | undefined> {
  if (!isFileId(id)) return undefined
  const file = await store.findFile(id)
  return file?.integrationId === integrationId && file.expiresAt > now() ? file : undefined
}

/** A range of a file as `Range` asks for it (RFC 9110, 14.2): undefined sends all of it, null is not there. */
export function rangeOf(header: string | undefined, bytes: number): ByteRange | undefined | null {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (first === '' && last === '') return undefined // several ranges, other units, nothing: all of it
  const from = first === '' ? Math.max(0, bytes - Number(last)) : Number(first)
  const to = first === '' || last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1)
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined // not a range at all
  return from > to ? null : { from, to }
}

/** From the name: 1 to 16 letters and digits after the last dot. */
function extensionOf(fileName: string): string {
  return /\.([a-z0-9]{1,16})$/.exec(fileName.toLowerCase())?.[1] ?? 'unsupported'
}
