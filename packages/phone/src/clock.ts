import { ask, json } from './ask.ts'

export interface Clock {
  /** Milliseconds since 1970. */
  now: number
  /** How far it is ahead of real time. */
  offsetMs: number
}

export interface Turned extends Clock {
  /** Those that registered here, and whether they came along. */
  gateways: { url: string; turned: boolean; problem?: string }[]
}

export function getClock(signal: AbortSignal): Promise<Clock> {
  return ask('/clock', { signal })
}

/** Turns the sandbox's clock and the gateways' ahead; there is no way back. */
export function advance(ms: number): Promise<Turned> {
  return ask('/clock/advance', { method: 'POST', ...json({ ms }) })
}

export const units = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 }

const parts: [one: string, many: string, ms: number][] = [
  ['day', 'days', units.days],
  ['h', 'h', units.hours],
  ['min', 'min', units.minutes],
]

/** `1 day 2 h`, to the minute. */
export function durationText(ms: number): string {
  let left = ms
  const said: string[] = []
  for (const [one, many, size] of parts) {
    const count = Math.floor(left / size)
    left -= count * size
    if (count > 0) said.push(`${count} ${count === 1 ? one : many}`)
  }
  return said.join(' ') || 'less than a minute'
}

/** What a turn came to, gateways included. */
export function turnedText({ gateways }: Turned): string {
  const [behind] = gateways.filter(({ turned }) => !turned)
  if (behind) return `The gateway at ${behind.url} was not turned: ${behind.problem ?? 'it did not say why'}.`
  if (gateways.length === 0) return 'Turned. No gateway has registered here.'
  return gateways.length === 1
    ? 'Turned, and the gateway too.'
    : `Turned, and ${gateways.length} gateways too.`
}
