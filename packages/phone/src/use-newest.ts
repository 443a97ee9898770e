import type { RefObject } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Message } from './api.ts'

/** Conversations may have thousands of messages; a browser draws this many at once without thought. */
export const pageSize = 200

const nearEnd = 48

export interface Newest {
  /** The index of the first message to draw. */
  first: number
  following: boolean
  /** How many came from the business since the person scrolled away from the end. */
  unseen: number
  onScroll(): void
  showNewest(): void
  showOlder(): void
}

/** Keeps a conversation at its newest message until the person scrolls up, and still while they are there. */
export function useNewest(scroller: RefObject<HTMLElement | null>, messages: readonly Message[]): Newest {
  const count = messages.length
  const [away, setAway] = useState<{ first: number; count: number }>()
  const anchor = useRef<{ height: number; top: number }>(undefined)
  const following = away === undefined
  const first = Math.min(away?.first ?? count, Math.max(0, count - pageSize))

  const last = messages.at(-1)
  useLayoutEffect(() => {
    // What the person wrote themselves they want to see.
    if (last?.direction === 'out') setAway(undefined)
  }, [last?.id])

  useLayoutEffect(() => {
    if (following) toEnd(scroller.current)
  }, [messages, following])

  useLayoutEffect(() => {
    const { current } = scroller
    if (!current || !anchor.current) return
    current.scrollTop = anchor.current.top + current.scrollHeight - anchor.current.height
    anchor.current = undefined
  }, [first])

  useLayoutEffect(() => {
    const { current } = scroller
    if (!current || !following) return
    // The view shrinks when a keyboard opens or the reply grows; the newest message stays above it.
    const observer = new ResizeObserver(() => toEnd(current))
    observer.observe(current)
    return () => observer.disconnect()
  }, [following])

  function onScroll(): void {
    const { current } = scroller
    if (!current) return
    const isNear = current.scrollHeight - current.scrollTop - current.clientHeight < nearEnd
    if (isNear && !following) setAway(undefined)
    if (!isNear && following) setAway({ first, count })
  }

  function showOlder(): void {
    const { current } = scroller
    if (current) anchor.current = { height: current.scrollHeight, top: current.scrollTop }
    setAway({ first: Math.max(0, first - pageSize), count: away?.count ?? count })
  }

  return {
    first,
    following,
    unseen: following ? 0 : messages.slice(away.count).filter(({ direction }) => direction === 'in').length,
    onScroll,
    showNewest: () => toEnd(scroller.current),
    showOlder,
  }
}

function toEnd(element: HTMLElement | null): void {
  if (element) element.scrollTop = element.scrollHeight
}
