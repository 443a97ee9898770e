import type { Writable } from 'node:stream'
import { type Content, type Generation, type InlineMedia, mediaExtensionOf } from '@waypost/protocol'
import { type Filing, keepFile, tooBigIs } from '../core/files.ts'
import type { Integration } from '../core/integration.ts'
import type { MediaStore, Staged } from '../core/media.ts'
import type { Refusal } from '../core/message.ts'
import type { Store } from '../core/store.ts'
import { base64Decoder, NotBase64 } from './body/base64.ts'
import type { Path } from './body/containers.ts'
import { Refused } from './surface.ts'

/** The files inside one request's messages, from the moment their bytes arrive. */
export interface InlineFiles {
  /** Where the long string at this place goes; undefined when it is no message's content. */
  take(path: Path): Writable | undefined
  /**
   * Keeps files, by the place of their message; or says why not. Throws the refusal of the whole request when there is
   * too much of them.
   */
  keep(files: Map<number, InlineMedia['inline']>, of: Owner): Promise<Map<number, Content | Refusal>>
  /** Forgets what was kept for these messages. */
  forget(indices: number[]): Promise<void>
  /** Forgets what was not kept. */
  drop(): Promise<void>
}

interface Owner {
  integration: Integration
  generation: Generation
}

interface Needs extends Filing {
  store: Filing['store'] & Pick<Store, 'deleteFiles'>
}

/** 20 MB, as the contract counts them: of one file, and in the legacy API of all files of a request. */
const mostBytes = 20 * 1024 * 1024

export function inlineFiles(app: Needs): InlineFiles {
  const arriving = new Map<number, Promise<Staged | Refusal>>()
  const kept = new Map<number, string>()

  async function keepOne(
    index: number,
    { contentType, fileName, caption }: InlineMedia['inline'],
    { id, whatsapp }: Integration,
  ): Promise<Content | Refusal> {
    const staged = await arriving.get(index)
    if (!staged || 'reason' in staged) return staged ?? { reason: 'content_empty', subject: 'content' }
    const file = await keepFile(app, staged, {
      integrationId: id,
      from: whatsapp?.from ?? '',
      to: undefined,
      broadcastAllowed: true,
      contentType: contentType.toLowerCase(),
      fileName: fileName ?? `file.${mediaExtensionOf(contentType) ?? 'bin'}`,
      sha256: undefined,
    })
    if ('reason' in file) return file
    kept.set(index, file.id)
    return { type: 'media', media: { fileId: file.id, ...(caption && { caption }) } }
  }

  return {
    take([list, index, member, ...deeper]) {
      if (list !== 'messages' || typeof index !== 'number' || member !== 'content' || deeper.length > 0)
        return undefined
      const decoder = base64Decoder()
      arriving.set(index, stage(app.media, decoder))
      return decoder
    },

    async keep(files, { integration, generation }) {
      for (const [index, { base64 }] of files)
        if (!arriving.has(index)) arriving.set(index, stageShort(app.media, base64))
      if (generation === 'legacy' && (await sizeOf(arriving, files)) > mostBytes)
        throw new Refused('payload_too_big', '20')
      const contents = [...files].map(async ([index, inline]) => {
        return [index, await keepOne(index, inline, integration)] as const
      })
      return new Map(await Promise.all(contents))
    },

    async forget(indices) {
      const ids = indices.flatMap((index) => kept.get(index) ?? [])
      if (ids.length === 0) return
      await app.media.delete(ids)
      await app.store.deleteFiles(ids)
    },

    async drop() {
      for (const staging of arriving.values()) {
        const staged = await staging.catch(() => undefined)
        if (staged && 'drop' in staged) await staged.drop()
      }
    },
  }
}

async function sizeOf(arriving: Map<number, Promise<Staged | Refusal>>, files: Map<number, unknown>) {
  let bytes = 0
  for (const index of files.keys()) {
    const staged = await arriving.get(index)
    if (staged && 'bytes' in staged) bytes += staged.bytes
  }
  return bytes
}

function stage(
  media: Pick<MediaStore, 'stage'>,
  bytes: AsyncIterable<Uint8Array>,
): Promise<Staged | Refusal> {
  const staging = media
    .stage(bytes, mostBytes)
    .catch(tooBigIs({ reason: 'media_too_big', subject: '20' } as const))
    .catch((error: unknown) => {
      if (error instanceof NotBase64) return { reason: 'parameter_invalid', subject: 'content' } as const
      throw error
    })
  staging.catch(() => {}) // whoever asks for it hears of it; when the client has gone nobody does
  return staging
}

/** A file that is small enough to have come with the rest of the body. */
function stageShort(media: Pick<MediaStore, 'stage'>, base64: string): Promise<Staged | Refusal> {
  const decoder = base64Decoder()
  decoder.end(base64)
  return stage(media, decoder)
}
