import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { openLocal } from '../../packages/gateway/src/keys/local/index.ts'
import type { Installation } from './installation.ts'

/** What an integration's clients seal under, and what answers them. */
export const encryption = {
  mtKey: 'arn:aws:kms:eu-west-1:000000000000:key/00000000-0000-4000-8000-000000000001',
  moKey: 'arn:aws:kms:eu-west-1:000000000000:key/00000000-0000-4000-8000-000000000002',
}

/** A client with a data key of its own. What it seals, `openssl` seals: nothing of ours. */
export interface Sealing {
  encryptionKey: string
  bytes(clear: Uint8Array): Buffer
  text(clear: string): string
}

export async function sealing(
  { folder }: Pick<Installation, 'folder'>,
  name = encryption.mtKey,
): Promise<Sealing> {
  await using service = await openLocal({ path: join(folder, 'keys.json') }) // the gateway's own, as it is by default
  const { key, wrapped } = await service.make(name)
  return sealer(key, wrapped)
}

/** With this data key. */
export function sealer(key: Buffer, encryptionKey: string): Sealing {
  const bytes = (clear: Uint8Array) => {
    const vector = randomBytes(16)
    const cipher = ['enc', '-aes-256-cbc', '-K', key.toString('hex'), '-iv', vector.toString('hex')]
    const { status, stdout, stderr } = spawnSync('openssl', cipher, {
      input: clear,
      maxBuffer: 64 * 1024 * 1024,
    })
    assert.equal(status, 0, String(stderr))
    return Buffer.concat([vector, stdout])
  }
  return {
    encryptionKey,
    bytes,
    text: (clear) => bytes(Buffer.from(clear)).toString('base64'),
  }
}

/** Seals nothing: for the same message in the clear. */
export const nothing: Pick<Sealing, 'bytes' | 'text'> = {
  bytes: (clear) => Buffer.from(clear),
  text: (clear) => clear,
}
