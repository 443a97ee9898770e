import { useEffect, useState } from 'preact/hooks'
import { type Business, getBusinesses, getPhones, type Phone } from './api.ts'

export interface Directory {
  phones: Phone[]
  businesses: Business[]
}

const everyMs = 3_000

/** The phones and businesses the sandbox knows. They change seldom, so the page asks now and then. */
export function useDirectory(connected: boolean): Directory {
  const [directory, setDirectory] = useState<Directory>({ phones: [], businesses: [] })

  useEffect(() => {
    if (!connected) return
    const stopped = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined

    async function ask(): Promise<void> {
      try {
        if (document.visibilityState === 'visible') {
          const { signal } = stopped
          const [phones, businesses] = await Promise.all([getPhones(signal), getBusinesses(signal)])
          setDirectory((before) => (same(before, { phones, businesses }) ? before : { phones, businesses }))
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
  }, [connected])

  return directory
}

function same(one: Directory, other: Directory): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
