import { timeText } from './days.ts'
import { numberText } from './number.ts'
import type { Conversation } from './thread.ts'
import { TickMark } from './ticks.tsx'
import { excerptOf } from './words.ts'

interface Props {
  conversations: Conversation[]
  business: string | undefined
  onBusiness(number: string): void
}

export function ConversationList({ conversations, business, onBusiness }: Props) {
  return (
    <section class="block">
      <h2 class="block-title">Conversations</h2>
      {conversations.length === 0 && <p class="hint">None yet: no business has registered its number.</p>}
      <ul class="choices">
        {conversations.map(({ business: number, last, unread }) => (
          <li key={number}>
            <button
              type="button"
              class="choice"
              aria-current={number === business}
              onClick={() => onBusiness(number)}
            >
              <span class="choice-name number">{numberText(number)}</span>
              {last && <time class="choice-time">{timeText(last.at)}</time>}
              <span class="choice-more">
                {last && <TickMark message={last} />}
                <span class="choice-text">{last ? excerptOf(last) : 'No messages yet'}</span>
              </span>
              {unread > 0 && (
                <span class="unread">
                  {unread}
                  <span class="unseen"> unread</span>
                </span>
              )}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
