import { createHash, KeyObject } from 'node:crypto'
import { addAbortSignal, Readable } from 'node:stream'
import type { StatusName } from '@waypost/protocol'
import { isWhatItSays, sizeFlaw } from './attachments.ts'
import { dataKey, notOpened, type Opening } from './data-key.ts'
import { openBytes, Unopenable } from './envelope.ts'
import { typeOf } from './files.ts'
import { Damaged, headBytes, type MediaFile, type MediaStore, type SealedFile } from './media.ts'
import type { NotSent } from './message.ts'
import { StoreUnavailable } from './store.ts'
import type { ClearFile } from './supplier.ts'

export interface OpeningFile extends Opening {
  media: Pick<MediaStore, 'open'>
}

/** It could not be read now. */
const later: NotSent = {
  type: 'deferred',
  retry: 'transient',
  status: 'media_upload_expired',
  unasked: true,
}

/** As `SupplierFiles` promises it. */
export async function openFile(
  app: OpeningFile,
  file: MediaFile,
  signal: AbortSignal,
): Promise<ClearFile | NotSent | undefined> {
  try {
    return await opened(app, file, signal)
  } catch (error) {
    if (error instanceof StoreUnavailable) return later
    throw error
  }
}

/** A sealed file is read twice: what is wrong with it may not show before its end. */
async function opened(app: OpeningFile, file: MediaFile, signal: AbortSignal) {
  const { id, integrationId, bytes, sha256, sealed } = file
  if (!sealed) {
    const stream = await app.media.open(id, integrationId)
    return stream && { stream, bytes, sha256 }
  }
  const key = await dataKey(app, { integrationId: file.integrationId, ...sealed })
  if (!(key instanceof KeyObject)) return key
  const stream = await app.media.open(id, integrationId)
  if (!stream) return undefined
  const found = await lookThrough(key, addAbortSignal(signal, stream))
  if (!found) return later
  const flaw = await flawOf(found, file, sealed)
  if (flaw) return notOpened(flaw)
  return { stream: Readable.from(clearBytes(app, file, key)), bytes: found.bytes, sha256: found.sha256 }
}

/** Opened when it is read, so that nothing has to be closed where nobody does. */
async function* clearBytes({ media }: OpeningFile, { id, integrationId }: MediaFile, key: KeyObject) {
  const stream = await media.open(id, integrationId)
  if (!stream) throw new Error('the file was taken away meanwhile')
  yield* openBytes(key, stream)
}

/** A sealed file, as it was found when all of it was read. */
interface Found {
  /** Of the bytes as they are kept. */
  sealedSha256: string
  isOpenable: boolean
  /** Of the clear bytes, as far as they are any. */
  bytes: number
  sha256: string
  head: Buffer
}

/** Undefined when it could not be read to its end. */
async function lookThrough(key: KeyObject, sealed: Readable): Promise<Found | undefined> {
  const [hash, sealedHash] = [createHash('sha256'), createHash('sha256')]
  const head: Buffer[] = []
  let bytes = 0
  let isOpenable = true
  async function* kept() {
    for await (const chunk of sealed as AsyncIterable<Buffer>) {
      sealedHash.update(chunk)
      yield chunk
    }
  }
  try {
    for await (const piece of openBytes(key, kept())) {
      if (bytes < headBytes) head.push(piece)
      bytes += piece.length
      hash.update(piece)
    }
  } catch (error) {
    if (!(error instanceof Unopenable || error instanceof Damaged)) return undefined
    isOpenable = false
  }
  const sha256 = hash.digest('hex')
  return { sealedSha256: sealedHash.digest('hex'), isOpenable, bytes, sha256, head: Buffer.concat(head) }
}

/** The first that is wrong: with what was kept, with the sealing, with what its client says of it. */
async function flawOf(
  { sealedSha256, isOpenable, bytes, sha256, head }: Found,
  file: MediaFile,
  sealed: SealedFile,
): Promise<StatusName | undefined> {
  if (sealedSha256 !== file.sha256) return 'media_checksum_failure'
  if (!isOpenable) return 'encryption_content_error'
  // The contract does not say which bytes the hash is of; some clients take the sealed ones.
  if (sealed.sha256 !== sha256 && sealed.sha256 !== sealedSha256) return 'media_checksum_failure'
  const { contentType } = file
  if (sizeFlaw({ contentType, bytes })) return 'media_size_error'
  const looksLike = await typeOf(head)
  const isRight = bytes > 0 && isWhatItSays({ contentType, ...(looksLike && { looksLike }) })
  return isRight ? undefined : 'media_rejected'
}
