import type { Readable } from 'node:stream'

/**
 * Where bytes are kept. Its rules, which `mediaSuite` checks:
 *
 *  1. Nothing of a file is visible before `keep` resolves; then all of it is on stable storage. A process that dies
 *     before leaves only what `sweep` takes away.
 *  2. Bytes go through as streams; memory does not grow with the file.
 *  3. What `open` gives is exactly what was written, or an error while it is read: `Damaged` where there is nothing to wait for.
 *  4. `stage` rejects with `StoreUnavailable` when there is no room.
 */
export interface MediaStore {
  /**
   * Takes bytes in. Rejects with `TooBig` beyond `mostBytes`, and with whatever `bytes` throws; neither leaves anything.
   * `owner` is the integration whose file it becomes.
   */
  stage(bytes: AsyncIterable<Uint8Array>, mostBytes: number, owner: string): Promise<Staged>
  /**
   * Undefined when there is no such file. `owner` is the integration whose file it is. `range` is in bytes, both ends
   * included; it may end behind the file's end.
   */
  open(fileId: string, owner: string, range?: ByteRange): Promise<Readable | undefined>
  /** Deleting what is not there is no error. */
  delete(fileIds: string[]): Promise<void>
  /** Takes away what was staged before the one time and not kept, and what was kept before the other. */
  sweep(before: { staged: number; kept: number }): Promise<void>
  /** Throws when `stage` would fail now. */
  probe(): Promise<void>
}

export interface ByteRange {
  from: number
  to: number
}

/** Bytes that came in and are nobody's yet. */
export interface Staged {
  bytes: number
  /** Hex. */
  sha256: string
  /** The first bytes, at least `headBytes` of them where there are so many. */
  head: Uint8Array
  /** Makes them a file, once. The id becomes the file's name: `isFileId` holds for it. */
  keep(fileId: string): Promise<void>
  /** Forgets them. After `keep` it does nothing. */
  drop(): Promise<void>
}

/** Enough to tell by what a file is. */
export const headBytes = 4100

/** These are not the bytes that were kept, and nobody has those any more. */
export class Damaged extends Error {
  override name = 'Damaged'
}

/** More bytes than were allowed. */
export class TooBig extends Error {
  override name = 'TooBig'
}

/** What the ledger knows of a file. Times are milliseconds since 1970. */
export interface MediaFile {
  /** A UUID with dashes, a dot, an extension: `c45ada9b-8a51-4413-a134-928c2b085d31.jpg`. */
  id: string
  integrationId: string
  /** The sender's number that it is bound to: that of the integration whose key uploaded it. */
  from: string
  /** The one recipient it was uploaded for. */
  to?: string
  broadcastAllowed: boolean
  /** As it was declared, in lower case and the spelling of `mediaKinds`. Of a sealed file, what it is once it is opened. */
  contentType: string
  /** What its first bytes say it is, where they say something. */
  looksLike?: string
  fileName: string
  /** Its bytes are as the client sealed them. */
  sealed?: SealedFile
  bytes: number
  /** Hex. */
  sha256: string
  createdAt: number
  expiresAt: number
}

/** What opening a file will take. */
export interface SealedFile {
  encryptionKey: string
  /** Named by uploads only. */
  kmsArn?: string
  /** Of the clear bytes; hex. */
  sha256: string
}

/** How long a file is kept. */
export const mediaKeptMs = 30 * 24 * 60 * 60 * 1000

/** What an id may look like: nothing that means something to a file system. */
export const isFileId = (text: string) =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\.[a-z0-9]{1,16}$/.test(text)

/** What a supplier calls a file that it was given. */
export interface SupplierFile {
  fileId: string
  /** Whose files they are at the supplier: Meta's phone number id. */
  sender: string
  supplierId: string
  expiresAt: number
}
