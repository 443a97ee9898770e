import type { Static, TObject, TProperties } from 'typebox'
import type { Generation } from '../generations.ts'
import type { ReasonName } from '../reasons.ts'

/** How a generation writes one type of content in an entry of `messages`. */
export interface Form<Content = unknown> {
  generation: Generation
  /** Unique in its generation: `location`. */
  name: string
  summary: string
  /** An entry has this form when, of all members that say what a message is, it has exactly these. */
  marks: readonly string[]
  /** What the form adds to the members that every entry may have. */
  members: TProperties
  /** Members whose structure, where it is wrong, has a reason of its own. */
  faults?: Readonly<Record<string, ReasonName>>
  /** What an entry of this form says besides. */
  example: Record<string, unknown>
  /**
   * Makes the content of an entry that `members` have checked; or says what no schema can say is wrong. Of a sealed entry
   * the leaves that its client encrypts are kept as they came: what they say nobody here can read.
   */
  read(entry: Record<string, unknown>, isSealed: boolean): Content | Flaw
}

/** What is wrong with an entry, and where. */
export interface Flaw {
  reason: ReasonName
  /** The member, as a path: `template.header.media.fileId`. */
  member: string
}

export const flaw = (member: string, reason: ReasonName = 'parameter_invalid'): Flaw => ({ reason, member })

export const isFlaw = (read: object): read is Flaw => 'reason' in read && 'member' in read

/** What is in an object of ours is all known: a member that is not would make another message. */
export const closed = { additionalProperties: false } as const

/** What a client's encryption makes of a text. */
export const isCipher = (leaf: unknown): leaf is string => typeof leaf === 'string' && leaf !== ''

/** Gives `read` the types that `members` check. */
export function form<Content, Members extends TProperties>(
  row: Omit<Form, 'members' | 'read'> & {
    members: Members
    read(entry: Static<TObject<Members>>, isSealed: boolean): Content | Flaw
  },
): Form<Content> {
  // Whoever reads an entry checks it by `members` first; that is what a form is for.
  return row as unknown as Form<Content>
}
