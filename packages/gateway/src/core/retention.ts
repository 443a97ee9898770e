import type { Events } from './events.ts'
import { type MediaStore, mediaKeptMs } from './media.ts'
import { rounds } from './rounds.ts'
import type { Store } from './store.ts'

interface Needs extends Deleting {
  /** What no ledger knows of goes by this. */
  realNow(): number
}

interface Deleting {
  media: MediaStore
  store: Pick<Store, 'expiredFiles' | 'deleteFiles'>
  events: Pick<Events, 'filesDeleted' | 'storeFailed'>
  now(): number
}

const everyMs = 10 * 60_000
const bite = 500
const dayMs = 24 * 60 * 60_000

export interface Retention extends AsyncDisposable {
  /** Does it now as well: the business clock was turned. */
  turned(): void
}

/** Deletes files whose time is up: now, and every ten minutes. */
export function keepRetention(app: Needs): Retention {
  async function sweep() {
    await deleteExpired(app)
    // By real time, as the files' own times are: what nobody knows of. A file that is known is deleted before that.
    const realNow = app.realNow()
    await app.media.sweep({ staged: realNow - dayMs, kept: realNow - mediaKeptMs - dayMs })
  }

  const sweeps = rounds(everyMs, sweep, (error) => app.events.storeFailed('retention', error))
  sweeps.soon()
  return { turned: sweeps.soon, [Symbol.asyncDispose]: sweeps[Symbol.asyncDispose] }
}

/** Bytes first: what the ledger still names is looked for again, bytes that it does not name are not. */
export async function deleteExpired({ media, store, events, now }: Deleting): Promise<void> {
  for (;;) {
    const ids = await store.expiredFiles(now(), bite)
    if (ids.length === 0) return
    await media.delete(ids)
    await store.deleteFiles(ids)
    events.filesDeleted(ids.length)
  }
}
