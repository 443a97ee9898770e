import { useEffect, useState } from 'preact/hooks'

/** As in style/layout.css: from here on the phone has company. */
const wide = '(min-width: 45rem)'

export function useWide(): boolean {
  const [isWide, setWide] = useState(() => matchMedia(wide).matches)

  useEffect(() => {
    const query = matchMedia(wide)
    const change = () => setWide(query.matches)
    query.addEventListener('change', change)
    return () => query.removeEventListener('change', change)
  }, [])

  return isWide
}
