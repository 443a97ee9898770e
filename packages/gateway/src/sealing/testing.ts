import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type { Store } from '../core/store.ts'
import { openKeys } from '../keys/index.ts'
import type { Wrapping } from './vault.ts'

/** A folder that goes with the test file. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'waypost-sealing-'))
  after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** For suites whose messages and files are of integrations that were never put. */
export function keysOfAnybody(): Pick<Store, 'sealingKey' | 'putSealingKey'> {
  const keys = new Map<string, string>()
  return {
    sealingKey: async (owner) => keys.get(owner),
    putSealingKey: async (owner, wrapped) => {
      keys.set(owner, keys.get(owner) ?? wrapped)
      return keys.get(owner)
    },
  }
}

/** A file of keys in that folder wraps. */
export async function wrappingIn(folder: string, name = 'keys.json'): Promise<Wrapping> {
  const { own } = await openKeys(`local:${join(folder, name)}`, { secret: undefined, ownPath: '' })
  return own
}
