import { useState } from 'preact/hooks'

/** A switch of this page alone, remembered by this browser. */
export function useStoredSwitch(name: string): [on: boolean, set: (on: boolean) => void] {
  const key = `waypost.phone.${name}`
  const [on, setOn] = useState(() => stored()?.getItem(key) !== 'off')

  function set(next: boolean): void {
    stored()?.setItem(key, next ? 'on' : 'off')
    setOn(next)
  }

  return [on, set]
}

/** A browser that keeps nothing for pages throws at the mere mention. */
function stored(): Storage | undefined {
  try {
    return localStorage
  } catch {
    return undefined
  }
}
