export type Connection = 'connecting' | 'open' | 'lost'

export interface Follower {
  /** By event name, what to do with its data. */
  events: Record<string, (data: unknown) => void>
  /** `open` comes each time the stream begins anew: what was sent meanwhile is lost, so load it again. */
  onConnection(connection: Connection): void
}

const firstWaitMs = 500
const longestWaitMs = 8_000

/**
 * Follows a stream of server-sent events until the returned function is called. It begins anew by itself,
 * also where EventSource gives up (any answer but 200), and pauses while the page is hidden: a browser grants
 * one host six connections over HTTP/1.1, for all its tabs together.
 */
export function follow(path: string, { events, onConnection }: Follower): () => void {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let waitMs = firstWaitMs

  function open(): void {
    const opened = new EventSource(path)
    source = opened
    opened.onopen = () => {
      waitMs = firstWaitMs
      onConnection('open')
    }
    opened.onerror = () => {
      close()
      onConnection('lost')
      timer = setTimeout(open, waitMs)
      waitMs = Math.min(waitMs * 2, longestWaitMs)
    }
    for (const [name, receive] of Object.entries(events)) {
      opened.addEventListener(name, ({ data }) => receive(dataOf(data)))
    }
  }

  function close(): void {
    clearTimeout(timer)
    source?.close()
    source = undefined
  }

  function followVisibility(): void {
    close()
    if (document.visibilityState === 'visible') open()
  }

  document.addEventListener('visibilitychange', followVisibility)
  followVisibility()

  return () => {
    document.removeEventListener('visibilitychange', followVisibility)
    close()
  }
}

/** An event without a JSON body, such as `reset`, says all by its name. */
function dataOf(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}
