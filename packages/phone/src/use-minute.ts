import { useEffect, useState } from 'preact/hooks'

/** The time of a clock that is so far ahead, and again when its minute is over. */
export function useMinute(offsetMs: number): number {
  const [, setMinute] = useState(0)

  useEffect(() => {
    const timer = setInterval(() => setMinute(Math.floor((Date.now() + offsetMs) / 60_000)), 1_000)
    return () => clearInterval(timer)
  }, [offsetMs])

  return Date.now() + offsetMs
}
