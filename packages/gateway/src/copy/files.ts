import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { MediaStore } from '../core/media.ts'
import { type CopyNote, readNote, writeNote } from '../media/half-copied.ts'
import type { Source } from './source.ts'

interface Stores {
  from: MediaStore
  to: MediaStore
}

type Found = ReturnType<Source['files']>[number]

/** After so many it is noted how far the copy is. */
const notedAfter = 100
/** Each may have a few megabytes in memory. */
const atOnce = 4

/**
 * Copies the bytes of every file that the ledger knows, as they are kept, and reads each back. Those that are there already
 * are only read. It is for the caller to note that it is finished.
 */
export async function copyFiles(
  { from, to }: Stores,
  source: Source,
  tell: (note: CopyNote) => void,
): Promise<CopyNote> {
  const begun = await readNote(to)
  // Another ledger's, or this one's as it was, may know of files before the last one: all are looked at again.
  let note: CopyNote =
    begun?.fingerprint === source.fingerprint
      ? begun
      : { fingerprint: source.fingerprint, after: '', files: 0, bytes: 0, missing: [] }
  if (note.finishedAt !== undefined) return note
  await writeNote(to, note)

  for (;;) {
    const files = source.files(note.after, notedAfter)
    const last = files.at(-1)
    if (!last) return note
    for (let first = 0; first < files.length; first += atOnce) {
      const some = files.slice(first, first + atOnce)
      const copied = await Promise.all(some.map((file) => copyFile({ from, to }, file)))
      note = withFiles(note, some, copied)
    }
    note = { ...note, after: last.id }
    await writeNote(to, note)
    tell(note)
  }
}

function withFiles(note: CopyNote, files: Found[], copied: (number | undefined)[]): CopyNote {
  const missing = files.filter((_, index) => copied[index] === undefined).map(({ id }) => id)
  return {
    ...note,
    files: note.files + files.length - missing.length,
    bytes: note.bytes + copied.reduce<number>((sum, bytes = 0) => sum + bytes, 0),
    missing: [...note.missing, ...missing],
  }
}

/** Answers how many bytes it has; undefined when they are missing. */
async function copyFile({ from, to }: Stores, { id, integrationId }: Found): Promise<number | undefined> {
  const original = await from.open(id, integrationId)
  if (!original) return undefined
  const there = await to.open(id, integrationId)
  if (there) {
    const [one, other] = await Promise.all([measured(original), measured(there)])
    if (one.sha256 === other.sha256) return one.bytes
  }
  const bytes = there ? await from.open(id, integrationId) : original
  if (!bytes) return undefined
  const staged = await to.stage(bytes, Number.MAX_SAFE_INTEGER, integrationId)
  await staged.keep(id)
  const kept = await to.open(id, integrationId)
  const { sha256 } = kept ? await measured(kept) : { sha256: 'nothing' }
  if (sha256 !== staged.sha256)
    throw new Error(`the file ${id} was copied as ${staged.sha256} and read back as ${sha256}`)
  return staged.bytes
}

async function measured(stream: Readable): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of stream) {
    hash.update(chunk)
    bytes += chunk.length
  }
  return { bytes, sha256: hash.digest('hex') }
}
