import type { Use } from '../family.ts'

/** By place, a table's rows or one of its indexes, as `mts: rows` and `mts: mts_waiting`; or by statement. */
export type Amounts = Map<string, number>

/** What a ledger has spent since it began, and what it has kept. */
export interface Reading {
  /** In bytes. */
  kept: Amounts
  /** What only a database of its own tells. */
  server?: {
    use: Use
    counts: Counts
    /** How often each statement was asked, and the milliseconds it took. */
    asked: Amounts
    took: Amounts
    /** A place in its write-ahead log. */
    logAt: string
  }
}

export interface Counts {
  transactions: number
  /** Waits for the disk. */
  flushes: number
}

/** A ledger whose costs can be read. */
export interface Ledger extends AsyncDisposable {
  read(): Promise<Reading>
  /** Does what the database does by itself every few minutes, so that all of it is in what is read. */
  tidy(): Promise<void>
  /** Bytes of the write-ahead log between two places, whole pages apart. */
  logged?(between: LogSpan): Promise<Amounts>
  updates?(): Promise<Updates[]>
}

export interface LogSpan {
  from: string
  to: string
}

/** How often rows of a table were changed, and how often no index had to follow. */
export interface Updates {
  table: string
  all: number
  inPlace: number
}
