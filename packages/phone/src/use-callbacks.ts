import { useEffect, useState } from 'preact/hooks'
import { type Callback, deleteCallbacks, getCallbacks } from './api.ts'
import { follow } from './live.ts'

/** The sandbox's receivers that the demo integrations call back, one of each generation. */
export const receivers = ['demo-one', 'demo-legacy'] as const

export type Receiver = (typeof receivers)[number]

export interface ReceivedCallback extends Callback {
  receiver: Receiver
  key: string
}

const none: Record<Receiver, ReceivedCallback[]> = { 'demo-one': [], 'demo-legacy': [] }

/** As many as a receiver keeps. */
const kept = 200

/** What all receivers got, newest first. */
export function useCallbacks(): { callbacks: ReceivedCallback[]; clear(): void } {
  const [byReceiver, setByReceiver] = useState(none)

  useEffect(() => {
    const stops = receivers.map((receiver) =>
      watch(receiver, (change) =>
        setByReceiver((before) => ({ ...before, [receiver]: change(before[receiver]).slice(-kept) })),
      ),
    )
    return () => {
      for (const stop of stops) stop()
    }
  }, [])

  function clear(): void {
    Promise.all(receivers.map(deleteCallbacks)).then(
      () => setByReceiver(none),
      // The sandbox is gone, which the phone says; what it received stays in sight.
      () => undefined,
    )
  }

  const callbacks = Object.values(byReceiver)
    .flat()
    .sort((a, b) => b.at - a.at)
  return { callbacks, clear }
}

type Update = (change: (before: ReceivedCallback[]) => ReceivedCallback[]) => void

function watch(receiver: Receiver, update: Update): () => void {
  const named = naming(receiver)
  let loading: AbortController | undefined
  let meanwhile: ReceivedCallback[] = []

  async function load(): Promise<void> {
    loading?.abort()
    loading = new AbortController()
    const { signal } = loading
    meanwhile = []
    try {
      const loaded = (await getCallbacks(receiver, signal)).map(named)
      const keys = new Set(loaded.map(({ key }) => key))
      update(() => [...loaded, ...meanwhile.filter(({ key }) => !keys.has(key))])
    } catch {
      // Superseded, or the sandbox went away; the stream's next beginning loads again.
    }
  }

  const unfollow = follow(`/callbacks/${receiver}/events`, {
    events: {
      callback(data) {
        // The stream is the serving sandbox's own, so its events have this shape (see api.ts).
        const callback = named(data as Callback)
        meanwhile.push(callback)
        update((before) => (before.some(({ key }) => key === callback.key) ? before : [...before, callback]))
      },
      reset: () => void load(),
    },
    onConnection: (connection) => connection === 'open' && void load(),
  })

  return () => {
    unfollow()
    loading?.abort()
  }
}

/** Callbacks have no id of their own, and one attempt may look like the last: the body and its time make one. */
function naming(receiver: Receiver) {
  return (callback: Callback): ReceivedCallback => {
    const webhookId = String(callback.headers['webhook-id'] ?? '')
    return {
      ...callback,
      receiver,
      key: `${receiver} ${callback.at} ${webhookId || JSON.stringify(callback.body)}`,
    }
  }
}
