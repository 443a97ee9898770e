import type { Store } from '../core/store.ts'
import { openPostgres } from './postgres/index.ts'
import { openSqlite } from './sqlite/index.ts'

export interface StoreOptions {
  /** The business clock: what becomes due by a write becomes due now. Default: real time. */
  now?: () => number
  /** Told why a part of the store ended that should not have, or cannot be started again. It is tried for ever. */
  failed?: (error: unknown) => void
  /** Told of lanes in which another node made something due. A hint: what it misses is found by looking. */
  touched?: (lanes: string[]) => void
  /** Told that another node changed the settings. Likewise. */
  settingsChanged?: () => void
}

const openers: Record<string, (location: string, options: StoreOptions) => Promise<Store>> = {
  sqlite: openSqlite,
  postgres: openPostgres,
  postgresql: openPostgres,
}
export const storeSchemes = Object.keys(openers)

/** Opens the store that the URL names by its scheme, `sqlite:<path>` or `postgres://<user>@<host>/<database>`, and brings its tables up to date. */
export async function openStore(url: string, options: StoreOptions = {}): Promise<Store> {
  const [, scheme = '', location = ''] = /^([a-z0-9+]+):(.*)$/s.exec(url) ?? []
  const open = openers[scheme]
  if (!open || location === '')
    throw new Error(`No store is named by ${JSON.stringify(url)}; known: ${storeSchemes.join(', ')}`)
  return open(location, options)
}
