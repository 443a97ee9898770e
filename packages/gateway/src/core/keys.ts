import type { KeyObject } from 'node:crypto'

/**
 * Who wraps data keys, and unwraps them again. Its rules, which `keySuite` checks:
 *
 *  1. A data key is 32 random bytes, new each time. The key that wraps it never leaves the service.
 *  2. `unwrap` answers what `make` made under the same name. Anything else is `KeyRefused`: another name, one that is not
 *     there or not ours to use, a blob that is none, is changed or cut off.
 *  3. `KeyRefused` stays so until somebody changes something; `KeysUnavailable` may pass by itself: throttled, out of
 *     reach, no answer in time.
 *  4. Each call settles within `answerWithinMs`, whatever the far side does. No error's message holds a secret.
 */
export interface KeyService extends AsyncDisposable {
  /** `name` is the service's own of the wrapping key: an ARN at AWS. */
  make(name: string): Promise<MadeKey>
  /** `wrapped` is base64. The bytes are the caller's, who overwrites them with zeros after use. */
  unwrap(name: string, wrapped: string): Promise<Buffer>
}

export interface MadeKey {
  /** 32 bytes; the caller's, as those of `unwrap`. */
  key: Buffer
  /** Base64: what `unwrap` takes. */
  wrapped: string
}

/**
 * Data keys as the road of a message uses them: opened once, and then for a while from memory. Both throw what a
 * `KeyService` throws.
 */
export interface DataKeys {
  make(name: string): Promise<{ key: KeyObject; wrapped: string }>
  unwrap(name: string, wrapped: string): Promise<KeyObject>
}

/** Opens a blob that was made under one of these names, in their order. Throws what the last one threw. */
export async function unwrapUnder(
  keys: Pick<DataKeys, 'unwrap'>,
  names: string[],
  wrapped: string,
): Promise<KeyObject> {
  let refusal = new KeyRefused('no key has a name here')
  for (const name of names)
    try {
      return await keys.unwrap(name, wrapped)
    } catch (error) {
      if (!(error instanceof KeyRefused)) throw error
      refusal = error
    }
  throw refusal
}

export const dataKeyBytes = 32

/** Milliseconds. */
export const answerWithinMs = 10_000

/** The bytes of a blob; undefined where the text is not base64, and so none of anybody's. */
export function blobIn(wrapped: string): Buffer | undefined {
  const blob = Buffer.from(wrapped, 'base64')
  return blob.length > 0 && blob.toString('base64') === wrapped ? blob : undefined
}

/** The service will not use this key, or does not know this blob. */
export class KeyRefused extends Error {
  override name = 'KeyRefused'
}

/** The service could not be asked. */
export class KeysUnavailable extends Error {
  override name = 'KeysUnavailable'
}
