import type { Message } from './api.ts'
import { SmileIcon } from './icons.tsx'
import { Menu } from './menu.tsx'
import { excerptOf } from './words.ts'

interface Props {
  message: Message
  /** What the person reacted with. */
  chosen: string | undefined
  tabIndex: number
  /** An empty emoji takes the reaction back. */
  onReact(emoji: string): void
}

/** Those that WhatsApp offers first, and what they are called. */
const emojis: Record<string, string> = {
  '👍': 'Thumbs up',
  '❤️': 'Heart',
  '😂': 'Tears of joy',
  '😮': 'Astonished',
  '😢': 'Crying',
  '🙏': 'Folded hands',
}

export function React({ message, chosen, tabIndex, onReact }: Props) {
  return (
    <Menu
      name={`React to “${excerptOf(message)}”`}
      title="React"
      class="react"
      tabIndex={tabIndex}
      items={Object.entries(emojis).map(([emoji, name]) => ({
        name: emoji === chosen ? `${name}, take back` : name,
        face: emoji,
        isChosen: emoji === chosen,
        act: () => onReact(emoji === chosen ? '' : emoji),
      }))}
    >
      <SmileIcon />
    </Menu>
  )
}
