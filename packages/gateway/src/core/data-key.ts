import type { KeyObject } from 'node:crypto'
import type { StatusName } from '@waypost/protocol'
import type { Directory } from './directory.ts'
import type { Integration } from './integration.ts'
import { type DataKeys, KeyRefused, KeysUnavailable, unwrapUnder } from './keys.ts'
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
  const names = mtNamesOf(directory.integration(integrationId)?.encryption)
  // Another key than those that it was told of, nobody may make us use.
  if (kmsArn !== undefined && !names.includes(kmsArn)) return notOpened(denied)
  try {
    return await unwrapUnder(keys, kmsArn === undefined ? names : [kmsArn], encryptionKey)
  } catch (error) {
    if (error instanceof KeyRefused) return notOpened(denied)
    if (error instanceof KeysUnavailable)
      return { type: 'deferred', retry: 'transient', status: denied, unasked: true }
    throw error
  }
}

/** What messages to handsets may have been sealed under. */
export const mtNamesOf = (encryption: Integration['encryption']): string[] =>
  encryption?.mtKey === undefined ? [] : [encryption.mtKey, ...(encryption.formerKeys ?? [])]

const denied = 'encryption_access_denied'

/** The outcome of a message that no supplier is asked to carry, because of what was or was not found inside it. */
export const notOpened = (status: StatusName): NotSent => ({ type: 'failed', status, unasked: true })
