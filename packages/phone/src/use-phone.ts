import { useCallback, useEffect, useState } from 'preact/hooks'
import { getMessages, getPhone, type Message, type Phone, putPhone, type Ticks } from './api.ts'
import { type Connection, follow } from './live.ts'
import { after, type ThreadEvent } from './thread.ts'

interface PhoneNow {
  msisdn: string
  connection: Connection
  /** Undefined until the sandbox has answered. */
  phone?: Phone
  /** With all businesses, oldest first; undefined until the sandbox has answered. */
  messages?: readonly Message[]
}

export interface PhoneView extends PhoneNow {
  /** Shows what the person wrote without waiting for the stream to tell of it. */
  onSent(message: Message): void
  /** Changes only the settings it is given; rejects when the sandbox does not take them. */
  change(settings: Partial<Phone>): Promise<void>
}

/** A phone as it is now, and as it changes. */
export function usePhone(msisdn: string): PhoneView {
  const [now, setNow] = useState<PhoneNow>(unknown(msisdn))

  useEffect(() => {
    setNow(unknown(msisdn))
    return watch(msisdn, setNow)
  }, [msisdn])

  const onSent = useCallback((message: Message) => {
    const sent = having([{ type: 'message', message }])
    // What takes its time to go out may arrive when another phone is shown already.
    setNow((before) => (before.msisdn === message.from ? sent(before) : before))
  }, [])
  const change = useCallback(
    async (settings: Partial<Phone>) => {
      const phone = await putPhone(msisdn, settings)
      setNow((before) => (before.msisdn === msisdn ? { ...before, phone } : before))
    },
    [msisdn],
  )
  // The first drawing after another number was chosen comes before its effect.
  return { ...(now.msisdn === msisdn ? now : unknown(msisdn)), onSent, change }
}

function unknown(msisdn: string): PhoneNow {
  return { msisdn, connection: 'connecting' }
}

function having(events: ThreadEvent[]) {
  // What comes before the messages are loaded is kept by `watch`, and joined with them.
  return (before: PhoneNow): PhoneNow =>
    before.messages ? { ...before, messages: events.reduce(after, before.messages) } : before
}

function watch(msisdn: string, update: (change: (before: PhoneNow) => PhoneNow) => void): () => void {
  const frames = inFrames<ThreadEvent>((events) => update(having(events)))
  let loading: AbortController | undefined
  /** What came while the messages were being loaded; what is loaded may be older than that. */
  let meanwhile: ThreadEvent[] = []

  const unfollow = follow(`/phones/${msisdn}/events`, {
    events: {
      // The stream is the serving sandbox's own, so its events have these shapes (see api.ts).
      message: (data) => receive({ type: 'message', message: data as Message }),
      tick: (data) => receive({ type: 'tick', ...(data as { id: string; ticks: Ticks }) }),
      phone: (data) => update((before) => ({ ...before, phone: data as Phone })),
      reset: () => void load(),
    },
    onConnection(connection) {
      if (connection === 'open') void load()
      else update((before) => ({ ...before, connection }))
    },
  })

  function receive(event: ThreadEvent): void {
    meanwhile.push(event)
    frames.push(event)
  }

  async function load(): Promise<void> {
    loading?.abort()
    loading = new AbortController()
    const { signal } = loading
    frames.drop()
    meanwhile = []
    try {
      const [phone, messages] = await Promise.all([getPhone(msisdn, signal), getMessages(msisdn, signal)])
      update(() => ({ msisdn, connection: 'open', phone, messages: meanwhile.reduce(after, messages) }))
    } catch {
      // Superseded; or the sandbox went away, then the stream ends too, and its next beginning loads again.
      if (!signal.aborted) update((before) => ({ ...before, connection: 'lost' }))
    } finally {
      meanwhile = []
    }
  }

  return () => {
    unfollow()
    loading?.abort()
    frames.drop()
  }
}

/** Hands on what came since the last frame, together: hundreds of events a second are one drawing each frame. */
function inFrames<T>(handOn: (items: T[]) => void) {
  let items: T[] = []
  let frame = 0

  function drop(): T[] {
    cancelAnimationFrame(frame)
    frame = 0
    const dropped = items
    items = []
    return dropped
  }

  function push(item: T): void {
    items.push(item)
    frame ||= requestAnimationFrame(() => handOn(drop()))
  }

  return { push, drop }
}
