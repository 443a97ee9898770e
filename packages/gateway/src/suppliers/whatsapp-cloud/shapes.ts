import { Type } from 'typebox'
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
    text: Type.Optional(Type.Unknown()),
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
