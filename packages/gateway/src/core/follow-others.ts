import type { Events } from './events.ts'
import { lateMs, type Volume } from './limits.ts'
import type { Store } from './store.ts'
import type { Windows } from './window.ts'

interface Following {
  store: Pick<Store, 'acceptedElsewhere' | 'windowsSince'>
  volume: Pick<Volume, 'hear'>
  windows: Pick<Windows, 'wrote'>
  events: Pick<Events, 'storeFailed'>
  now(): number
}

/** Hears every few seconds what other nodes accepted, for the limits, and who wrote to them, for what goes first. */
export function followOthers(app: Following, everyMs = 5000): AsyncDisposable {
  let heardAt = app.now()
  let looking: Promise<unknown> = Promise.resolve()

  async function look() {
    const at = app.now()
    const since = Math.min(heardAt, at) - lateMs
    const elsewhere = await app.store.acceptedElsewhere(since)
    if (!elsewhere) return clearInterval(timer) // there are none
    app.volume.hear(elsewhere, at)
    for (const { integrationId, from, at } of await app.store.windowsSince(since))
      app.windows.wrote(integrationId, from, at)
    heardAt = at
  }

  const timer = setInterval(() => {
    looking = looking.then(look).catch((error: unknown) => app.events.storeFailed('acceptedElsewhere', error))
  }, everyMs)
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await looking
    },
  }
}
