import { randomBytes } from 'node:crypto'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Database } from '../database.ts'
import { fits, unwrap, wrap } from './blob.ts'

/** A refusal, by the name of KMS's API. */
export class KmsError extends Error {
  override readonly name: string
  readonly status: number
  constructor(name: string, message: string, status = 400) {
    super(message)
    this.name = name
    this.status = status
  }
}

export interface Kms {
  /** Answers an operation of KMS's API, by the name in `X-Amz-Target`. Throws a `KmsError`. */
  answer(operation: string, body: unknown): object
}

/** The account of every key here; keys of others may not be used. */
const account = '000000000000'
const dataKeyBytes = 32

const text = Type.Optional(Type.String())
const Asked = Type.Object({
  KeyId: text,
  KeySpec: text,
  NumberOfBytes: Type.Optional(Type.Number()),
  CiphertextBlob: text,
  EncryptionContext: Type.Optional(Type.Record(Type.String(), Type.String())),
})
type Asked = Static<typeof Asked>
const AskedBody = Compile(Asked)

export function openKms({ sql }: Pick<Database, 'sql'>): Kms {
  const secret = secretIn(sql)

  const operations: Record<string, (asked: Asked) => object> = {
    GenerateDataKey: (asked) => made(asked, true),
    GenerateDataKeyWithoutPlaintext: (asked) => made(asked, false),
    Decrypt: ({ KeyId, CiphertextBlob = '' }) => {
      const arn = KeyId === undefined ? undefined : usable(KeyId)
      const opened = unwrap(secret, Buffer.from(CiphertextBlob, 'base64'))
      if (!opened) throw new KmsError('InvalidCiphertextException', '')
      if (arn !== undefined && arn !== opened.arn)
        throw new KmsError(
          'IncorrectKeyException',
          'The key ID in the request does not identify a CMK that can perform this operation.',
        )
      return {
        KeyId: opened.arn,
        Plaintext: opened.key.toString('base64'),
        EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      }
    },
  }

  function made({ KeyId = '', KeySpec, NumberOfBytes }: Asked, isPlain: boolean): object {
    if ((KeySpec ?? 'AES_256') !== 'AES_256' || (NumberOfBytes ?? dataKeyBytes) !== dataKeyBytes)
      throw new KmsError('ValidationException', 'This KMS makes data keys of 256 bits.')
    const arn = usable(KeyId)
    const key = randomBytes(dataKeyBytes)
    const plain = isPlain ? { Plaintext: key.toString('base64') } : {}
    return { KeyId: arn, CiphertextBlob: wrap(secret, arn, key).toString('base64'), ...plain }
  }

  return {
    answer(operation, body) {
      const run = Object.hasOwn(operations, operation) ? operations[operation] : undefined
      if (!run) throw new KmsError('UnknownOperationException', `There is no ${operation} here`)
      if (!AskedBody.Check(body))
        throw new KmsError('SerializationException', 'The body is not what this operation takes.')
      if (Object.keys(body.EncryptionContext ?? {}).length > 0)
        throw new KmsError('ValidationException', 'This KMS has no encryption contexts.')
      return run(body)
    },
  }
}

/** The ARN of a key that the caller may use. */
function usable(keyId: string): string {
  const [, owner] = /^arn:aws:kms:[a-z0-9-]+:(\d{12}):key\/[\w-]+$/.exec(keyId) ?? []
  if (owner === undefined || !fits(keyId)) throw new KmsError('NotFoundException', `Invalid arn ${keyId}`)
  if (owner !== account)
    throw new KmsError(
      'AccessDeniedException',
      `The ciphertext refers to a customer master key of account ${owner}, which this account may not use.`,
    )
  return keyId
}

/** Made once for this sandbox's data, so that blobs outlive a restart. */
function secretIn(sql: Database['sql']): Buffer {
  sql.prepare('INSERT OR IGNORE INTO kms (only_one, secret) VALUES (1, ?)').run(randomBytes(32))
  const row = sql.prepare('SELECT secret FROM kms').get()
  return Buffer.from(row?.secret as Uint8Array) // the column is a BLOB, and there is a row
}
