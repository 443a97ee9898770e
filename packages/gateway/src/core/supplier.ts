import type { Readable } from 'node:stream'
import type { MessageTypeName } from '@waypost/protocol'
import type { MediaFile } from './media.ts'
import type { Dlr, Mo, Mt, NotSent, Outcome } from './message.ts'
import type { FoundTemplate } from './template.ts'

/**
 * A supplier carries the messages of one integration's sender. Its rules, which `supplierSuite` checks:
 *
 *  1. `send` settles before `signal` does, or soon after, and answers with an outcome. It throws only on a bug of its own.
 *  2. `send` answers `unknown` whenever the supplier may have the message, such as a timeout after the request was
 *     written; `deferred` only when it certainly has not.
 *  3. `send` passes our message id along where the wire has a place for it, so that a report can overtake the answer.
 *  4. `prepare` takes as long as what it hands over is big, and settles when `signal` is given, or soon after. Without it
 *     `send` does the same within its own time.
 *  5. It translates, and nothing else: no storing, no retrying, no looking at another supplier.
 */
export interface Supplier {
  /** The message types it has a renderer for; any other is refused at acceptance. */
  readonly carries: ReadonlySet<MessageTypeName>
  /** At most this many messages a second leave this sender. */
  readonly messagesPerSecond: number
  /** Whether the supplier limits what one recipient may get from this sender (Meta's pair rate limit). */
  readonly pairLimit: boolean
  /**
   * Hands over what a message refers to, before it is sent. Answers the outcome where that keeps the message from being
   * sent; it certainly was not. Absent where messages refer to nothing big.
   */
  prepare?(mt: Mt, signal: AbortSignal): Promise<NotSent | undefined>
  send(mt: Mt, signal: AbortSignal): Promise<Outcome>
  /** Present on suppliers that call us over HTTP. */
  readonly webhook?: Webhook
  /**
   * Opens a file that a person sent, by the supplier's id that came with the message. Never rejects; the stream may
   * break off. Absent where people cannot send files.
   */
  fetch?(supplierId: string, signal: AbortSignal): Promise<Fetched>
  /**
   * Every template that the supplier has for this sender. Throws `TemplatesUnreachable` unless it has read all of them.
   * Absent where there is no list to ask for.
   */
  templates?(signal: AbortSignal): Promise<FoundTemplates>
}

export type Fetched =
  /** `bytes` and `sha256` (hex) are what the supplier says of the file. */
  | { type: 'found'; stream: Readable; bytes?: number; sha256?: string }
  | { type: 'gone'; cause: string }
  | { type: 'deferred'; cause: string }

export interface FoundTemplates {
  templates: FoundTemplate[]
  /** Those that no request could fill, whatever it says. */
  skipped: { name: string; language: string; why: string }[]
}

/** The supplier could not be asked for its templates, or refused. The message says why, and has no secret in it. */
export class TemplatesUnreachable extends Error {
  override name = 'TemplatesUnreachable'
}

export interface Webhook {
  /** Tells the supplier where to post. Resolves when the supplier has confirmed; throws when it could not be told. */
  register(url: string, signal: AbortSignal): Promise<void>
  /** Answers the supplier's check of our URL, such as Meta's `hub.challenge`; undefined refuses it. */
  greet(query: URLSearchParams): string | undefined
  /** Whether the supplier signed exactly these bytes. */
  verify(headers: Record<string, string | string[] | undefined>, body: Uint8Array): boolean
  /**
   * Everything in the body, in its order, however many changes were posted together. What it does not know it leaves
   * out and names in `skipped`. Throws on a body that is not this supplier's.
   */
  read(body: Uint8Array): Reading
}

export interface Reading {
  mos: Omit<Mo, 'id'>[]
  dlrs: Dlr[]
  skipped: string[]
}

/** The files that messages carry, as a supplier needs them. */
export interface SupplierFiles {
  find(fileId: string): Promise<MediaFile | undefined>
  /**
   * Its bytes as whoever gets the message is to have them: what its client sealed is opened, and nothing of it is given out
   * before all of it was found right. Or the outcome of a message that has to go without it; undefined when it is gone.
   */
  open(file: MediaFile, signal: AbortSignal): Promise<ClearFile | NotSent | undefined>
  /** What the supplier calls a file that it was given for this sender before, as long as it has it. */
  known(fileId: string, sender: string): Promise<string | undefined>
  /** The outcome of a message that may not have it: what its client sealed with, it must still let us use. */
  withheld(file: MediaFile): Promise<NotSent | undefined>
  remember(fileId: string, sender: string, supplierId: string, keptMs: number): Promise<void>
  /** It turned out not to have it any more. */
  forget(fileId: string, sender: string, supplierId: string): Promise<void>
}

export interface ClearFile {
  stream: Readable
  bytes: number
  /** Hex. */
  sha256: string
}
