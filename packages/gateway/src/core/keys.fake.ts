import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto'
import { type DataKeys, dataKeyBytes, KeyRefused, KeysUnavailable } from './keys.ts'

export interface WrappingKeys extends DataKeys {
  /** Nobody answers any more. */
  breakOff(): void
  /** Whoever asks waits until it is given up. */
  hang(): void
  giveUp(): void
  /** How often a key was asked for. */
  asked(): number
}

/** Keys that wrap data keys as RFC 3394 says, each by its name, in the test's own memory. */
export function wrappingKeys(): WrappingKeys {
  const known = new Map<string, Buffer>()
  const vector = Buffer.alloc(8, 0xa6)
  const givenUp = Promise.withResolvers<void>()
  let isThere = true
  let hangs = false
  let asked = 0
  return {
    async make(name) {
      const wrapping = known.get(name) ?? randomBytes(dataKeyBytes)
      known.set(name, wrapping)
      const key = randomBytes(dataKeyBytes)
      const cipher = createCipheriv('id-aes256-wrap', wrapping, vector)
      const wrapped = Buffer.concat([cipher.update(key), cipher.final()]).toString('base64')
      return { key: createSecretKey(key), wrapped }
    },
    async unwrap(name, wrapped) {
      asked++
      if (hangs) {
        await givenUp.promise
        throw new KeysUnavailable('no answer in time')
      }
      if (!isThere) throw new KeysUnavailable('nobody answers')
      const wrapping = known.get(name)
      if (!wrapping) throw new KeyRefused('no such key')
      try {
        const cipher = createDecipheriv('id-aes256-wrap', wrapping, vector)
        return createSecretKey(Buffer.concat([cipher.update(wrapped, 'base64'), cipher.final()]))
      } catch (cause) {
        throw new KeyRefused('no blob of this key', { cause })
      }
    },
    breakOff() {
      isThere = false
    },
    hang() {
      hangs = true
    },
    giveUp: givenUp.resolve,
    asked: () => asked,
  }
}
