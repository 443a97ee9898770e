import type { Message } from './api.ts'
import { tickText } from './tick.ts'

/** One mark: sent. Two: delivered. Two in colour: read. What the sender of the message sees. */
export function TickMark({ message }: { message: Message }) {
  const text = tickText(message)
  return (
    <svg class="tick" data-ticks={message.ticks} viewBox="0 0 18 12" role="img" aria-label={text}>
      <title>{text}</title>
      {message.ticks !== 'sent' && <path d="m7.6 8.9 1.6 1.6 7.2-8.6" />}
      <path d="m1.6 7 3.4 3.5 6-8.6" />
    </svg>
  )
}
