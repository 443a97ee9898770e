/** What a message brings for a template, as a gateway writes it. */

export const text = (text: string) => ({ type: 'text', text })
export const header = (...parameters: object[]) => ({ type: 'header', parameters })
export const body = (...parameters: object[]) => ({ type: 'body', parameters })
export const two = body(text('Your statement is ready'), text('R13.00'))
export const march = header(text('March'))
export const payload = (index: number | string, payload: string) => ({
  type: 'button',
  sub_type: 'quick_reply',
  index,
  parameters: [{ type: 'payload', payload }],
})
export const suffix = (index: number | string, ending: string) => ({
  type: 'button',
  sub_type: 'url',
  index,
  parameters: [text(ending)],
})
