/** Long enough to see two ticks before they turn. */
const dwellMs = 700

/** Calls once the element has been in view for a moment, on a page that is not hidden itself. */
export function onceSeen(element: Element, onSeen: () => void): () => void {
  let inView = false
  let timer: ReturnType<typeof setTimeout> | undefined

  function consider(): void {
    clearTimeout(timer)
    if (inView && document.visibilityState === 'visible') timer = setTimeout(seen, dwellMs)
  }

  function seen(): void {
    stop()
    onSeen()
  }

  function stop(): void {
    clearTimeout(timer)
    observer.disconnect()
    document.removeEventListener('visibilitychange', consider)
  }

  const observer = new IntersectionObserver((entries) => {
    inView = entries.at(-1)?.isIntersecting ?? false
    consider()
  })
  observer.observe(element)
  document.addEventListener('visibilitychange', consider)
  return stop
}
