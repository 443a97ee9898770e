import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { flushFolder } from '../../core/flush-folder.ts'
import { headBytes, isFileId, type MediaStore, type Staged, TooBig } from '../../core/media.ts'
import { StoreUnavailable } from '../../core/store.ts'

/**
 * Files in a folder: `staged/` holds what is coming in, `kept/` what is there, by the first two digits of its id. A
 * rename inside one file system is atomic, and the folder is flushed after it, so a kept file survives the machine. All
 * folders are made and flushed at the start: who finds one made by somebody else could not know whether it is flushed.
 */
export async function openDisk(folder: string): Promise<MediaStore> {
  const staged = join(folder, 'staged')
  const kept = join(folder, 'kept')
  const places = Array.from({ length: 256 }, (_, i) => join(kept, i.toString(16).padStart(2, '0')))
  for (const path of [staged, ...places]) await mkdir(path, { recursive: true, mode: 0o700 })
  for (const path of [kept, folder, dirname(folder)]) await flushFolder(path)

  function placeOf(fileId: string): string {
    // The last line of defence: ids are checked where they come in.
    if (!isFileId(fileId)) throw new Error('not the id of a file')
    return join(kept, fileId.slice(0, 2), fileId)
  }

  async function keep(path: string, handle: FileHandle, fileId: string) {
    const place = placeOf(fileId)
    await handle.sync()
    await handle.close()
    await rename(path, place)
    await flushFolder(dirname(place))
  }

  async function stage(bytes: AsyncIterable<Uint8Array>, mostBytes: number): Promise<Staged> {
    const path = join(staged, randomUUID())
    const handle = await open(path, 'wx', 0o600).catch(unavailable)
    let over = false
    const drop = async () => {
      if (over) return
      over = true
      await handle.close()
      await rm(path, { force: true })
    }
    try {
      const written = await write(handle, bytes, mostBytes)
      return {
        ...written,
        drop,
        async keep(fileId) {
          await keep(path, handle, fileId).catch(unavailable)
          over = true
        },
      }
    } catch (error) {
      await drop()
      return unavailable(error)
    }
  }

  return {
    stage,

    async probe() {
      const probe = await stage(oneByte(), 1)
      await probe.drop()
    },

    async open(fileId, _owner, range) {
      const handle = await open(placeOf(fileId), 'r').catch((error: unknown) => {
        if (isMissing(error)) return undefined
        throw error
      })
      return (
        handle && createReadStream('', { fd: handle, ...(range && { start: range.from, end: range.to }) })
      )
    },

    async delete(fileIds) {
      for (const fileId of fileIds) await rm(placeOf(fileId), { force: true })
    },

    async sweep(before) {
      await sweepFolder(staged, before.staged)
      for (const name of await readdir(kept)) await sweepFolder(join(kept, name), before.kept)
    },
  }
}

async function write(handle: FileHandle, bytes: AsyncIterable<Uint8Array>, mostBytes: number) {
  const hash = createHash('sha256')
  const head: Uint8Array[] = []
  let count = 0
  for await (const chunk of bytes) {
    count += chunk.byteLength
    if (count > mostBytes) throw new TooBig(`more than ${mostBytes} bytes`)
    if (count - chunk.byteLength < headBytes) head.push(chunk)
    hash.update(chunk)
    await handle.writeFile(chunk) // at the end of what was written: all of the chunk, however often it takes
  }
  return { bytes: count, sha256: hash.digest('hex'), head: Buffer.concat(head) }
}

/** One level, oldest files only. What somebody else takes away meanwhile is as gone as it should be. */
async function sweepFolder(path: string, before: number) {
  for (const name of await readdir(path)) {
    const file = join(path, name)
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
    if (mtimeMs < before) await rm(file, { force: true })
  }
}

const isMissing = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT'

async function* oneByte() {
  yield Buffer.alloc(1)
}

function unavailable(error: unknown): never {
  throw isOfTheDisk(error) ? new StoreUnavailable('The media folder takes no more') : error
}

const isOfTheDisk = (error: unknown) =>
  error instanceof Error &&
  'code' in error &&
  /^(ENOSPC|EDQUOT|EROFS|EIO|EMFILE|ENFILE)$/.test(String(error.code))
