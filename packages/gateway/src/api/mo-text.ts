import type { MoContent } from '../core/message.ts'

/**
 * What an MO says, where an event has room for text alone. Our fallback, since neither contract has an event for kinds
 * it does not know: the business learns that the person wrote, and what kind of message it was. A kind that gets an
 * event of its own leaves it.
 */
export function moText(content: MoContent): string {
  return content.type === 'text' ? content.text.body : `[unsupported: ${content.unsupported.kind}]`
}
