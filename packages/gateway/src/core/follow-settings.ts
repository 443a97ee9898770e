import type { Directory } from './directory.ts'
import type { Events } from './events.ts'
import { rounds } from './rounds.ts'

interface Following {
  directory: Pick<Directory, 'catchUp'>
  events: Pick<Events, 'storeFailed'>
}

/** Sees, within a second, what other nodes changed in the settings. */
export function followSettings({ directory, events }: Following, everyMs = 1000): AsyncDisposable {
  return rounds(
    everyMs,
    () => directory.catchUp(),
    (error) => events.storeFailed('settingsAfter', error),
  )
}
