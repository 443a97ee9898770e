import type { MediaStore } from '../core/media.ts'
import type { Store } from '../core/store.ts'
import { sealedContents } from './contents.ts'
import { sealedCredentials } from './credentials.ts'
import { installationKey } from './installation-key.ts'
import { sealedMedia } from './media.ts'
import { openVault, type Wrapping } from './vault.ts'

interface Options {
  wrapping: Wrapping
  /** Contents and files, too; credentials in any case. */
  contents: boolean
}

/** The same stores, for who is not to know that anything in them is sealed. Throws `CannotStart` with another key. */
export async function sealedAtRest(
  kept: { store: Store; media: MediaStore },
  { wrapping, contents: sealing }: Options,
): Promise<{ store: Store; media: MediaStore }> {
  const vault = openVault({ store: kept.store, wrapping })
  const store = sealedCredentials(kept.store, await installationKey(vault))
  return {
    store: sealedContents(store, vault, { sealing }),
    media: sealedMedia(kept.media, vault, { sealing }),
  }
}
