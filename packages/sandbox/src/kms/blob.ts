import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'

/**
 * A wrapped data key, as long as KMS's own and beginning like one: what only KMS can read is, here, the key's ARN, a nonce,
 * the sealed data key and its tag. The keys that wrap come from one secret, each by its ARN: whatever ARN is asked for,
 * its key is there, and is the same as ever.
 */
const beginning = Buffer.from('0102030078', 'hex')
const fingerprintBytes = 32
const arnMost = 86
const nonceBytes = 12
const keyBytes = 32
const tagBytes = 16
const headBytes = beginning.length + fingerprintBytes + 1 + arnMost
const blobBytes = headBytes + nonceBytes + keyBytes + tagBytes

export const fits = (arn: string): boolean => Buffer.byteLength(arn) <= arnMost

export function wrap(secret: Buffer, arn: string, key: Buffer): Buffer {
  const place = Buffer.alloc(1 + arnMost)
  place[0] = place.write(arn, 1)
  const head = Buffer.concat([beginning, createHash('sha256').update(arn).digest(), place])
  const nonce = randomBytes(nonceBytes)
  const sealing = createCipheriv('aes-256-gcm', keyOf(secret, arn), nonce).setAAD(head)
  return Buffer.concat([head, nonce, sealing.update(key), sealing.final(), sealing.getAuthTag()])
}

/** Undefined for a blob that this KMS has not made. */
export function unwrap(secret: Buffer, blob: Buffer): { arn: string; key: Buffer } | undefined {
  if (blob.length !== blobBytes) return undefined
  const head = blob.subarray(0, headBytes)
  const nonce = blob.subarray(headBytes, headBytes + nonceBytes)
  const at = beginning.length + fingerprintBytes
  const arn = blob.toString('utf8', at + 1, at + 1 + (blob[at] ?? 0))
  const opening = createDecipheriv('aes-256-gcm', keyOf(secret, arn), nonce)
    .setAAD(head)
    .setAuthTag(blob.subarray(blobBytes - tagBytes))
  try {
    const sealed = blob.subarray(headBytes + nonceBytes, blobBytes - tagBytes)
    return { arn, key: Buffer.concat([opening.update(sealed), opening.final()]) }
  } catch {
    return undefined // not ours, or changed
  }
}

const keyOf = (secret: Buffer, arn: string) => Buffer.from(hkdfSync('sha256', secret, '', arn, keyBytes))
