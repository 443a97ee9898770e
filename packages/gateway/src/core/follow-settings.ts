import type { Directory } from './directory.ts'
import type { Events } from './events.ts'

interface Following {
  directory: Pick<Directory, 'catchUp'>
  events: Pick<Events, 'storeFailed'>
}

/** Sees, within a second, what other nodes changed in the settings. */
export function followSettings({ directory, events }: Following, everyMs = 1000): AsyncDisposable {
  let looking = Promise.resolve()
  const timer = setInterval(() => {
    looking = looking
      .then(() => directory.catchUp())
      .catch((error: unknown) => events.storeFailed('settingsAfter', error))
  }, everyMs)
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await looking
    },
  }
}
