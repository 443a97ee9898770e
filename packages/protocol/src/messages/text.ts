import { Type } from 'typebox'
import { isLonger } from '../characters.ts'
import { flaw, form, isFlaw } from './form.ts'
import { messageType } from './message-type.ts'

export const textMaxLength = 4096

export const text = messageType({
  name: 'text',
  title: 'Text, with WhatsApp’s marks for bold, italics and the like',
  body: Type.Object({
    body: Type.String({ minLength: 1, maxLength: textMaxLength }),
    previewFirstUrl: Type.Optional(Type.Boolean()),
  }),
  examples: [
    { body: 'Here is an example message' },
    { body: 'Here is an example message with a URL https://www.example.com', previewFirstUrl: true },
  ],
  check(text) {
    if (text.body === '') return flaw('content', 'content_empty')
    return isLonger(text.body, textMaxLength) ? flaw('content', 'content_too_long') : text
  },
})

/** AES-CBC adds a vector and padding, base64 a third. */
const cipherMaxLength = 4 * Math.ceil((textMaxLength * 4 + 32) / 3)

const written = {
  name: 'text',
  summary: 'Text, with a preview of its first URL where that is wanted',
  marks: ['content'],
  faults: { content: 'content_empty' as const },
  example: {
    content: 'Here is an example message with a URL https://www.example.com',
    previewFirstUrl: true,
  },
  members: {
    content: Type.String({ description: `The text, up to ${textMaxLength} characters (code points).` }),
    previewFirstUrl: Type.Optional(
      Type.Boolean({ description: 'WhatsApp shows a preview of the first URL in the text.' }),
    ),
  },
  read({ content, previewFirstUrl }: { content: string; previewFirstUrl?: boolean }, isSealed: boolean) {
    if (isSealed && isLonger(content, cipherMaxLength)) return flaw('content', 'content_too_long')
    const written = { body: content, ...(previewFirstUrl && { previewFirstUrl }) }
    const checked = isSealed ? written : text.check(written)
    return isFlaw(checked) ? checked : { type: 'text' as const, text: checked }
  },
}
export const oneText = form({ generation: 'one', ...written })
export const legacyText = form({ generation: 'legacy', ...written })
