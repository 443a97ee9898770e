import type { Events } from './events.ts'
import { lateMs, type Volume } from './limits.ts'
import { rounds } from './rounds.ts'
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

  async function look() {
    const at = app.now()
    const since = Math.min(heardAt, at) - lateMs
    const elsewhere = await app.store.acceptedElsewhere(since)
    if (!elsewhere) return // there are none
    app.volume.hear(elsewhere, at)
    for (const { integrationId, from, at } of await app.store.windowsSince(since))
      app.windows.wrote(integrationId, from, at)
    heardAt = at
  }

  return rounds(everyMs, look, (error) => app.events.storeFailed('acceptedElsewhere', error))
}
