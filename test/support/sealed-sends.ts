import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { type Installation, keys } from './installation.ts'
import type { Generation } from './refusals.ts'
import { encryption, type Sealing } from './sealing.ts'

/** How a message is written: sealed, or the same in the clear. */
export type Seal = Pick<Sealing, 'bytes' | 'text'>

/** Sends and uploads that are taken. Each answers the id of what it made. */
export const sealedSends = (installation: () => Installation) => ({
  async uploaded(
    seal: Seal | Sealing,
    clear: Buffer,
    contentType: string,
    parameters: Record<string, string> = { broadcastAllowed: 'true' },
  ): Promise<string> {
    const sha256FileHash = createHash('sha256').update(clear).digest('hex')
    const sealed: Record<string, string> =
      'encryptionKey' in seal
        ? { encryptionKey: seal.encryptionKey, kmsArn: encryption.mtKey, sha256FileHash }
        : {}
    const query = new URLSearchParams({ fileName: 'a file', ...sealed, ...parameters })
    const { json, text } = await installation().ask('POST', `/v1/media?${query}`, {
      key: keys.one,
      headers: { 'content-type': contentType },
      body: seal.bytes(clear),
    })
    const { fileId } = json as { fileId?: string } // the contract of the upload
    assert.ok(fileId, text)
    return fileId
  },

  async accepted(generation: Generation, message: object): Promise<string> {
    const { json, text } = await installation().send(generation, [message])
    const { messages } = json as { messages?: { apiMessageId?: string; messageId?: string }[] } // of either generation
    const id = messages?.[0]?.apiMessageId ?? messages?.[0]?.messageId
    assert.ok(id, text)
    return id
  },
})
