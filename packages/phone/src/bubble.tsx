import { useEffect, useRef } from 'preact/hooks'
import type { Message } from './api.ts'
import { Buttons } from './buttons.tsx'
import { Content, hasDrawing } from './content.tsx'
import { timeText } from './days.ts'
import { Formatted } from './formatted.tsx'
import { ReplyIcon } from './icons.tsx'
import { Quote } from './quote.tsx'
import { onceSeen } from './reading.ts'
import { isOnItsWay, isUnread } from './tick.ts'
import { TickMark } from './ticks.tsx'
import { excerptOf, textOf } from './words.ts'

interface Props {
  message: Message
  quoted: Message | undefined
  /** The one message of the conversation that the Tab key stops at. */
  isCurrent: boolean
  /** Undefined while nothing is to be said to the sender. */
  onSeen: ((id: string) => void) | undefined
  onReply(message: Message): void
  onSent(message: Message): void
  onQuote(id: string): void
}

export function Bubble({ message, quoted, isCurrent, onSeen, onReply, onSent, onQuote }: Props) {
  const { id, direction, replyTo } = message
  const end = useRef<HTMLElement>(null)
  const unread = isUnread(message)
  const tabIndex = isCurrent ? 0 : -1
  const text = textOf(message)

  // A message is read when its last line has been seen.
  useEffect(() => {
    if (!unread || !onSeen || !end.current) return
    return onceSeen(end.current, () => onSeen(id))
  }, [id, unread, onSeen])

  return (
    <li
      class="message"
      data-id={id}
      data-direction={direction}
      data-on-its-way={isOnItsWay(message)}
      tabIndex={tabIndex}
    >
      <div class="bubble">
        <span class="unseen">{direction === 'in' ? 'The business: ' : 'The person: '}</span>
        {replyTo !== undefined && (
          <Quote message={quoted} tabIndex={tabIndex} onOpen={() => onQuote(replyTo)} />
        )}
        <Content message={message} tabIndex={tabIndex} />
        <div class="text" dir="auto">
          {!hasDrawing(message) && <em>{message.kind} </em>}
          {text && <Formatted text={text} />}
          {message.footer && <span class="template-footer">{`\n${message.footer}`}</span>}
          <footer class="meta" ref={end}>
            <time dateTime={new Date(message.at).toISOString()}>{timeText(message.at)}</time>
            <TickMark message={message} />
          </footer>
        </div>
        <Buttons message={message} tabIndex={tabIndex} onSent={onSent} />
      </div>
      <button
        type="button"
        class="reply-action"
        tabIndex={tabIndex}
        aria-label={`Reply to “${excerptOf(message)}”`}
        title="Reply"
        onClick={() => onReply(message)}
      >
        <ReplyIcon />
      </button>
    </li>
  )
}
