import type { MoContent } from './message.ts'

/**
 * What an MO says, where an event has room for text alone. Where neither contract has an event for a kind of message, the
 * business learns that the person wrote, and as much of it as text can say; see `docs/decisions/0010`.
 */
export function moText(content: MoContent): string {
  switch (content.type) {
    case 'text':
      return content.text.body
    case 'button':
      return content.button.text
    case 'reaction':
      return content.reaction.emoji ?? '[reaction taken back]'
    case 'lost': {
      const { contentType, caption } = content.lost
      return `[file lost: ${contentType}]${caption === undefined ? '' : ` ${caption}`}`
    }
    case 'unsupported':
      return `[unsupported: ${content.unsupported.kind}]`
    // These have events of their own in both generations.
    case 'attachment':
    case 'media':
    case 'location':
    case 'contacts':
      return ''
  }
}
