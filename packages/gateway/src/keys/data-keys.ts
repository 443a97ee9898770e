import { createSecretKey, hash, type KeyObject } from 'node:crypto'
import { type DataKeys, KeyRefused, type KeyService } from '../core/keys.ts'

/** How many are kept, for how long at most since the service was asked, and for how long a refusal is not asked about again. */
const usualLimits = { most: 1000, keptMs: 5 * 60_000, refusedMs: 5000 }

interface Kept {
  key: Buffer
  until: number
}

/**
 * Data keys from a service. Those that were unwrapped are kept in memory for a while: the messages of a batch share one,
 * and a service that is asked for each message is slow, and dear. One that was made is for its message alone. What is
 * dropped is overwritten with zeros. A refusal counts for some seconds, so that nobody's junk uses up the service.
 */
export function dataKeys(
  service: KeyService,
  limits = usualLimits,
  now = () => performance.now(),
): DataKeys & Disposable {
  /** The one that is kept for longest is first. */
  const kept = new Map<string, Kept>()
  const asked = new Map<string, Promise<KeyObject>>()
  const refused = new Map<string, { until: number; refusal: KeyRefused }>()
  let timer: NodeJS.Timeout | undefined
  let isOpen = true

  function keep(place: string, key: Buffer): KeyObject {
    const object = createSecretKey(key) // a copy, which Node overwrites when nobody uses it any more
    drop(place)
    if (isOpen) {
      kept.set(place, { key, until: now() + limits.keptMs })
      for (const oldest of kept.keys()) if (kept.size > limits.most) drop(oldest)
      plan()
    } else key.fill(0)
    return object
  }

  function drop(place: string) {
    kept.get(place)?.key.fill(0)
    kept.delete(place)
  }

  function dropOld() {
    timer = undefined
    for (const [place, { until }] of kept) if (until <= now()) drop(place)
    plan()
  }

  function plan() {
    const [first] = kept.values()
    if (!first || timer) return
    timer = setTimeout(dropOld, Math.max(1, first.until - now())).unref()
  }

  async function ask(place: string, name: string, wrapped: string): Promise<KeyObject> {
    try {
      return keep(place, await service.unwrap(name, wrapped))
    } catch (error) {
      if (error instanceof KeyRefused) refuse(place, error)
      throw error
    }
  }

  function refuse(place: string, refusal: KeyRefused) {
    refused.delete(place)
    refused.set(place, { until: now() + limits.refusedMs, refusal })
    for (const oldest of refused.keys()) if (refused.size > limits.most) refused.delete(oldest)
  }

  return {
    async make(name) {
      const { key, wrapped } = await service.make(name)
      const made = createSecretKey(key)
      key.fill(0)
      return { key: made, wrapped }
    },

    async unwrap(name, wrapped) {
      const place = placeOf(name, wrapped)
      const known = kept.get(place)
      if (known && known.until > now()) return createSecretKey(known.key)
      const no = refused.get(place)
      if (no && no.until > now()) throw no.refusal
      const asking = asked.get(place) ?? ask(place, name, wrapped).finally(() => asked.delete(place))
      asked.set(place, asking)
      return asking
    },

    [Symbol.dispose]() {
      isOpen = false
      clearTimeout(timer)
      for (const place of kept.keys()) drop(place)
    },
  }
}

/** Blobs may be long, and names are: what is kept is short. */
const placeOf = (name: string, wrapped: string) => hash('sha256', `${name} ${wrapped}`)
