import type { KeyObject } from 'node:crypto'
import { CannotStart } from '../core/cannot-start.ts'
import { KeyRefused } from '../core/keys.ts'
import { StoreUnavailable, theInstallation } from '../core/store.ts'
import type { Vault } from './vault.ts'

/** What credentials are sealed with: made at the first start. Whoever cannot open it at another one must not start. */
export async function installationKey(vault: Vault): Promise<KeyObject> {
  try {
    return (await vault.keyOf(theInstallation)) ?? (await vault.keyFor(theInstallation))
  } catch (error) {
    if (error instanceof KeyRefused)
      throw new CannotStart(
        'WAYPOST_SECRET and WAYPOST_KEYS_URL: this is not the key that the database was first used with.',
        { cause: error },
      )
    if (!(error instanceof StoreUnavailable)) throw error
    throw new CannotStart(`WAYPOST_KEYS_URL: ${error.message}`, { cause: error })
  }
}
