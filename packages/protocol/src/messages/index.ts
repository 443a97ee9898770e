import type { Static } from 'typebox'
import { contacts, oneContacts } from './contacts.ts'
import { type Flaw, type Form, isFlaw } from './form.ts'
import { location, oneLocation } from './location.ts'
import { type InlineMedia, legacyInlineMedia, media, oneInlineMedia, oneMediaByReference } from './media.ts'
import { legacyHsm, oneHsm, oneTemplate, template } from './template.ts'
import { legacyText, oneText, text } from './text.ts'

export const messageTypes = { text, media, location, contacts, template }

type MessageTypes = typeof messageTypes
export type MessageTypeName = keyof MessageTypes
export type Body<Name extends MessageTypeName> = Static<MessageTypes[Name]['body']>

/** `{ type: 'text', text: { … } }`: what a message says, the same in the core, the store and the suppliers. */
export type Content = {
  [Name in MessageTypeName]: { type: Name } & Record<Name, Body<Name>>
}[MessageTypeName]

/** Every way to write a message, in the order of the documentation. */
export const forms: readonly Form<Content | InlineMedia>[] = [
  oneText,
  oneInlineMedia,
  oneMediaByReference,
  oneLocation,
  oneContacts,
  oneHsm,
  oneTemplate,
  legacyText,
  legacyInlineMedia,
  legacyHsm,
]

/** The body of a content, whichever its type. */
export function bodyOf(content: Content): Body<MessageTypeName> {
  // By construction of Content, the member of a content's type name is that type's body.
  return (content as unknown as Record<MessageTypeName, Body<MessageTypeName>>)[content.type]
}

/** What the check of its type makes of a content whose texts are clear: the same without what is empty, or what is wrong. */
export function checkContent(content: Content): Content | Flaw {
  // As above: the check of a content's type takes that type's body, and answers one.
  const check = messageTypes[content.type].check as (body: Body<MessageTypeName>) => object
  const checked = check(bodyOf(content))
  return isFlaw(checked) ? checked : ({ type: content.type, [content.type]: checked } as Content)
}
