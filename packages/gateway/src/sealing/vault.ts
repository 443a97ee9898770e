import type { KeyObject } from 'node:crypto'
import { KeyRefused, type KeyService, KeysUnavailable } from '../core/keys.ts'
import { type Store, StoreUnavailable } from '../core/store.ts'
import { keyObjectOf } from './seal.ts'

/** Who wraps the keys, and by which of its own. */
export interface Wrapping {
  service: Pick<KeyService, 'make' | 'unwrap'>
  name: string
}

/** The keys that what is kept is sealed with, one of each owner, opened. The store has them wrapped. */
export interface Vault {
  /**
   * Made where there is none. Throws `StoreUnavailable` when it cannot be had: nothing can be stored without. It is
   * `OwnerGone` when there is no such integration any more.
   */
  keyFor(owner: string): Promise<KeyObject>
  /** Undefined when it is gone, and `KeyRefused` when the key service will not open it. Else as `keyFor`. */
  keyOf(owner: string): Promise<KeyObject | undefined>
  /** Its wrapped key was deleted. */
  forget(owner: string): void
}

interface Needs {
  store: Pick<Store, 'sealingKey' | 'putSealingKey'>
  wrapping: Wrapping
  /** Real time, in milliseconds. */
  now?: () => number
}

/** How long an opened key is in memory: another node may have deleted it so long ago. Real time. */
export const keyKeptMs = 5 * 60_000

export function openVault({ store, wrapping, now = () => performance.now() }: Needs): Vault {
  /** The oldest is first. */
  const known = new Map<string, { key: Promise<KeyObject>; until: number }>()
  let timer: NodeJS.Timeout | undefined

  /** Those who ask while it is being found wait for the same; what is not found is not remembered. */
  function remembered(owner: string, find: (owner: string) => Promise<KeyObject>): Promise<KeyObject> {
    const kept = known.get(owner)
    if (kept && kept.until > now()) return kept.key
    const key = find(owner)
    known.delete(owner) // so that it is the last
    known.set(owner, { key, until: now() + keyKeptMs })
    plan()
    key.catch(() => {
      if (known.get(owner)?.key === key) known.delete(owner)
    })
    return key
  }

  /** Node overwrites a key once nobody has it. */
  function dropOld() {
    timer = undefined
    for (const [owner, { until }] of known) if (until <= now()) known.delete(owner)
    plan()
  }

  function plan() {
    const [first] = known.values()
    if (!first || timer) return
    timer = setTimeout(dropOld, Math.max(1, first.until - now())).unref()
  }

  async function found(owner: string): Promise<KeyObject> {
    const wrapped = await store.sealingKey(owner)
    if (wrapped === undefined) throw new NoKey(`${owner} has no key`)
    return unwrapped(wrapping, wrapped)
  }

  async function made(owner: string): Promise<KeyObject> {
    const { key, wrapped } = await wrapping.service.make(wrapping.name)
    const counts = await store.putSealingKey(owner, wrapped)
    if (counts === undefined) throw new OwnerGone(`${owner} is no integration any more`)
    return counts === wrapped ? keyObjectOf(key) : unwrapped(wrapping, counts)
  }

  async function keyOf(owner: string): Promise<KeyObject | undefined> {
    try {
      return await remembered(owner, found)
    } catch (error) {
      if (error instanceof NoKey) return undefined
      throw error instanceof KeysUnavailable ? unavailable(error) : error
    }
  }

  return {
    keyOf,
    async keyFor(owner) {
      try {
        return (await keyOf(owner)) ?? (await remembered(owner, made))
      } catch (error) {
        throw error instanceof KeyRefused || error instanceof KeysUnavailable ? unavailable(error) : error
      }
    },
    forget: (owner) => void known.delete(owner),
  }
}

/** Whoever tries again finds that out in another way. */
export class OwnerGone extends StoreUnavailable {
  override name = 'OwnerGone'
}

class NoKey extends Error {
  override name = 'NoKey'
}

async function unwrapped({ service, name }: Wrapping, wrapped: string): Promise<KeyObject> {
  return keyObjectOf(await service.unwrap(name, wrapped))
}

/** Also of a refused key for those who cannot do without: nothing was stored, and an operator may mend it. */
export const unavailable = (cause: Error) =>
  new StoreUnavailable(`The key that this is sealed with cannot be had: ${cause.message}`, { cause })
