import { json } from 'node:stream/consumers'
import { CannotStart } from '../core/cannot-start.ts'
import type { MediaStore } from '../core/media.ts'

/** How far `waypost copy` is with the files of a ledger. It is kept among them, under an id that no file gets. */
export interface CopyNote {
  /** Of the ledger. */
  fingerprint: string
  /** All up to this one are copied, in the order of their ids. */
  after: string
  files: number
  bytes: number
  /** Those whose bytes are not where they should be. */
  missing: string[]
  finishedAt?: number
}

const noteId = '00000000-0000-0000-0000-000000000000.copy'
const mostBytes = 1024 * 1024 * 1024

export async function readNote(media: MediaStore): Promise<CopyNote | undefined> {
  const stream = await media.open(noteId, '')
  // `writeNote` wrote it.
  return stream && ((await json(stream)) as CopyNote)
}

export async function writeNote(media: MediaStore, note: CopyNote): Promise<void> {
  const bytes = Buffer.from(JSON.stringify(note))
  const staged = await media.stage(
    (async function* () {
      yield bytes
    })(),
    mostBytes,
    '',
  )
  await staged.keep(noteId)
}

/** What a copy has not brought yet would be missing. */
export async function refuseHalfCopied(media: MediaStore): Promise<MediaStore> {
  const note = await readNote(media)
  if (note && note.finishedAt === undefined)
    throw new CannotStart(
      'a copy of files to here was begun and is not finished. Finish it: `waypost copy` with the same options goes on.',
    )
  return media
}
