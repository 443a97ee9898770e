import { randomBytes } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Scope } from './receiver.ts'
import type { Traces } from './traces.ts'

/** What a gateway under test keeps things in, and what can be done there behind its back. */
export interface Engines {
  /** What the gateway is told about where they are. */
  env: Record<string, string>
  /** All that they hold, but for what is in the gateway's folder. */
  traces(): Promise<Traces>
  /** Where rows that went may still be, and those of others. */
  log(): Promise<Traces>
  /** Where the files are; those on their way in, as far as they are seen there, are in `staged`. */
  files(): Promise<string[]>
  bytesOf(fileId: string): Promise<Buffer>
  spoil(fileId: string): Promise<void>
  /** The ledger says of a file that its time is up. */
  expire(fileId: string): Promise<void>
  /** A person wrote to an integration, at that time. */
  wrote(integrationId: string, person: string, at: number): Promise<void>
  /** The ledger raises an error of its own at each message. */
  broken(): Promise<AsyncDisposable>
  /** Somebody else is writing to the ledger, and does not end. */
  locked(): Promise<AsyncDisposable>
}

/**
 * Where the run of tests has servers, each gateway has a database and a prefix of its own there; else it keeps things in
 * its folder, as it does by default.
 */
export async function engines(folder: string, t: Scope): Promise<Engines> {
  const { TEST_DATABASE: database, TEST_BUCKET: bucket } = process.env
  if (!database || !bucket) return embedded(folder)
  const { served } = await import('./engines-served.ts') // with all of the SDK
  return served({ database, bucket, name: `test_${randomBytes(8).toString('hex')}` }, t)
}

function embedded(folder: string): Engines {
  const media = join(folder, 'media')
  const place = (fileId: string) => join(media, 'kept', fileId.slice(0, 2), fileId)
  const ledger = () => new DatabaseSync(join(folder, 'waypost.db'), { timeout: 5000 })
  return {
    env: {},
    traces: async () => new Map(),
    log: async () => new Map(), // in the folder, too
    async files() {
      const found = await readdir(media, { recursive: true, withFileTypes: true })
      return found.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
    },
    bytesOf: (fileId) => readFile(place(fileId)),
    spoil: (fileId) => writeFile(place(fileId), 'something else'),
    async expire(fileId) {
      using db = ledger()
      db.prepare("UPDATE files SET file = json_set(file, '$.expiresAt', 1) WHERE id = ?").run(fileId)
    },
    async wrote(integrationId, person, at) {
      using db = ledger()
      db.prepare('INSERT INTO windows VALUES (?, ?, ?)').run(integrationId, person, at)
    },
    async broken() {
      const db = ledger()
      db.exec("CREATE TRIGGER broken BEFORE INSERT ON mts BEGIN SELECT RAISE(ABORT, 'broken'); END")
      return {
        async [Symbol.asyncDispose]() {
          db.exec('DROP TRIGGER broken')
          db.close()
        },
      }
    },
    async locked() {
      const db = ledger()
      db.exec('BEGIN IMMEDIATE')
      return {
        async [Symbol.asyncDispose]() {
          db.close()
        },
      }
    },
  }
}
