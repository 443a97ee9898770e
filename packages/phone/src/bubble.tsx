import { useEffect, useRef, useState } from 'preact/hooks'
import { type Message, postMessage } from './api.ts'
import { problemOf } from './ask.ts'
import { Buttons } from './buttons.tsx'
import { Content, hasDrawing } from './content.tsx'
import { timeText } from './days.ts'
import { Formatted } from './formatted.tsx'
import { ReplyIcon } from './icons.tsx'
import { Quote } from './quote.tsx'
import { React } from './react.tsx'
import type { Reactions } from './reactions.ts'
import { onceSeen } from './reading.ts'
import { isOnItsWay, isUnread } from './tick.ts'
import { TickMark } from './ticks.tsx'
import { excerptOf, textOf } from './words.ts'

interface Props {
  message: Message
  quoted: Message | undefined
  reactions: Reactions | undefined
  /** The one message of the conversation that the Tab key stops at. */
  isCurrent: boolean
  /** Undefined while nothing is to be said to the sender. */
  onSeen: ((id: string) => void) | undefined
  onReply(message: Message): void
  onSent(message: Message): void
  onQuote(id: string): void
}

export function Bubble(props: Props) {
  const { message, quoted, reactions = {}, isCurrent, onSeen, onReply, onSent, onQuote } = props
  const { id, direction, replyTo } = message
  const end = useRef<HTMLElement>(null)
  const [problem, setProblem] = useState('')
  const unread = isUnread(message)
  const tabIndex = isCurrent ? 0 : -1
  const text = textOf(message)

  // A message is read when its last line has been seen.
  useEffect(() => {
    if (!unread || !onSeen || !end.current) return
    return onceSeen(end.current, () => onSeen(id))
  }, [id, unread, onSeen])

  async function react(emoji: string): Promise<void> {
    setProblem('')
    const [person, business] = direction === 'in' ? [message.to, message.from] : [message.from, message.to]
    try {
      const reaction = { messageId: id, emoji }
      onSent(await postMessage(person, { type: 'reaction', reaction, to: business }))
    } catch (error) {
      setProblem(`Not sent: ${problemOf(error)}.`)
    }
  }

  return (
    <li
      class="message"
      data-id={id}
      data-direction={direction}
      data-on-its-way={isOnItsWay(message)}
      data-reacted={Object.keys(reactions).length > 0}
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
        {problem && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        <Badge reactions={reactions} />
      </div>
      <div class="actions">
        <button
          type="button"
          class="action-reply"
          tabIndex={tabIndex}
          aria-label={`Reply to “${excerptOf(message)}”`}
          title="Reply"
          onClick={() => onReply(message)}
        >
          <ReplyIcon />
        </button>
        <React
          message={message}
          chosen={reactions.out}
          tabIndex={tabIndex}
          onReact={(emoji) => void react(emoji)}
        />
      </div>
    </li>
  )
}

function Badge({ reactions }: { reactions: Reactions }) {
  if (Object.keys(reactions).length === 0) return null
  return (
    <p class="reactions">
      {Object.entries(reactions).map(([side, emoji]) => (
        <span key={side}>
          <span class="unseen">{side === 'in' ? 'The business reacted: ' : 'The person reacted: '}</span>
          {emoji}
        </span>
      ))}
    </p>
  )
}
