import type { ComponentChildren, TargetedKeyboardEvent } from 'preact'
import { useMemo, useRef, useState } from 'preact/hooks'
import type { Message } from './api.ts'
import { Bubble } from './bubble.tsx'
import { daysOf, dayText } from './days.ts'
import { DownIcon } from './icons.tsx'
import { NewsReader } from './news-reader.tsx'
import { withReactions } from './reactions.ts'
import { pageSize, useNewest } from './use-newest.ts'

interface Props {
  label: string
  messages: readonly Message[]
  /** How far the sandbox's clock is ahead. */
  offsetMs: number
  onSeen: ((id: string) => void) | undefined
  onReply(message: Message): void
  /** The person said something here. */
  onSent(message: Message): void
  /** Shown instead of messages as long as there are none. */
  children: ComponentChildren
}

export function Conversation({ label, messages, offsetMs, onSeen, onReply, onSent, children }: Props) {
  const scroller = useRef<HTMLDivElement>(null)
  const { said, reactions } = useMemo(() => withReactions(messages), [messages])
  const newest = useNewest(scroller, said)
  const [focused, setFocused] = useState<string>()
  const byId = useMemo(() => new Map(said.map((message) => [message.id, message])), [said])

  const now = Date.now() + offsetMs
  const shown = said.slice(newest.first)
  const current = shown.some(({ id }) => id === focused) ? focused : shown.at(-1)?.id

  function goTo(id: string): void {
    const item = scroller.current?.querySelector<HTMLElement>(`.message[data-id="${CSS.escape(id)}"]`)
    item?.scrollIntoView({ block: 'center' })
    item?.focus({ preventScroll: true })
  }

  function showOlder(): void {
    const top = shown[0]
    newest.showOlder()
    if (top) setFocused(top.id)
  }

  return (
    <div class="conversation">
      <section
        class="scroller"
        ref={scroller}
        aria-label={label}
        onScroll={newest.onScroll}
        onKeyDown={moveAmongMessages}
        onFocusIn={({ target }) => {
          const id = target instanceof Element && target.closest<HTMLElement>('.message')?.dataset.id
          if (id) setFocused(id)
        }}
      >
        {newest.first > 0 && (
          <button type="button" class="older" onClick={showOlder}>
            Show {Math.min(pageSize, newest.first)} older messages
          </button>
        )}
        {shown.length === 0 && children}
        {daysOf(shown).map((day) => (
          <section key={day.startsAt} class="day" aria-label={dayText(day.startsAt, now)}>
            <h3 class="day-name">{dayText(day.startsAt, now)}</h3>
            <ol class="messages">
              {day.messages.map((message) => (
                <Bubble
                  key={message.id}
                  message={message}
                  quoted={message.replyTo === undefined ? undefined : byId.get(message.replyTo)}
                  reactions={reactions.get(message.id)}
                  isCurrent={message.id === current}
                  onSeen={onSeen}
                  onReply={onReply}
                  onSent={onSent}
                  onQuote={goTo}
                />
              ))}
            </ol>
          </section>
        ))}
      </section>
      {!newest.following && (
        <button type="button" class="to-newest" onClick={newest.showNewest}>
          <DownIcon />
          {newest.unseen > 0
            ? `${newest.unseen} new ${newest.unseen === 1 ? 'message' : 'messages'}`
            : 'Newest'}
        </button>
      )}
      <NewsReader messages={messages} />
    </div>
  )
}

/** The arrow keys go from message to message; the Tab key goes in and out of the conversation. */
function moveAmongMessages(event: TargetedKeyboardEvent<HTMLElement>): void {
  // A player and an open dialog have uses of their own for these keys.
  if (event.target instanceof Element && event.target.closest('audio, video, dialog')) return
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('.message')]
  const from = items.findIndex((item) => item.contains(document.activeElement))
  const to = from < 0 ? undefined : steps[event.key]?.(from, items.length)
  if (to === undefined) return
  event.preventDefault()
  items[to]?.focus()
}

/** Where an arrow key leads, from one message of so many. */
const steps: Record<string, (from: number, count: number) => number> = {
  ArrowUp: (from) => Math.max(0, from - 1),
  ArrowDown: (from, count) => Math.min(count - 1, from + 1),
  Home: () => 0,
  End: (_, count) => count - 1,
}
