import type { KeyObject } from 'node:crypto'
import type { StatusName } from '@waypost/protocol'
import type { Directory } from './directory.ts'
import { type DataKeys, KeyRefused, KeysUnavailable } from './keys.ts'
import type { NotSent } from './message.ts'

/** What opening takes. */
export interface Opening {
  keys: Pick<DataKeys, 'unwrap'>
  directory: Pick<Directory, 'integration'>
}

/** What a client sealed something with. */
interface Wrapped {
  integrationId: string
  encryptionKey: string
  /** The key that wraps it, where the client named one. */
  kmsArn?: string
}

/** The key itself, if the integration's key for messages to handsets wraps it. */
export async function dataKey(
  { keys, directory }: Opening,
  { integrationId, encryptionKey, kmsArn }: Wrapped,
): Promise<KeyObject | NotSent> {
  const mtKey = directory.integration(integrationId)?.encryption?.mtKey
  // Another key than the one that it was told of, nobody may make us use.
  if (mtKey === undefined || (kmsArn ?? mtKey) !== mtKey) return notOpened(denied)
  try {
    return await keys.unwrap(mtKey, encryptionKey)
  } catch (error) {
    if (error instanceof KeyRefused) return notOpened(denied)
    if (error instanceof KeysUnavailable)
      return { type: 'deferred', retry: 'transient', status: denied, unasked: true }
    throw error
  }
}

const denied = 'encryption_access_denied'

/** The outcome of a message that no supplier is asked to carry, because of what was or was not found inside it. */
export const notOpened = (status: StatusName): NotSent => ({ type: 'failed', status, unasked: true })
