import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'

/*
 * What we read of a webhook's body, and no more: Meta adds members without notice. Each shape leaves what it contains
 * `Unknown`, to be checked by itself, so that one broken item costs only itself.
 */

export const Body = Compile(
  Type.Object({ object: Type.Literal('whatsapp_business_account'), entry: Type.Array(Type.Unknown()) }),
)
export const Entry = Compile(Type.Object({ changes: Type.Array(Type.Unknown()) }))
export const Change = Compile(Type.Object({ field: Type.String(), value: Type.Unknown() }))
export const Value = Compile(
  Type.Object({
    metadata: Type.Object({
      phone_number_id: Type.String(),
      display_phone_number: Type.Optional(Type.Unknown()),
    }),
    contacts: Type.Optional(Type.Unknown()),
    statuses: Type.Optional(Type.Unknown()),
    messages: Type.Optional(Type.Unknown()),
    errors: Type.Optional(Type.Unknown()),
  }),
)

const id = Type.String({ minLength: 1 })
const Seconds = Type.Union([
  Type.String({ pattern: '^[0-9]{1,11}$' }),
  Type.Integer({ minimum: 0, maximum: 99_999_999_999 }),
])

export const Status = Compile(
  Type.Object({
    id,
    status: Type.String(),
    timestamp: Seconds,
    errors: Type.Optional(Type.Unknown()),
    biz_opaque_callback_data: Type.Optional(Type.Unknown()),
  }),
)
export const Message = Compile(
  Type.Object({
    id,
    type: Type.String({ minLength: 1 }),
    timestamp: Seconds,
    from: Type.Optional(Type.Unknown()),
    from_user_id: Type.Optional(Type.Unknown()),
    context: Type.Optional(Type.Unknown()),
  }),
)
export const Text = Compile(Type.Object({ body: Type.String() }))
export const Context = Compile(Type.Object({ id }))
export const Contact = Compile(
  Type.Object({
    wa_id: Type.Optional(Type.Unknown()),
    user_id: Type.Optional(Type.Unknown()),
    profile: Type.Object({ name: Type.String() }),
  }),
)

const unknown = Type.Optional(Type.Unknown())
export const Media = Compile(
  Type.Object({
    id,
    mime_type: Type.String({ minLength: 1 }),
    sha256: unknown,
    filename: unknown,
    caption: unknown,
  }),
)
const Degrees = Type.Union([Type.Number(), Type.String({ pattern: '^[+-]?[0-9]' })])
export const Location = Compile(
  Type.Object({ latitude: Degrees, longitude: Degrees, name: unknown, address: unknown }),
)
export const Button = Compile(Type.Object({ text: Type.String(), payload: unknown }))
const Reply = Type.Optional(Type.Object({ id: Type.String(), title: Type.String() }))
export const Interactive = Compile(Type.Object({ button_reply: Reply, list_reply: Reply }))
export const Reaction = Compile(Type.Object({ message_id: id, emoji: unknown }))

const parts = Type.Optional(Type.Array(Type.Record(Type.String(), Type.Unknown())))
const CardShape = Type.Object({
  name: Type.Object({
    formatted_name: Type.Optional(Type.String()),
    first_name: Type.Optional(Type.String()),
    last_name: Type.Optional(Type.String()),
  }),
  addresses: parts,
  birthday: unknown,
  emails: parts,
  org: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  phones: parts,
  urls: parts,
})
export type Card = Static<typeof CardShape>
export const Cards = Compile(Type.Array(CardShape, { minItems: 1 }))
