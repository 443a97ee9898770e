import { Readable } from 'node:stream'
import type { ByteRange } from '../../core/media.ts'
import type { Bucket } from './bucket.ts'
import { isMissing, isOutOfRange, unavailable } from './errors.ts'

/** An object as the SDK's commands name it. */
export const at = ({ name, prefix }: Bucket, key: string) => ({ Bucket: name, Key: `${prefix}${key}` })

/** Undefined when there is none. */
export async function read(bucket: Bucket, key: string, range?: ByteRange): Promise<Readable | undefined> {
  const { client, s3, limits } = bucket
  const wanted = { ...at(bucket, key), ...(range && { Range: `bytes=${range.from}-${range.to}` }) }
  try {
    const { Body: body } = await client.send(new s3.GetObjectCommand(wanted), {
      requestTimeout: limits.firstByteMs,
    })
    if (!(body instanceof Readable)) throw new Error('an answer without a body')
    // One that breaks before somebody reads it is nobody's fault yet; who reads it then is told.
    return body.on('error', () => {})
  } catch (error) {
    if (isMissing(error)) return undefined
    return isOutOfRange(error) ? Readable.from([]) : unavailable(error)
  }
}

/** Throws any other error than `StoreUnavailable` when there is nothing to copy. */
export async function copy(bucket: Bucket, from: string, to: string): Promise<void> {
  const { client, s3, name } = bucket
  const source = encodeURI(`${name}/${at(bucket, from).Key}`)
  await client
    .send(new s3.CopyObjectCommand({ ...at(bucket, to), CopySource: source }))
    .catch((error: unknown) => {
      if (isMissing(error)) throw new Error('there is nothing to copy')
      return unavailable(error)
    })
}

/** Deleting what is not there is no error. */
export async function remove(bucket: Bucket, key: string): Promise<void> {
  const { client, s3 } = bucket
  await client.send(new s3.DeleteObjectCommand(at(bucket, key))).catch(unavailable)
}
