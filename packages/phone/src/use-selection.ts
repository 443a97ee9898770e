import { useCallback, useEffect, useState } from 'preact/hooks'
import { digitsOf } from './number.ts'

/** Which phone is shown, and its conversation with which business; both stand in the page's address. */
export interface Selection {
  number: string
  business?: string
}

export interface Selecting extends Selection {
  select(selection: Selection): void
  /** Like `select`, for what the page chose by itself: going back does not stop here. */
  settle(selection: Selection): void
}

/** The number of the printed curl line. */
const demoNumber = '27999000001'

export function useSelection(): Selecting {
  const [selection, setSelection] = useState(() => selectionOf(location.search))

  useEffect(() => {
    const followHistory = () => setSelection(selectionOf(location.search))
    addEventListener('popstate', followHistory)
    return () => removeEventListener('popstate', followHistory)
  }, [])

  const select = useCallback((next: Selection) => {
    history.pushState(null, '', addressOf(next))
    setSelection(next)
  }, [])
  const settle = useCallback((next: Selection) => {
    history.replaceState(null, '', addressOf(next))
    setSelection(next)
  }, [])

  return { ...selection, select, settle }
}

function addressOf(selection: Selection): string {
  return `?${new URLSearchParams({ ...selection })}`
}

function selectionOf(search: string): Selection {
  const query = new URLSearchParams(search)
  const business = digitsOf(query.get('business') ?? '')
  return { number: digitsOf(query.get('number') ?? '') ?? demoNumber, ...(business ? { business } : {}) }
}
