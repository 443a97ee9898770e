import type { Message } from './api.ts'

export interface Day {
  /** The first moment of the day, where the reader is. */
  startsAt: number
  messages: Message[]
}

/** Splits messages, oldest first, where a new day begins. */
export function daysOf(messages: readonly Message[]): Day[] {
  const days: Day[] = []
  for (const message of messages) {
    const startsAt = startOfDay(message.at)
    const day = days.at(-1)
    if (day?.startsAt === startsAt) day.messages.push(message)
    else days.push({ startsAt, messages: [message] })
  }
  return days
}

/** `Today`, `Yesterday`, the weekday within the last week, else the date. */
export function dayText(at: number, now: number): string {
  const day = startOfDay(at)
  // Rounded, because a day in which the clocks change has 23 or 25 hours.
  const ago = Math.round((startOfDay(now) - day) / 86_400_000)
  if (ago === 0) return 'Today'
  if (ago === 1) return 'Yesterday'
  if (ago > 1 && ago < 7) return weekday.format(day)
  return date.format(day)
}

export function dateText(at: number): string {
  return date.format(at)
}

export function timeText(at: number): string {
  return time.format(at)
}

export function secondsText(at: number): string {
  return timeWithSeconds.format(at)
}

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0)
}

// The page speaks English, so its dates do too, whatever the browser's language.
const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'long' })
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' })
const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const timeWithSeconds = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})
