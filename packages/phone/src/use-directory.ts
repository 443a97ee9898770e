import { useCallback, useEffect, useState } from 'preact/hooks'
import { type Business, getBusinesses, getPhones, type Phone } from './api.ts'
import { getClock } from './clock.ts'
import { type Fault, getFaults } from './faults.ts'

interface Known {
  phones: Phone[]
  businesses: Business[]
  /** Those that are armed. */
  faults: Fault[]
  /** How far the sandbox's clock is ahead. */
  offsetMs: number
}

export interface Directory extends Known {
  /** Asks at once: something was changed from here. */
  refresh(): void
}

const everyMs = 3_000

/** What the sandbox knows beside this phone. It changes seldom, so the page asks now and then. */
export function useDirectory(connected: boolean): Directory {
  const [known, setKnown] = useState<Known>({ phones: [], businesses: [], faults: [], offsetMs: 0 })
  const [turn, setTurn] = useState(0)
  const refresh = useCallback(() => setTurn((before) => before + 1), [])

  useEffect(() => {
    if (!connected) return
    const stopped = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined

    async function ask(): Promise<void> {
      try {
        if (document.visibilityState === 'visible') {
          const next = await knownNow(stopped.signal)
          setKnown((before) => (same(before, next) ? before : next))
        }
      } catch {
        // The sandbox went away: the phone's own stream tells, and begins this anew.
      }
      if (!stopped.signal.aborted) timer = setTimeout(ask, everyMs)
    }

    void ask()
    return () => {
      stopped.abort()
      clearTimeout(timer)
    }
  }, [connected, turn])

  return { ...known, refresh }
}

async function knownNow(signal: AbortSignal): Promise<Known> {
  const [phones, businesses, faults, { offsetMs }] = await Promise.all([
    getPhones(signal),
    getBusinesses(signal),
    getFaults(signal),
    getClock(signal),
  ])
  return { phones, businesses, faults, offsetMs }
}

function same(one: Known, other: Known): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
