import type { StatusName } from '@waypost/protocol'
import type { Balance } from './balance.ts'
import type { Endpoint } from './endpoint.ts'
import type { Account, ApiKey, Integration, OptIn, OptOut, Pin, Settings, Wish } from './integration.ts'
import type { AcceptedElsewhere } from './limits.ts'
import type { CallbackQuery, LaneSummary, MtLife, MtQuery, OptOutQuery, Page } from './looking.ts'
import type { MediaFile, SupplierFile } from './media.ts'
import type { Dlr, Mo, MoContent, Mt, MtName, Retry } from './message.ts'
import type { SettingsNews } from './settings-change.ts'
import type { Template } from './template.ts'

/**
 * The ledger. Its rules, which `storeSuite` checks:
 *
 *  1. A write is atomic, and on stable storage when its promise resolves. Writes that arrive while a commit runs share
 *     the next one; a write that throws on its own (a lost lease) leaves its neighbours in that commit alone.
 *  2. A message is stored together with its place in its lane; a change of status together with the event that reports it.
 *  3. Nothing waits outside a lane. What is leased is a lane. Each lease has a fence, one higher than the last one's;
 *     a write under an older fence throws `LeaseLost`.
 *  4. Taking over a lane turns every attempt that was under way in it into an uncertain one.
 *  5. Statuses climb: `mayBecome` of the protocol decides. A report that changes nothing reports nothing. Their times
 *     climb with them: one that a supplier's clock puts before the last is told with the time of the last.
 *  6. Sequence numbers of an endpoint's events start at 1 and have no gap. What an endpoint is told its shadow is told
 *     too, in the same commit, from when the integration has a URL for it until it has none.
 *  7. An MO that the same supplier reported before is not stored again.
 *  8. Reads never wait for the writer.
 *  9. A price is reserved in the commit that stores its message, and only where the balance covers it; it is charged once,
 *     in the commit that first reports the message sent, delivered or read; it is released in the commit that ends it
 *     before. A message that was charged stays charged, and one that was released is charged when it arrives after all.
 * 10. Where a balance is lowered below what is reserved, it is used up by those whose turn comes first. One that had its
 *     turn keeps it.
 */
export interface Store extends AsyncDisposable {
  // Sending

  /**
   * Stores messages and, where the request carried an idempotency key, the answer to it. A message without `dueAt`
   * waits for nothing (refused by a limit, emulated). A status that is reported has its event at once. Answers the lanes
   * that have something new. Throws `AlreadyAnswered` when that key is taken, else `BalanceTooLow` when the balance does not cover
   * all prices; the messages of one call are of one integration.
   */
  accept(mts: Mt[], answer?: KeptAnswer): Promise<Touched>
  answerOf(integrationId: string, idempotencyKey: string): Promise<KeptAnswer | undefined>

  /** The next messages due in this lane, in order: priority, due time, id. Those under way are not among them. */
  dueMts(lease: Lease, at: number, limit: number): Promise<Mt[]>
  /** Messages of this lane that wait although their time has run out, due or not. One call answers up to `limit`. */
  expiredMts(lease: Lease, at: number, limit: number): Promise<Mt[]>
  /** How many messages of an integration wait or are under way, except in its lane `besides`. */
  openMts(integrationId: string, besides: string | undefined): Promise<number>
  /**
   * Written before the supplier is asked. Answers the attempt's number per message; those no longer waiting are missing,
   * and one that the balance does not cover any more was not begun: 0. One that was only accepted is queued from then on.
   */
  beginAttempts(lease: Lease, mts: MtName[], at: number): Promise<Map<string, number>>
  /** An outcome of an attempt that was superseded changes nothing, unless it says `sent`. */
  recordOutcomes(outcomes: RecordedOutcome[]): Promise<Touched>
  /** Moves messages that were not attempted to a later time (a pair limit, a held lane). */
  postpone(lease: Lease, later: (MtName & { dueAt: number })[]): Promise<void>

  // Coming back

  /**
   * Reports are matched by our id, else by the supplier's. One that matches nothing is kept and applied as soon as an
   * outcome or another report makes its supplier id known. A failure that may pass puts its message back, by
   * `waitAfterReportMs`; where it is news of the newest attempt it is among the `faults`, unless it was kept before. One
   * that says so makes its message's file unknown to every supplier.
   */
  recordDlrs(dlrs: RecordedDlr[]): Promise<RecordedDlrs>
  /**
   * Answers the MOs that were new. A person without a number gets a lasting alias in `from`. One whose content is an
   * attachment waits for its file in its integration's `fetch` lane; any other is an event at once. A wish for no more
   * messages, or for messages again, is written with it.
   */
  recordMos(mos: RecordedMo[]): Promise<RecordedMos>
  /** The next MOs of this lane that wait for their file and are due, oldest first. Those under way at the caller are among them. */
  dueFetches(lease: Lease, at: number, limit: number): Promise<Fetch[]>
  /** Makes events of MOs whose wait is over, whatever came of it; moves the others to a later time. */
  recordFetches(lease: Lease, results: FetchResult[]): Promise<Touched>
  /** The supplier's user id that an alias stands for. */
  userOf(alias: string): Promise<string | undefined>

  // Calling back

  /**
   * The next events due in this endpoint's lane, by due time, then sequence. Those under way at the caller are among them.
   * While the endpoint is paused nothing is due.
   */
  dueCallbacks(lease: Lease, at: number, limit: number): Promise<Callback[]>
  /**
   * Answers whether this paused the endpoint: nothing but failures for `pausedAfterMs`. An event whose failure pauses it,
   * or finds it paused, waits with the others.
   */
  recordCallbacks(lease: Lease, results: CallbackAttempt[]): Promise<{ paused: boolean }>
  /** Dead letters without an attempt, of events that nobody can be told any more. */
  abandonCallbacks(lease: Lease, sequences: number[], at: number, why: string): Promise<void>
  /** Makes events due again, whatever became of them, and starts their schedule anew. A paused endpoint is resumed. */
  replayCallbacks(which: ReplayRange, at: number): Promise<Touched & { replayed: number }>
  /**
   * Makes everything that waits for an endpoint due, in its sequence, each with its schedule anew. Answers whether the
   * endpoint was paused; it has another `pausedAfterMs` now.
   */
  resumeCallbacks(lane: string, at: number): Promise<{ resumed: boolean }>

  // Lanes

  /**
   * Says that this node serves lanes of this kind, for so long; 0: not any more. Answers how many nodes do, and how many
   * lanes they hold.
   */
  attend(kind: LaneKind, node: string, forMs: number): Promise<{ nodes: number; lanes: number }>
  /**
   * The lanes of this kind that no other node serves with something due by `at`, and those in which something is under
   * way that nobody serves any more: it is due once the lane is taken over.
   */
  dueLanes(kind: LaneKind, at: number, node: string): Promise<string[]>
  /**
   * Takes or renews, and a renewal keeps its fence; lanes that another node serves are missing from the answer. What was
   * under way in a lane that is taken is due again as its message says: after its wait, or when its time runs out.
   */
  lease(lanes: string[], node: string, leaseMs: number): Promise<TakenLease[]>
  release(leases: Lease[]): Promise<void>

  // Files: what is known of them. Their bytes are in the media store.

  /** Throws when the id is taken. */
  putFile(file: MediaFile): Promise<void>
  findFile(id: string): Promise<MediaFile | undefined>
  /** Files whose time is up, oldest first. */
  expiredFiles(at: number, limit: number): Promise<string[]>
  /** Forgets files, and what suppliers call them. */
  deleteFiles(ids: string[]): Promise<void>
  /** What a supplier calls a file that it was given for this sender, as long as it has it. */
  supplierFile(fileId: string, sender: string, at: number): Promise<string | undefined>
  putSupplierFile(file: SupplierFile): Promise<void>
  /** The supplier has it no more under this name; another name it was given since stays. */
  forgetSupplierFile(file: Omit<SupplierFile, 'expiresAt'>): Promise<void>

  // Looking

  findMt(integrationId: string | undefined, id: string): Promise<Mt | undefined>
  life(id: string): Promise<MtLife | undefined>
  /** Newest first. One call looks at a bounded number of messages: a page may be empty and still have a cursor. */
  searchMts(query: MtQuery): Promise<Page<Mt>>
  /** Likewise. */
  searchCallbacks(query: CallbackQuery): Promise<Page<Callback>>
  /** By number; the cursor is the last one of the page before. */
  optOutsOf(query: OptOutQuery): Promise<Page<OptOut>>
  /** Likewise. */
  optInsOf(query: OptOutQuery): Promise<Page<OptIn>>
  /** `endpoint` is its lane. */
  eventsAfter(endpoint: string, after: number, limit: number): Promise<Callback[]>
  lanes(): Promise<LaneSummary[]>
  /** The lanes of endpoints that are paused. */
  pausedEndpoints(): Promise<string[]>
  /**
   * Messages accepted since the minute of this time, per integration: what the limits start from after a restart. Those
   * that waited for nothing are not counted.
   */
  acceptedSince(at: number): Promise<{ integrationId: string; count: number }[]>
  /**
   * Likewise, what other nodes accepted, by the minute: all of them together, so far. Undefined where there can be none.
   */
  acceptedElsewhere(since: number): Promise<AcceptedElsewhere[] | undefined>
  /** The newest MO of each pair since a time, oldest first: where the 24-hour window is open. */
  windowsSince(at: number): Promise<{ integrationId: string; from: string; at: number }[]>
  /** When each of these people last wrote to an integration; those who never did are missing. */
  lastWrote(integrationId: string, people: string[]): Promise<{ person: string; at: number }[]>
  balanceOf(integrationId: string): Promise<Balance>
  /** The real time, by the clock that all nodes have in common; undefined where that is the machine's. */
  time(): Promise<number | undefined>
  /** Throws when a write or a read would fail now: full disk, unreachable database. */
  probe(): Promise<void>

  // Sealing: wrapped keys, which only a key service opens.

  /** What is kept of an owner is sealed with: an integration, by its id, or `theInstallation`. */
  sealingKey(owner: string): Promise<string | undefined>
  /** Answers the one that counts, the first that was put; undefined for an integration that is not there, with which one goes. */
  putSealingKey(owner: string, wrapped: string): Promise<string | undefined>

  // Settings

  loadSettings(): Promise<Settings>
  /** What changed after a version, in the order of the commits, at most 1,000 changes; undefined when it is not known any more. */
  settingsAfter(version: number): Promise<SettingsNews | undefined>
  /** No change up to now is known any more. */
  forgetSettingsChanges(): Promise<void>
  /** How far the business clock is turned: 0 until it was put. */
  clockOffset(): Promise<number>
  putClockOffset(offsetMs: number): Promise<void>
  putAccount(account: Account): Promise<void>
  /** With an amount, its balance is that from now on, whatever it was; null: nothing is charged. Without one it stays. */
  putIntegration(integration: Integration, amount?: number | null): Promise<void>
  deleteIntegration(id: string): Promise<void>
  putKey(key: ApiKey): Promise<void>
  deleteKey(keyId: string): Promise<void>
  putPin(pin: Pin): Promise<void>
  deletePin(integrationId: string, number: string): Promise<void>
  /** Put twice, the first time counts. */
  putOptOut(optOut: OptOut): Promise<void>
  deleteOptOut(integrationId: string, msisdn: string): Promise<void>
  /** Likewise. */
  putOptIn(optIn: OptIn): Promise<void>
  deleteOptIn(integrationId: string, msisdn: string): Promise<void>
  /** A default one takes that from the other languages of its name. */
  putTemplate(template: Template): Promise<void>
  /** Without a language, all of the name’s. */
  deleteTemplate(integrationId: string, name: string, language?: string): Promise<void>
}

/** No integration has this id. */
export const theInstallation = ''

/** Lanes in which something became due or is due sooner than before. Whoever serves them should look. */
export interface Touched {
  lanes: string[]
}

/**
 * `mt` lanes are `whatsapp:27999…`, one per sender; `callback` lanes are `callback:<integrationId>:<endpoint>`, `fetch`
 * lanes `fetch:<integrationId>`.
 */
export type LaneKind = 'mt' | 'callback' | 'fetch'

export interface Lease {
  lane: string
  fence: number
}

export interface TakenLease extends Lease {
  /** For how long nobody had held the lane when it was taken; 0 where the lease before had lapsed, or is renewed. */
  freeMs: number
}

/** A lease that another node has taken since: stop serving the lane. */
export class LeaseLost extends Error {
  override name = 'LeaseLost'
}

/** The disk is full, the database out of reach, or more waits to be written than it can take. Nothing was stored. */
export class StoreUnavailable extends Error {
  override name = 'StoreUnavailable'
}

/** This idempotency key was answered before; read the answer. */
export class AlreadyAnswered extends Error {
  override name = 'AlreadyAnswered'
}

/** The answer to a request with an `Idempotency-Key`, kept for 72 hours. */
export interface KeptAnswer {
  integrationId: string
  key: string
  /** SHA-256 of path and body, hex. */
  requestHash: string
  status: number
  body: string
  at: number
}

/** An outcome as core settled it: what is to be stored, with retries already reckoned into a time. */
export interface RecordedOutcome extends MtName {
  attempt: number
  at: number
  settled:
    | { type: 'sent'; supplierIds: string[]; status: StatusName }
    | { type: 'failed'; status: StatusName; supplierCode?: string }
    // `status` is what the message ends in should its time run out first, expired when absent; `meanwhile` what it is
    // until then, where that is news.
    | {
        type: 'deferred'
        dueAt: number
        status?: StatusName
        meanwhile?: StatusName
        supplierCode?: string
        limit?: RepeatLimit
      }
    | { type: 'unknown'; dueAt: number; cause: string }
}

/** A message fails after all when this many attempts before ended with the same supplier's code. */
export interface RepeatLimit {
  repeats: number
  status: StatusName
}

/** A report as core settled it. `random`, in [0, 1), spreads the next tries of what failed together. */
export interface RecordedDlr extends Dlr {
  status: StatusName
  random: number
}

export interface RecordedDlrs extends Touched {
  unmatched: number
  faults: ReportedFault[]
  /** Reports of earlier that no message has claimed for 72 hours; absent where none was given up. */
  forgotten?: number
}

/** A fault that may pass, met by a message's newest attempt. It may be its lane's. */
export interface ReportedFault {
  integrationId: string
  lane: string
  to: string
  attempts: number
  retry: Retry
}

/** An MO as core read it. */
export interface RecordedMo extends Mo {
  wish?: Wish
}

/** In the order of the call, those that were new. */
export interface RecordedMos extends Touched {
  stored: { id: string; from: string }[]
}

/** An MO that waits for its file. */
export interface Fetch {
  mo: Mo & { from: string }
  /** Those that failed. */
  attempts: number
}

export interface FetchResult {
  moId: string
  /** What the MO's content is now, or when to try again. */
  next: { content: MoContent } | { dueAt: number }
}

/** An event that an endpoint is to be told, and how far telling got. */
export interface Callback {
  /** Ours, 32 hex digits; the same on each attempt. */
  id: string
  lane: string
  integrationId: string
  endpoint: Endpoint
  /** Of the endpoint, from 1, without gaps. */
  sequence: number
  /** The message it speaks of, MT or MO. */
  messageId: string
  event: CallbackEvent
  createdAt: number
  state: 'waiting' | 'delivered' | 'dead'
  dueAt?: number
  /** Since its schedule began: a replay starts that anew. */
  attempts: number
  /** When its schedule began: at the first of these attempts, however long it waited before. */
  firstAttemptAt?: number
  lastAttempt?: { at: number; httpStatus?: number; error?: string }
}

/** What happened, in no generation's shape: `api/<generation>/callbacks.ts` gives it one. */
export type CallbackEvent =
  | {
      type: 'status'
      channel: Mt['channel']
      status: StatusName
      messageId: string
      clientMessageId?: string
      at: number
    }
  | {
      type: 'mo'
      mo: Mo & { from: string }
      /** The MT that the MO answers, where there is one. */
      relatedMessageId?: string
      relatedClientMessageId?: string
    }

export interface CallbackAttempt extends Pick<Callback, 'id' | 'sequence'> {
  at: number
  httpStatus?: number
  error?: string
  next: { state: 'delivered' } | { state: 'waiting'; dueAt: number } | { state: 'dead' }
}

export type ReplayRange =
  | { callbackId: string }
  | {
      integrationId: string
      endpoint: Endpoint
      fromSequence: number
      toSequence: number
      states: Callback['state'][]
    }

export const laneOf = ({ channel, from }: Pick<Mt, 'channel' | 'from'>): string => `${channel}:${from}`
export const fetchLane = (integrationId: string): string => `fetch:${integrationId}`

/** By the lane's name; a sender's begins with its channel. */
export function laneKindOf(lane: string): LaneKind {
  const [first] = lane.split(':')
  return first === 'callback' || first === 'fetch' ? first : 'mt'
}
