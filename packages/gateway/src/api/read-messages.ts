import {
  type Content,
  type Form,
  forms,
  type Generation,
  type InlineMedia,
  isFlaw,
  isLonger,
  leavesIn,
  type ReasonName,
} from '@waypost/protocol'
import { type TProperties, Type } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import type { Submission } from '../core/accept.ts'
import type { Refusal } from '../core/message.ts'
import type { Body } from './body/read-body.ts'
import { Refused } from './surface.ts'
import { isTime } from './time.ts'

/** What the answer repeats of a message, as far as it could be read. */
export interface Echo {
  to: string | undefined
  clientMessageId: string | undefined
}

/** A message as it was written: a file inside it is not a file of ours yet. */
export type Written = Omit<Submission, 'content'> & { content: Content | InlineMedia }

export interface Read {
  echo: Echo
  submission: Written | Refusal
}

/** The contract gives no length; 36-character GUIDs are what real traffic carries. */
const clientMessageIdLimit = 128

/** Faults that have a reason of their own; any other is `parameter_invalid`. */
type Faults = Readonly<Record<string, ReasonName>>
const missing: Faults = { to: 'recipient_missing' }
const wrong: Faults = { to: 'recipient_invalid' }

/** Enough to recognize what is repeated; neither may be nearly as long. */
const echoLimit = 256

/**
 * In characters. Nothing in the contract but a content is nearly as long, and strings that were cut when the body was
 * read are longer: the 64 KiB that are left of them are 10,922 characters at least.
 */
const textLimit = 10_000

/** In base64, with its vector and padding: what a sealed text may have that says no more than a clear one may. */
const sealedTextLimit = 4 * Math.ceil((4 * textLimit + 32) / 3)

/** A message is opened in one go, during which nothing else is done. No person has an address book like this. */
const sealedTextsMost = 2000

/** The `messages` of a request body. Throws the refusal of the whole request. */
export function messagesOf(body: Body | undefined): unknown[] {
  if (!body) throw new Refused('payload_malformed')
  if (body.json instanceof Refused) throw body.json
  const { messages } = parsed(body.json)
  if (!Array.isArray(messages)) throw new Refused('payload_malformed')
  return messages
}

function parsed({ buffer, byteOffset, byteLength }: Uint8Array): { messages?: unknown } {
  try {
    const json: unknown = JSON.parse(Buffer.from(buffer, byteOffset, byteLength).toString())
    if (isObject(json)) return json
  } catch {
    // Not JSON: the refusal below says so, and the parser's message would quote the body.
  }
  throw new Refused('payload_malformed')
}

/**
 * Reads entries of `messages` in the forms that a generation has. What every entry may have is checked first, in the
 * schemas' order, and the first member that is wrong is named. `null` counts as left out, wherever it is: several client
 * libraries write their empty members so.
 */
export function messageReader(generation: Generation, common: TProperties): (value: unknown) => Read {
  const own = forms.filter((form) => form.generation === generation)
  const kinds = [...new Set(own.flatMap(({ marks }) => marks))]
  const names = [...new Set(own.flatMap(({ members }) => Object.keys(members)))]
  const checkCommon = checkerOf(common, wrong)
  const readers = new Map(own.map((form) => [form.marks.join(), formReader(form, names)]))

  function read(entry: Record<string, unknown>): Written | Refusal {
    const flaw = checkCommon(entry)
    if (flaw) return flaw
    const marks = kinds.filter((name) => !isLeftOut(entry[name]))
    const readForm = readers.get(marks.join())
    if (!readForm && marks.length < 2) return { reason: 'content_empty', subject: 'content' }
    if (!readForm) return { reason: 'parameter_invalid', ...subject(marks[1] ?? marks[0]) }
    const content = readForm(entry)
    return 'reason' in content ? content : submissionOf(entry, content, common)
  }

  return (value) =>
    isObject(value)
      ? { echo: echoOf(value), submission: read(value) }
      : { echo: echoOf({}), submission: { reason: 'parameter_invalid', subject: 'messages' } }
}

/** `known` are the members of all forms: in another form than its own one would be lost, and with it what was meant. */
function formReader(
  { marks, members, faults, read }: Form<Content | InlineMedia>,
  known: string[],
): (entry: Record<string, unknown>) => Content | InlineMedia | Refusal {
  const check = checkerOf(members, faults)
  const names = Object.keys(members)
  const foreign = known.filter((name) => !names.includes(name))
  const bounded = names.filter((name) => name !== 'content')
  return (entry) => {
    const surplus = foreign.find((name) => !isLeftOut(entry[name]) && entry[name] !== false)
    if (surplus !== undefined) return { reason: 'parameter_invalid', subject: surplus }
    const own: Record<string, unknown> = {}
    for (const name of names) if (!isLeftOut(entry[name])) own[name] = withoutNull(entry[name])
    const flaw = check(own)
    if (flaw) return flaw
    const isSealed = !isLeftOut(entry.encryptionKey)
    const content = read(own, isSealed)
    if (isFlaw(content)) return { reason: content.reason, ...subject(content.member) }
    for (const name of bounded) {
      const path = longIn(own[name], name, isSealed ? sealedTextLimit : textLimit)
      if (path !== undefined) return { reason: 'parameter_invalid', subject: path }
    }
    if (isSealed && content.type !== 'inline' && leavesIn(content) > sealedTextsMost)
      return { reason: 'parameter_invalid', ...subject(marks[0]) }
    return content
  }
}

/** The path of what has a text or a name that is too long to be what was sent: `location.name`. */
function longIn(member: unknown, path: string, most: number): string | undefined {
  if (typeof member === 'string') return member.length > most ? path : undefined
  if (typeof member !== 'object' || member === null) return undefined
  for (const [name, value] of Object.entries(member)) {
    const long =
      name.length > textLimit
        ? path
        : longIn(value, path + (Array.isArray(member) ? `[${name}]` : `.${name}`), most)
    if (long !== undefined) return long
  }
  return undefined
}

/** Names the first member that is not as its schema says, by its path: `location.latitude`. */
function checkerOf(
  members: TProperties,
  faults: Faults = {},
): (entry: Record<string, unknown>) => Refusal | undefined {
  const required = new Set(Type.Object(members).required)
  const checks = Object.entries(members).map(([name, schema]) => ({ name, validator: Compile(schema) }))
  return (entry) => {
    for (const { name, validator } of checks) {
      const member = entry[name]
      if (isLeftOut(member)) {
        if (required.has(name)) return { reason: missing[name] ?? 'parameter_invalid', subject: name }
      } else if (!validator.Check(member))
        return { reason: faults[name] ?? 'parameter_invalid', subject: name + pathIn(validator, member) }
    }
    return undefined
  }
}

function pathIn(validator: Validator, member: unknown): string {
  const [error] = validator.Errors(member)
  if (!error) return ''
  return [...error.instancePath.split('/').slice(1), ...memberIn(error)]
    .map((step) => (/^\d+$/.test(step) ? `[${step}]` : `.${step}`))
    .join('')
}

/** What an object lacks, or has and should not. */
function memberIn(error: ReturnType<Validator['Errors']>[number]): string[] {
  if (error.keyword === 'required') return error.params.requiredProperties.slice(0, 1)
  return error.keyword === 'additionalProperties' ? error.params.additionalProperties.slice(0, 1) : []
}

const subject = (member: string | undefined) => (member === undefined ? {} : { subject: member })

const isLeftOut = (member: unknown) => member === undefined || member === null || member === ''

/** No member has more levels. What is below cannot be known, and is ignored like anything that is not. */
const deepest = 16

function withoutNull(member: unknown, level = 1): unknown {
  if (level > deepest) return undefined
  if (Array.isArray(member)) return member.map((entry) => withoutNull(entry, level + 1))
  if (!isObject(member)) return member
  const entries = Object.entries(member).filter(([, value]) => value !== null)
  return Object.fromEntries(entries.map(([name, value]) => [name, withoutNull(value, level + 1)]))
}

/** The members that the generation has are checked by now, so each is of its type or absent; others are ignored. */
function submissionOf(
  entry: Record<string, unknown>,
  content: Content | InlineMedia,
  common: TProperties,
): Written | Refusal {
  const text = (name: string) => {
    const member = name in common ? entry[name] : undefined
    return typeof member === 'string' && member !== '' ? member : undefined
  }
  const encryptionKey = text('encryptionKey')
  if (encryptionKey !== undefined && encryptionKey.length > textLimit)
    return { reason: 'parameter_invalid', subject: 'encryptionKey' }
  const clientMessageId = text('clientMessageId')
  if (clientMessageId !== undefined && isLonger(clientMessageId, clientMessageIdLimit))
    return { reason: 'client_message_id_too_long' }
  const scheduled = text('scheduledDeliveryTime')
  if (scheduled !== undefined && !isTime(scheduled))
    return { reason: 'parameter_invalid', subject: 'scheduledDeliveryTime' }
  const { validityPeriod } = entry
  return {
    channel: 'channel' in common ? text('channel') : 'whatsapp',
    to: text('to') ?? '',
    content,
    clientMessageId,
    from: text('from'),
    charset: text('charset'),
    encryptionKey,
    scheduledAt: scheduled === undefined ? undefined : Date.parse(scheduled),
    validityMs: typeof validityPeriod === 'number' ? validityPeriod * 60_000 : undefined,
  }
}

function echoOf({ to, clientMessageId }: Record<string, unknown>): Echo {
  return {
    to: typeof to === 'string' ? to.slice(0, echoLimit) : undefined,
    clientMessageId: typeof clientMessageId === 'string' ? clientMessageId.slice(0, echoLimit) : undefined,
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
