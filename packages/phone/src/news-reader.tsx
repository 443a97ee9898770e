import { useEffect, useRef, useState } from 'preact/hooks'
import type { Message } from './api.ts'
import { wordsOf } from './words.ts'

/**
 * Says arriving messages to those who listen to the page. The conversation itself is no live region: it would
 * also read out what was there before and the older messages somebody asked for.
 */
export function NewsReader({ messages }: { messages: readonly Message[] }) {
  const known = useRef(messages.length)
  const [news, setNews] = useState('')

  useEffect(() => {
    const arrived = messages.slice(known.current).filter(({ direction }) => direction === 'in')
    known.current = messages.length
    const last = arrived.at(-1)
    if (last)
      setNews(`${arrived.length === 1 ? 'New message' : `${arrived.length} new messages`}: ${wordsOf(last)}`)
  }, [messages.length])

  return (
    <p class="unseen" aria-live="polite">
      {news}
    </p>
  )
}
