import { Type } from 'typebox'
import { checked } from '../check.ts'
import { type Reader, requestOf, sendingOf, strict } from '../sending.ts'

const Request = requestOf('text', {
  text: strict({
    body: Type.String({ minLength: 1, maxLength: 4096 }),
    preview_url: Type.Optional(Type.Boolean()),
  }),
})

export const text: Reader = (body) => {
  const request = checked(Request, body)
  const { text } = request
  return sendingOf(request, { kind: 'text', text: text.body, preview: text.preview_url ?? false })
}
