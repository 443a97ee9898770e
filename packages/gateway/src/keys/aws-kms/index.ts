import type { DecryptCommandOutput, KMSClient } from '@aws-sdk/client-kms'
import { answerWithinMs, blobIn, dataKeyBytes, KeyRefused, type KeyService } from '../../core/keys.ts'
import { faultOf } from './errors.ts'

/** What overrides the SDK's own ways to find them; credentials have no other. */
export interface Kms {
  endpoint?: string
  region?: string
}

/** AWS KMS, or what speaks like it: names are ARNs, blobs are KMS's own. */
export async function openKms({ endpoint, region }: Kms): Promise<KeyService> {
  const { DecryptCommand, GenerateDataKeyCommand, KMSClient } = await import('@aws-sdk/client-kms')
  const client: KMSClient = new KMSClient({
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1500, requestTimeout: 2500, throwOnRequestTimeout: true },
  })

  /** The SDK has limits for each try; this one is for all of them, and for finding credentials, which no signal ends. */
  async function asked<T>(ask: (options: { abortSignal: AbortSignal }) => Promise<T>): Promise<T> {
    const abortSignal = AbortSignal.timeout(answerWithinMs)
    const late = Promise.withResolvers<never>()
    abortSignal.addEventListener('abort', () => late.reject(abortSignal.reason))
    try {
      return await Promise.race([ask({ abortSignal }), late.promise])
    } catch (error) {
      throw faultOf(error)
    }
  }

  return {
    async make(name) {
      const command = new GenerateDataKeyCommand({ KeyId: name, KeySpec: 'AES_256' })
      const made = await asked((options) => client.send(command, options))
      const { CiphertextBlob: blob } = made
      if (!blob) throw new KeyRefused('KMS answered without a blob')
      return { key: keyIn(made), wrapped: Buffer.from(blob).toString('base64') }
    },

    async unwrap(name, wrapped) {
      const blob = blobIn(wrapped)
      if (!blob) throw new KeyRefused('a wrapped key is base64')
      const command = new DecryptCommand({ KeyId: name, CiphertextBlob: blob })
      return keyIn(await asked((options) => client.send(command, options)))
    },

    async [Symbol.asyncDispose]() {
      client.destroy()
    },
  }
}

/** The very bytes of the answer, so that there is one copy to overwrite. */
function keyIn({ Plaintext: plain }: Pick<DecryptCommandOutput, 'Plaintext'>): Buffer {
  if (plain?.byteLength !== dataKeyBytes) throw new KeyRefused('what KMS opened is no data key of 32 bytes')
  return Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength)
}
