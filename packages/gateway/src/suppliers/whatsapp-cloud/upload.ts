import { createHash, randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { mediaKindOf } from '@waypost/protocol'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { Damaged, type MediaFile } from '../../core/media.ts'
import type { NotSent } from '../../core/message.ts'
import type { ClearFile, SupplierFiles } from '../../core/supplier.ts'
import { type Body, isSuccess, type NoReply, type Reply } from '../http.ts'
import { outcomeOfReply } from './answer.ts'
import { isOfFile } from './errors.ts'

/** A file as Meta knows it. */
export interface Uploaded {
  id: string
  file: MediaFile
  /** It was handed over for another message, some time ago. */
  isOld: boolean
}

interface Needs {
  files: SupplierFiles
  phoneNumberId: string
  post(body: Body, signal: AbortSignal): Promise<Reply | NoReply>
}

/** A file as a message or a template's header refers to it: the kind it is shown as names the member. */
export function referenceTo({ uploaded }: { uploaded?: Uploaded }, caption?: string): object {
  if (!uploaded) throw new Error('a file is to be sent that was not uploaded')
  const { id, file } = uploaded
  const kind = mediaKindOf(file.contentType) ?? 'document'
  const filename = kind === 'document' ? { filename: file.fileName } : {}
  return { type: kind, [kind]: { id, ...(caption !== undefined && { caption }), ...filename } }
}

const Answer = Compile(Type.Object({ id: Type.String({ minLength: 1 }) }))

/** Meta keeps an upload for 30 days; one that is about to go is not relied on. */
const keptMs = 29 * 24 * 60 * 60 * 1000

/** However big the file, an uplink of half a megabit is enough. */
const leastBytesPerSecond = 64 * 1024
export const uploadTimeMs = ({ bytes }: Pick<MediaFile, 'bytes'>): number =>
  30_000 + Math.ceil(bytes / leastBytesPerSecond) * 1000

/**
 * Hands files to Meta, once for each and number: whoever needs one that is on its way waits for it. Without a file the
 * message certainly did not go out, so a failure is never `unknown`.
 */
export function uploader({ files, phoneNumberId, post }: Needs) {
  const underWay = new Map<string, Promise<Uploaded | NotSent>>()

  async function upload(fileId: string, signal: AbortSignal): Promise<Uploaded | NotSent> {
    const file = await files.find(fileId)
    if (!file) return { type: 'failed', status: 'media_not_found' }
    const known = await files.known(fileId, phoneNumberId)
    if (known !== undefined) return (await files.withheld(file)) ?? { id: known, file, isOld: true }
    const clear = await files.open(file, signal)
    if (!clear) return { type: 'failed', status: 'media_not_found' }
    if ('type' in clear) return clear

    const inTime = AbortSignal.any([signal, AbortSignal.timeout(uploadTimeMs(clear))])
    const read = held(clear)
    const answer = await post(multipart(file, { bytes: clear.bytes, stream: read.bytes() }), inTime)
    clear.stream.destroy() // where it was not read to its end
    if (read.isDamaged()) return { type: 'failed', status: 'media_checksum_failure' }
    const id = idIn(answer)
    if (id === undefined) return failureOf(answer)
    await files.remember(fileId, phoneNumberId, id, keptMs)
    return { id, file, isOld: false }
  }

  return (fileId: string, signal: AbortSignal): Promise<Uploaded | NotSent> => {
    const known = underWay.get(fileId)
    if (known) return known
    const uploading = upload(fileId, signal).finally(() => underWay.delete(fileId))
    underWay.set(fileId, uploading)
    return uploading
  }
}

function idIn(answer: Reply | NoReply): string | undefined {
  if ('type' in answer || !isSuccess(answer.httpStatus) || !Answer.Check(answer.json)) return undefined
  return answer.json.id
}

function failureOf(answer: Reply | NoReply): NotSent {
  const outcome = 'type' in answer ? answer : outcomeOfReply(answer)
  switch (outcome.type) {
    case 'failed':
      return outcome.status === 'refused_by_supplier'
        ? { ...outcome, status: 'media_upload_failed' }
        : outcome
    case 'deferred':
      // What Meta says of the file itself says more than that its time ran out.
      if (isOfFile(outcome.status)) return outcome
      return {
        ...outcome,
        status: outcome.repeats === undefined ? 'media_upload_expired' : 'media_upload_failed',
      }
    case 'unknown':
    case 'sent': // an answer to something else
      return { type: 'deferred', retry: 'transient', status: 'media_upload_expired' }
  }
}

/** A file's bytes, held to what was kept: what a disk has spoilt breaks off before its end, so that nobody takes it. */
function held({ sha256, bytes: kept, stream }: ClearFile) {
  let damaged = false
  async function* bytes() {
    const hash = createHash('sha256')
    let count = 0
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        count += chunk.length
        damaged = count > kept
        if (damaged) break
        hash.update(chunk)
        yield chunk
      }
    } catch (error) {
      damaged = error instanceof Damaged
      throw error
    }
    damaged ||= count < kept || hash.digest('hex') !== sha256
    if (damaged) throw new Error('the file is not what was kept')
  }
  return { bytes, isDamaged: () => damaged }
}

/** As `POST /{phone-number-id}/media` wants it: the form of RFC 7578, its length known, its file a stream. */
function multipart(
  { contentType, fileName }: MediaFile,
  { bytes, stream }: { bytes: number; stream: AsyncIterable<Uint8Array> },
): Body {
  // The last line of defence: a character that ends a header is in none.
  const type = contentType.replaceAll(/[^\x20-\x7e]/g, '')
  const boundary = `waypost-${randomUUID()}`
  const field = (name: string, value: string) =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  const quoted = fileName.replaceAll(/["\p{Cc}]/gu, (character) => encodeURIComponent(character))
  const head = Buffer.from(
    `${field('messaging_product', 'whatsapp')}${field('type', type)}--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${quoted}"\r\ncontent-type: ${type}\r\n\r\n`,
  )
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`)
  async function* parts() {
    yield head
    yield* stream
    yield tail
  }
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    bytes: head.length + bytes + tail.length,
    stream: Readable.from(parts()),
  }
}
