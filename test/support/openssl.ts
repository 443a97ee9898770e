import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'

/** What was sealed, opened by somebody who has nothing of ours: the OpenSSL command, as businesses use it. */
export function opened(key: Buffer, sealed: Buffer): Buffer {
  const vector = sealed.subarray(0, 16).toString('hex')
  const { status, stdout, stderr } = spawnSync(
    'openssl',
    ['enc', '-d', '-aes-256-cbc', '-K', key.toString('hex'), '-iv', vector],
    { input: sealed.subarray(16), maxBuffer: 64 * 1024 * 1024 },
  )
  assert.equal(status, 0, String(stderr))
  return stdout
}

/** A text that was sealed: base64 around UTF-8. */
export const openedText = (key: Buffer, sealed: string): string =>
  opened(key, Buffer.from(sealed, 'base64')).toString()

/** Whether it looks sealed at all: a vector and at least one block. */
export function isSealed(text: unknown): text is string {
  if (typeof text !== 'string') return false
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text && bytes.length >= 32 && bytes.length % 16 === 0
}
