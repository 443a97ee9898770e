import type { WhatsAppSender } from '../../core/integration.ts'
import type { Dlr, DlrReport, Mo } from '../../core/message.ts'
import type { Reading } from '../../core/supplier.ts'
import { graphErrorOf, reportOf } from './errors.ts'
import { contentOf, reactedTo } from './read-content.ts'
import { Body, Change, Contact, Context, Entry, Message, Status, Value } from './shapes.ts'

/** The body is not a webhook of a WhatsApp business account. */
export class ForeignBody extends Error {
  override name = 'ForeignBody'
}

/** A part of a body that is not reported on, by the name it gets in `skipped`. */
type Skipped = string

/** Reads what Meta posts, https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks, for one phone number. */
export function reader(integrationId: string, sender: WhatsAppSender): (body: Uint8Array) => Reading {
  return (body) => {
    const reading: Reading = { mos: [], dlrs: [], skipped: [] }
    for (const entry of parse(body)) {
      if (!Entry.Check(entry)) reading.skipped.push('malformed entry')
      else for (const change of entry.changes) readChange(change, { integrationId, sender, reading })
    }
    return reading
  }
}

function parse(body: Uint8Array): unknown[] {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder().decode(body))
  } catch (cause) {
    throw new ForeignBody('not JSON', { cause })
  }
  if (!Body.Check(json)) throw new ForeignBody('not of a WhatsApp business account')
  return json.entry
}

interface Scope {
  integrationId: string
  sender: WhatsAppSender
  reading: Reading
}

function readChange(change: unknown, { integrationId, sender, reading }: Scope): void {
  const { mos, dlrs, skipped } = reading
  if (!Change.Check(change)) return void skipped.push('malformed change')
  if (change.field !== 'messages') return void skipped.push(`field ${change.field}`)
  const { value } = change
  if (!Value.Check(value)) return void skipped.push('malformed value')
  if (value.metadata.phone_number_id !== sender.phoneNumberId) return void skipped.push('foreign number')

  for (const item of items(value.statuses)) sort(readStatus(item, integrationId), dlrs, skipped)

  const messages = items(value.messages)
  if (messages.length > 0) {
    const to = digitsOf(value.metadata.display_phone_number) || sender.from
    const names = profileNames(items(value.contacts))
    for (const item of messages) sort(readMessage(item, { integrationId, to, names }), mos, skipped)
  }

  for (const item of items(value.errors)) skipped.push(`error ${graphErrorOf(item)?.code ?? 'without code'}`)
}

/** A list that is missing has no items; anything else in its place is one, and a malformed one. */
function items(list: unknown): unknown[] {
  if (list === undefined) return []
  return Array.isArray(list) ? list : [list]
}

function sort<Item extends object>(item: Item | Skipped, into: Item[], skipped: Skipped[]): void {
  if (typeof item === 'string') skipped.push(item)
  else into.push(item)
}

function readStatus(item: unknown, integrationId: string): Dlr | Skipped {
  if (!Status.Check(item)) return 'malformed status'
  const report = reportIn(item.status, item.errors)
  if (!report) return `status ${item.status}`
  const dlr: Dlr = { integrationId, supplierId: item.id, report, at: Number(item.timestamp) * 1000 }
  const ours = item.biz_opaque_callback_data
  // Others may send through the same number and pass their own data along.
  if (typeof ours === 'string' && messageId.test(ours)) dlr.messageId = ours
  return dlr
}

const messageId = /^[0-9a-f]{32}$/

/** Undefined where the contract knows no such status: `played`, `deleted`, and what Meta adds. */
function reportIn(status: string, errors: unknown): DlrReport | undefined {
  switch (status) {
    case 'sent':
    case 'delivered':
    case 'read':
      return { type: status }
    case 'failed':
      return reportOf(graphErrorOf(items(errors)[0]))
    default:
      return undefined
  }
}

interface Receiver {
  integrationId: string
  to: string
  /** By number and by user id. */
  names: Map<unknown, string>
}

/** Kinds that no person wrote: a change of number. */
const notMessages = new Set(['system'])

function readMessage(item: unknown, { integrationId, to, names }: Receiver): Omit<Mo, 'id'> | Skipped {
  if (!Message.Check(item)) return 'malformed message'
  if (notMessages.has(item.type)) return `message ${item.type}`
  const content = contentOf(item.type, item)
  const { from, userId } = personOf(item.from, item.from_user_id)
  if (!content || !(from || userId)) return 'malformed message'

  const at = Number(item.timestamp) * 1000
  const mo: Omit<Mo, 'id'> = { integrationId, channel: 'whatsapp', supplierId: item.id, to, content, at }
  if (from) mo.from = from
  if (userId) mo.userId = userId
  const profileName = names.get(from ?? userId) ?? names.get(userId)
  if (profileName !== undefined) mo.profileName = profileName
  // A forwarded message has a context without an id.
  const related = Context.Check(item.context) ? item.context.id : reactedTo(item)
  if (related !== undefined) mo.relatedSupplierId = related
  return mo
}

/** The digits of a user id are nobody's number, so `from` has to be a number as a whole. */
function personOf(from: unknown, userId: unknown): { from: string | undefined; userId: string | undefined } {
  return {
    from: typeof from === 'string' ? /^\+?(\d+)$/.exec(from)?.[1] : undefined,
    userId: typeof userId === 'string' && userId !== '' ? userId : undefined,
  }
}

function profileNames(contacts: unknown[]): Map<unknown, string> {
  const names = new Map<unknown, string>()
  for (const contact of contacts) {
    if (!Contact.Check(contact)) continue
    if (contact.wa_id !== undefined) names.set(contact.wa_id, contact.profile.name)
    if (contact.user_id !== undefined) names.set(contact.user_id, contact.profile.name)
  }
  return names
}

/** `+1 631-555-8151` as we write numbers. */
function digitsOf(text: unknown): string {
  return typeof text === 'string' ? text.replace(/\D/g, '') : ''
}
