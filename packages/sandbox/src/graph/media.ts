import { createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Business } from '../businesses.ts'
import { effectOf } from '../faults/effects.ts'
import type { Faults } from '../faults/faults.ts'
import { type Arrived, type Media, type MediaStore, uploadLivesMs } from '../media/media.ts'
import { mediaType, mediaTypes } from '../media/types.ts'
import { GraphError } from './errors.ts'
import { boundaryOf, MultipartError, partsOf, textOf } from './multipart.ts'

interface Form {
  fields: Map<string, string>
  file?: Arrived
  /** As the file's part says. */
  fileType: string | undefined
}

export interface Uploading {
  media: MediaStore
  faults: Pick<Faults, 'takeUpload'>
}

/** `POST /{phone number id}/media`. The file goes to the disk as it comes. */
export async function upload({ media, faults }: Uploading, business: Business, request: IncomingMessage) {
  const { phoneNumberId } = business
  const boundary = boundaryOf(request.headers['content-type'])
  if (boundary === undefined) throw new GraphError(100, 'The request body must be multipart/form-data.')

  const form: Form = { fields: new Map(), fileType: undefined }
  try {
    await read(form, media, request, boundary)
    const { file, mimeType } = checkedForm(form)
    const { refusal } = effectOf(faults.takeUpload(business))
    if (refusal) throw refusal
    // What stands behind the last boundary means nothing.
    request.resume()
    return { id: media.keep(file, { phoneNumberId, mimeType, livesMs: uploadLivesMs }).id }
  } catch (error) {
    if (form.file) await media.drop(form.file)
    await rest(request)
    throw error instanceof MultipartError
      ? new GraphError(100, `The form cannot be read: ${error.message}.`)
      : error
  }
}

async function read(
  form: Form,
  media: MediaStore,
  request: IncomingMessage,
  boundary: string,
): Promise<void> {
  // Left as it is when reading ends early, so that the answer can still be sent.
  const chunks = request.iterator({ destroyOnReturn: false })
  for await (const { name, fileName, contentType, bytes } of partsOf(chunks, boundary)) {
    if (!['messaging_product', 'type', 'file'].includes(name))
      throw new GraphError(100, `Unexpected key "${name}".`)
    if (form.fields.has(name) || (name === 'file' && form.file)) {
      throw new GraphError(100, `Param ${name} must not be given twice.`)
    }
    if (name !== 'file') form.fields.set(name, await textOf(bytes, 1_024))
    else if (fileName === undefined) throw new GraphError(100, 'Param file must be a file.')
    else {
      form.file = await media.receive(bytes)
      form.fileType = contentType
    }
  }
}

function checkedForm({ fields, file, fileType }: Form): { file: Arrived; mimeType: string } {
  const product = fields.get('messaging_product')
  if (product === undefined) throw new GraphError(100, 'The parameter messaging_product is required.')
  if (product !== 'whatsapp') throw new GraphError(100, 'Param messaging_product must be "whatsapp".')
  if (!file) throw new GraphError(100, 'The parameter file is required.')

  const mimeType = (fields.get('type') ?? fileType ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  const known = mediaType(mimeType)
  if (!known) {
    const types = mediaTypes.join(', ')
    throw new GraphError(
      100,
      `Param file must be a file with one of the following types: ${types}; not "${mimeType}".`,
    )
  }
  if (file.bytes > known.mostBytes) {
    throw new GraphError(
      100,
      `Param file is too large: ${mimeType} may have ${known.mostBytes} bytes at most.`,
    )
  }
  if (file.bytes === 0) throw new GraphError(100, 'Param file must not be empty.')
  return { file, mimeType }
}

/** Lets the rest of a refused body come and go, since a caller that still writes does not read the answer. */
async function rest(request: IncomingMessage): Promise<void> {
  request.resume()
  if (request.readableEnded || request.destroyed) return
  await Promise.race([once(request, 'end'), once(request, 'close')]).catch(() => undefined)
}

const urlLivesMs = 300_000

/** `GET /{media id}`, the URL it names, and `DELETE /{media id}`. */
export function openMediaNode(media: MediaStore, now: () => number) {
  const key = randomBytes(32)
  const signed = (id: string, until: string) =>
    createHmac('sha256', key).update(`${id} ${until}`).digest('hex')

  function existing(id: string, phoneNumberId: string | undefined): Media {
    const found = media.get(id)
    if (found && (phoneNumberId === undefined || phoneNumberId === found.phoneNumberId)) return found
    throw new GraphError(100, `Unsupported get request. Object with ID '${id}' does not exist.`)
  }

  return {
    describe(id: string, phoneNumberId: string | undefined, graph: string) {
      const { mimeType, sha256, bytes } = existing(id, phoneNumberId)
      const until = String(Math.floor((now() + urlLivesMs) / 1000))
      return {
        messaging_product: 'whatsapp',
        url: `${graph}/media/${id}?ext=${until}&hash=${signed(id, until)}`,
        mime_type: mimeType,
        sha256,
        file_size: bytes,
        id,
      }
    },
    /** What the URL stands for; undefined once five minutes have passed. */
    at: (id: string, { ext = '', hash }: { ext?: string; hash?: string }): Media | undefined =>
      hash === signed(id, ext) && Number(ext) * 1000 > now() ? media.get(id) : undefined,
    async delete(id: string, phoneNumberId: string | undefined) {
      await media.delete(existing(id, phoneNumberId).id)
      return { success: true }
    },
  }
}
