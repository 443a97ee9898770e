import type { Contact } from '@waypost/protocol'
import type { MoContent } from '../../core/message.ts'
import * as shapes from './shapes.ts'

/** What a person wrote, by Meta's kinds; see https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks. */
type Reader = (item: Record<string, unknown>) => MoContent | undefined

const readers: Record<string, Reader> = {
  text: ({ text }) => (shapes.Text.Check(text) ? { type: 'text', text: { body: text.body } } : undefined),
  image: ({ image }) => attachmentIn(image),
  video: ({ video }) => attachmentIn(video),
  audio: ({ audio }) => attachmentIn(audio),
  voice: ({ voice }) => attachmentIn(voice),
  document: ({ document }) => attachmentIn(document),
  sticker: ({ sticker }) => attachmentIn(sticker),
  location: ({ location }) => locationIn(location),
  contacts: ({ contacts }) => contactsIn(contacts),
  button: ({ button }) =>
    shapes.Button.Check(button)
      ? { type: 'button', button: { text: button.text, ...ifText('payload', button.payload) } }
      : undefined,
  interactive: ({ interactive }) => replyIn(interactive),
  reaction: ({ reaction }) =>
    shapes.Reaction.Check(reaction)
      ? { type: 'reaction', reaction: ifText('emoji', reaction.emoji) }
      : undefined,
}

/** Undefined for what is not as its kind should be. A kind that we do not know is told by its name. */
export function contentOf(kind: string, item: Record<string, unknown>): MoContent | undefined {
  const read = Object.hasOwn(readers, kind) ? readers[kind] : undefined
  return read ? read(item) : unsupported(kind)
}

const unsupported = (kind: string): MoContent => ({ type: 'unsupported', unsupported: { kind } })

/** The wamid of the message that a reaction is to stands where others have their context. */
export function reactedTo({ reaction }: Record<string, unknown>): string | undefined {
  return shapes.Reaction.Check(reaction) ? reaction.message_id : undefined
}

function attachmentIn(media: unknown): MoContent | undefined {
  if (!shapes.Media.Check(media)) return undefined
  return {
    type: 'attachment',
    attachment: {
      supplierId: media.id,
      contentType: media.mime_type,
      ...ifText('fileName', media.filename),
      ...ifText('caption', media.caption),
      ...ifText('sha256', hexOf(media.sha256)),
    },
  }
}

/** Webhooks have hashes in base64, everybody else in hex. */
function hexOf(sha256: unknown): string | undefined {
  const bytes = typeof sha256 === 'string' ? Buffer.from(sha256, 'base64') : undefined
  return bytes?.length === 32 ? bytes.toString('hex') : undefined
}

function locationIn(location: unknown): MoContent | undefined {
  if (!shapes.Location.Check(location)) return undefined
  const { latitude, longitude, name, address } = location
  return {
    type: 'location',
    location: {
      latitude: String(latitude),
      longitude: String(longitude),
      ...ifText('name', name),
      ...ifText('address', address),
    },
  }
}

/** A button or a row of a list, which others than us may have sent from this number. */
function replyIn(interactive: unknown): MoContent | undefined {
  if (!shapes.Interactive.Check(interactive)) return unsupported('interactive')
  const { id, title } = interactive.button_reply ?? interactive.list_reply ?? {}
  return id === undefined || title === undefined
    ? unsupported('interactive')
    : { type: 'button', button: { text: title, payload: id } }
}

function contactsIn(cards: unknown): MoContent | undefined {
  if (!shapes.Cards.Check(cards)) return undefined
  return { type: 'contacts', contacts: { contacts: cards.map(contactOf) } }
}

/** Our names are Meta's in camel case; members that we do not know are left out. */
function contactOf(card: shapes.Card): Contact {
  const { formatted_name, first_name, last_name } = card.name
  const fullName = [first_name, last_name].filter(Boolean).join(' ')
  return {
    name: {
      ...ifText('firstName', first_name),
      formattedName: formatted_name || fullName,
      ...ifText('lastName', last_name),
    },
    ...several('addresses', card.addresses, ({ country_code, ...address }) => ({
      ...only(address, ['city', 'country', 'state', 'street', 'type', 'zip']),
      ...ifText('countryCode', country_code),
    })),
    ...ifText('birthday', card.birthday),
    ...several('emails', card.emails, (email) => only(email, ['email', 'type'])),
    ...(card.org && { org: only(card.org, ['company', 'department', 'title']) }),
    ...several('phones', card.phones, ({ wa_id, ...phone }) => ({
      ...only(phone, ['phone', 'type']),
      ...ifText('waId', wa_id),
    })),
    ...several('urls', card.urls, (url) => only(url, ['url', 'type'])),
  }
}

type Part = Record<string, unknown>

function several<Name extends string, To>(name: Name, parts: Part[] | undefined, read: (part: Part) => To) {
  return (parts?.length ? { [name]: parts.map(read) } : {}) as { [Each in Name]?: To[] } // the name is the key
}

function only<Name extends string>(part: Part, names: Name[]) {
  const texts = names.flatMap((name) => Object.entries(ifText(name, part[name])))
  return Object.fromEntries(texts) as { [Each in Name]?: string } // of these names
}

/** A member where there is a text for it. */
function ifText<Name extends string>(name: Name, value: unknown) {
  return (typeof value === 'string' && value !== '' ? { [name]: value } : {}) as { [Each in Name]?: string } // the name is the key
}
