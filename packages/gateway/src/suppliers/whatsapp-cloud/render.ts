import { type Body, bodyOf, type Contact, filledIn, type MessageTypeName } from '@waypost/protocol'
import type { Mt } from '../../core/message.ts'
import type { Template } from '../../core/template.ts'
import { renderTemplate } from './render-template.ts'
import { referenceTo, type Uploaded } from './upload.ts'

/** What a message refers to, as Meta knows it. */
export interface Referred {
  uploaded?: Uploaded
  template?: Template
  /** Of a person who shows no number. */
  userId?: string
}

type Renderers = {
  [Name in MessageTypeName]?: (body: Body<Name>, referred: Referred, mtId: string) => object
}

/** Content as POST /{phone-number-id}/messages wants it. A type that is missing here is refused at acceptance. */
const renderers: Renderers = {
  text: ({ body, previewFirstUrl = false }) => ({
    type: 'text',
    text: { body, preview_url: previewFirstUrl },
  }),
  media: ({ caption }, referred) => referenceTo(referred, caption),
  location: (location) => ({ type: 'location', location }),
  contacts: ({ contacts }) => ({ type: 'contacts', contacts: contacts.map(cardOf) }),
  template: renderTemplate,
}

// Object.keys widens to string; the keys of Renderers are names of message types.
export const carries: ReadonlySet<MessageTypeName> = new Set(Object.keys(renderers) as MessageTypeName[])

/** The whole request for one message. Meta returns `biz_opaque_callback_data` in each status of it. */
export function requestOf(mt: Mt, referred: Referred): object {
  return {
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    ...recipientOf(mt, referred),
    ...render(mt, referred),
    biz_opaque_callback_data: mt.id,
  }
}

/** The one place that says whom a message goes to: a number, or a user id where the person shows none. */
function recipientOf({ to }: Mt, { userId }: Referred): { to: string } | { recipient: string } {
  return userId === undefined ? { to } : { recipient: userId }
}

function render({ id, content }: Mt, referred: Referred): object {
  // The renderer of a content's type takes that type's body; TypeScript does not see that the two go together.
  const renderer = renderers[content.type] as
    | ((body: unknown, referred: Referred, mtId: string) => object)
    | undefined
  if (!renderer) throw new Error(`whatsapp-cloud does not carry ${content.type}`)
  return renderer(bodyOf(content), referred, id)
}

/** Meta's names are ours in snake case. It wants a part of the name besides the whole of it, and nothing empty. */
function cardOf(contact: Contact): object {
  const { name, addresses, phones, ...card } = filledIn(contact)
  const { formattedName, firstName, lastName } = name ?? {}
  return {
    ...card,
    name: {
      formatted_name: formattedName,
      ...(firstName || !lastName ? { first_name: firstName ?? formattedName } : {}),
      ...(lastName && { last_name: lastName }),
    },
    ...(addresses && {
      addresses: addresses.map(({ countryCode, ...address }) => ({
        ...address,
        ...(countryCode && { country_code: countryCode }),
      })),
    }),
    ...(phones && {
      phones: phones.map(({ waId, ...phone }) => ({ ...phone, ...(waId && { wa_id: waId }) })),
    }),
  }
}
