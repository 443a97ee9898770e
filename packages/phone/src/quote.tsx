import type { Message } from './api.ts'
import { excerptOf } from './words.ts'

interface Props {
  /** Undefined when the sandbox no longer has it. */
  message: Message | undefined
  tabIndex: number
  onOpen(): void
}

/** The message that a message answers; opening it goes there. */
export function Quote({ message, tabIndex, onOpen }: Props) {
  if (!message) return <div class="quote">A message that is not here</div>
  return (
    <button
      type="button"
      class="quote"
      data-direction={message.direction}
      tabIndex={tabIndex}
      onClick={onOpen}
    >
      <span class="unseen">In answer to </span>
      <span class="quote-who">{message.direction === 'in' ? 'Business' : 'You'}</span>
      <span class="quote-text">{excerptOf(message)}</span>
    </button>
  )
}
