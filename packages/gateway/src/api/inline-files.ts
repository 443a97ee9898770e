import { randomUUID } from 'node:crypto'
import type { Writable } from 'node:stream'
import { type Content, type Generation, type InlineMedia, mediaExtensionOf } from '@waypost/protocol'
import { sizeFlaw } from '../core/attachments.ts'
import { type Filing, keepFile, tooBigIs } from '../core/files.ts'
import type { Integration } from '../core/integration.ts'
import type { MediaFile, MediaStore, Staged } from '../core/media.ts'
import type { Refusal } from '../core/message.ts'
import type { Store } from '../core/store.ts'
import { base64Decoder, NotBase64 } from './body/base64.ts'
import type { Path } from './body/containers.ts'
import type { Taker } from './body/tokenizer.ts'
import { Refused } from './surface.ts'

/** The files inside one request's messages, from the moment their bytes arrive. */
export interface InlineFiles {
  /** Where the long string at this place goes; undefined when it is no message's content. */
  take(path: Path): Taker<Writable> | undefined
  /**
   * Keeps files, by the place of their message; or says why not. Throws the refusal of the whole request when there is
   * too much of them.
   */
  keep(files: Map<number, Inline>, of: Owner): Promise<Map<number, Content | Refusal>>
  /** Forgets what was kept for these messages. */
  forget(indices: number[]): Promise<void>
  /** Forgets what was not kept. */
  drop(): Promise<void>
}

/** What a message says of the file inside it. */
type Inline = InlineMedia['inline'] & { encryptionKey: string | undefined }

interface Owner {
  integration: Integration
  generation: Generation
}

interface Needs extends Filing {
  store: Filing['store'] & Pick<Store, 'deleteFiles'>
}

/** 20 MB, as the contract counts them: of one file, and in the legacy API of all files of a request. */
const mostBytes = 20 * 1024 * 1024
const hashMember = { one: 'media.sha256Hash', legacy: 'sha256Hash' }
/** A UUID: nobody who writes a body can guess one. */
const markLength = 36

export function inlineFiles(app: Needs, integrationId: string): InlineFiles {
  const stage = stagingFor(app.media, integrationId)
  /** By the mark that ends what the body keeps of each. Which of a key that comes twice counts, the parser decides. */
  const arriving = new Map<string, Promise<Staged | Refusal>>()
  const kept = new Map<number, string>()

  /** What the body keeps of a long content ends in its mark; a short one is all there. */
  function stagingOf({ base64 }: Inline): Promise<Staged | Refusal> {
    const known = arriving.get(base64.slice(-markLength))
    if (known) return known
    const staging = stage(wholeOf(base64))
    arriving.set(randomUUID(), staging)
    return staging
  }

  async function keepOne(
    { inline, staging }: Coming,
    { integration, generation }: Owner,
  ): Promise<MediaFile | Refusal> {
    const { contentType, fileName, sha256, encryptionKey } = inline
    const staged = await staging
    if ('reason' in staged) return staged
    const sealed = encryptionKey !== undefined && sha256 !== undefined ? { encryptionKey, sha256 } : undefined
    // Before it is flushed: nobody is to have it.
    const tooBig = sizeFlaw({ contentType, bytes: staged.bytes, ...(sealed && { sealed }) })
    if (tooBig) return tooBig
    return keepFile(app, staged, {
      integrationId: integration.id,
      from: integration.whatsapp?.from ?? '',
      to: undefined,
      broadcastAllowed: true,
      contentType,
      fileName: fileName ?? `file.${mediaExtensionOf(contentType) ?? 'bin'}`,
      sha256: sha256 && !sealed ? { hex: sha256, member: hashMember[generation] } : undefined,
      sealed,
    })
  }

  async function forget(indices: Iterable<number>) {
    const ids = [...indices].flatMap((index) => kept.get(index) ?? [])
    if (ids.length === 0) return
    await app.media.delete(ids)
    await app.store.deleteFiles(ids)
  }

  return {
    take([list, index, member, ...deeper]) {
      if (list !== 'messages' || typeof index !== 'number' || member !== 'content' || deeper.length > 0)
        return undefined
      const decoder = base64Decoder()
      const mark = randomUUID()
      arriving.set(mark, stage(decoder))
      return { to: decoder, mark }
    },

    async keep(files, owner) {
      const stagings = [...files].map(([index, inline]) => ({ index, inline, staging: stagingOf(inline) }))
      if (owner.generation === 'legacy' && (await sizeOf(stagings)) > mostBytes)
        throw new Refused('payload_too_big', '20')
      const keepEach = async (coming: Coming): Promise<[number, Content | Refusal]> => {
        const { index, inline } = coming
        const file = await keepOne(coming, owner)
        if ('reason' in file) return [index, file]
        kept.set(index, file.id)
        const { caption } = inline
        return [index, { type: 'media', media: { fileId: file.id, ...(caption && { caption }) } }]
      }
      const contents = stagings.map(keepEach)
      await Promise.allSettled(contents) // where one throws, the others are not to be kept behind its back
      return Promise.all(contents).then(
        (all) => new Map(all),
        async (error: unknown) => {
          await forget(files.keys())
          throw error
        },
      )
    },

    forget,

    async drop() {
      for (const staging of arriving.values()) {
        const staged = await staging.catch(() => undefined)
        if (staged && 'drop' in staged) await staged.drop()
      }
    },
  }
}

/** A file whose bytes are on their way, and its message's place. */
interface Coming {
  index: number
  inline: Inline
  staging: Promise<Staged | Refusal>
}

async function sizeOf(stagings: Coming[]) {
  let bytes = 0
  for (const { staging } of stagings) {
    const staged = await staging
    if ('bytes' in staged) bytes += staged.bytes
  }
  return bytes
}

const stagingFor =
  (media: Pick<MediaStore, 'stage'>, integrationId: string) =>
  (bytes: AsyncIterable<Uint8Array>): Promise<Staged | Refusal> => {
    const staging = media
      .stage(bytes, mostBytes, integrationId)
      .catch(tooBigIs({ reason: 'media_too_big', subject: '20' } as const))
      .catch((error: unknown) => {
        if (error instanceof NotBase64) return { reason: 'parameter_invalid', subject: 'content' } as const
        throw error
      })
    staging.catch(() => {}) // whoever asks for it hears of it; when the client has gone nobody does
    return staging
  }

/** A file that is small enough to have come with the rest of the body. */
function wholeOf(base64: string): AsyncIterable<Uint8Array> {
  const decoder = base64Decoder()
  decoder.end(base64)
  return decoder
}
