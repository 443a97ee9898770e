import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SQLOutputValue } from 'node:sqlite'
import { pipeline } from 'node:stream/promises'
import type { Database } from '../database.ts'
import type { Events } from '../events.ts'
import { graphId } from '../graph/graph-id.ts'
import { mostMediaBytes } from './types.ts'

/** A file that a business uploaded or a person sent, by Meta's id. */
export interface Media {
  readonly id: string
  readonly phoneNumberId: string
  readonly mimeType: string
  /** Hexadecimal. */
  readonly sha256: string
  readonly bytes: number
}

/** Bytes that have arrived whole, and that nobody knows of yet. */
export interface Arrived {
  readonly id: string
  readonly sha256: string
  /** How many came. What is beyond the most that any kind may have is counted and not kept. */
  readonly bytes: number
}

/** Files on their way between businesses and people. What a message uses stays for the phone; Meta's ids die. */
export interface MediaStore extends AsyncDisposable {
  /** Where a file is, under its id. */
  readonly folder: string
  /** Takes bytes to the disk as they come. Leaves nothing behind when they break off. */
  receive(bytes: AsyncIterable<Uint8Array>): Promise<Arrived>
  /** Gives bytes that arrived their id; from now on it is known. */
  keep(arrived: Arrived, of: { phoneNumberId: string; mimeType: string; livesMs: number }): Media
  drop(arrived: Arrived): Promise<void>
  /** Undefined once it is deleted or its time is up. */
  get(id: string): Media | undefined
  /** Whether it was ever given: also true of what is gone. */
  knew(id: string): boolean
  /** A message has the file now, which stays with it whatever becomes of the id. */
  use(id: string): void
  delete(id: string): Promise<void>
  /** Removes what nobody can have any more; otherwise that happens every hour. */
  sweep(): Promise<void>
}

const dayMs = 86_400_000
/** How long Meta knows what a business uploaded, and what a person sent. */
export const uploadLivesMs = 30 * dayMs
export const inboundLivesMs = 7 * dayMs
const sweepEveryMs = 3_600_000

interface Needs {
  database: Database
  /** Without one the files are in a folder of the system's for temporary ones, and go when this closes. */
  dataFolder: string | undefined
  events: Pick<Events, 'storageFailed'>
  now(): number
  newId(): string
}

export async function openMedia({
  database: { sql },
  dataFolder,
  events,
  now,
  newId,
}: Needs): Promise<MediaStore> {
  const folder = dataFolder ? join(dataFolder, 'media') : join(tmpdir(), `waypost-sandbox-${newId()}`)
  const put = sql.prepare(
    'INSERT INTO media (id, phone_number_id, mime_type, sha256, bytes, at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const one = sql.prepare('SELECT * FROM media WHERE id = ?')
  const used = sql.prepare('UPDATE media SET used = 1 WHERE id = ? AND used = 0')
  const gone = sql.prepare('UPDATE media SET gone = 1 WHERE id = ?')
  const old = sql.prepare('SELECT id FROM media WHERE gone = 0 AND expires_at <= ?')
  const needed = sql.prepare('SELECT 1 FROM media WHERE id = ? AND (used = 1 OR gone = 0)')

  const pathOf = (id: string) => join(folder, id)
  const remove = (id: string) => rm(pathOf(id), { force: true })

  async function receive(source: AsyncIterable<Uint8Array>): Promise<Arrived> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const id = graphId(newId())
    const hash = createHash('sha256')
    let bytes = 0

    async function* counted() {
      for await (const chunk of source) {
        bytes += chunk.length
        if (bytes > mostMediaBytes) continue
        hash.update(chunk)
        yield chunk
      }
    }
    try {
      await pipeline(counted, createWriteStream(pathOf(id), { flags: 'wx', mode: 0o600 }))
    } catch (error) {
      await remove(id)
      throw error
    }
    return { id, sha256: hash.digest('hex'), bytes }
  }

  async function forget(id: string): Promise<void> {
    gone.run(id)
    if (!needed.get(id)) await remove(id)
  }

  async function sweep(): Promise<void> {
    try {
      for (const { id } of old.all(now())) await forget(String(id))
    } catch (error) {
      events.storageFailed(error)
    }
  }

  /** Files that arrived when a former run ended, before anybody knew of them. */
  async function clear(): Promise<void> {
    for (const id of await readdir(folder).catch(() => [])) if (!needed.get(id)) await remove(id)
  }

  await clear()
  await sweep()
  const timer = setInterval(() => void sweep(), sweepEveryMs).unref()

  return {
    folder,
    receive,
    keep({ id, sha256, bytes }, { phoneNumberId, mimeType, livesMs }) {
      const at = now()
      put.run(id, phoneNumberId, mimeType, sha256, bytes, at, at + livesMs)
      return { id, phoneNumberId, mimeType, sha256, bytes }
    },
    drop: ({ id }) => remove(id),
    get(id) {
      const row = one.get(id)
      return row && row.gone === 0 && Number(row.expires_at) > now() ? mediaOf(row) : undefined
    },
    knew: (id) => one.get(id) !== undefined,
    use: (id) => void used.run(id),
    delete: forget,
    sweep,
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      if (!dataFolder) await rm(folder, { recursive: true, force: true })
    },
  }
}

function mediaOf(row: Record<string, SQLOutputValue>): Media {
  return {
    id: String(row.id),
    phoneNumberId: String(row.phone_number_id),
    mimeType: String(row.mime_type),
    sha256: String(row.sha256),
    bytes: Number(row.bytes),
  }
}
