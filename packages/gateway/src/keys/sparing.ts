import { type KeyService, KeysUnavailable } from '../core/keys.ts'

/**
 * A service that is left alone with a key for a while once it could not be asked for it: what waits for an answer that does
 * not come takes the place of what needs none, and a service that throttles is not helped by more.
 */
export function sparing(service: KeyService, { restMs = 2000 } = {}): KeyService {
  /** Names of keys, each with when its rest ends. */
  const resting = new Map<string, number>()
  return {
    make: (name) => service.make(name),

    async unwrap(name, wrapped) {
      const until = resting.get(name)
      if (until !== undefined && performance.now() < until)
        throw new KeysUnavailable('it could not be asked a moment ago')
      try {
        const key = await service.unwrap(name, wrapped)
        resting.delete(name)
        return key
      } catch (error) {
        if (error instanceof KeysUnavailable) resting.set(name, performance.now() + restMs)
        throw error
      }
    },

    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  }
}
