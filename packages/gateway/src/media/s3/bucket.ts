import type * as S3 from '@aws-sdk/client-s3'
import { cannotStart } from './errors.ts'
import type { Place } from './place.ts'

/** A bucket that can be asked. */
export interface Bucket {
  client: S3.S3Client
  /** The SDK, as it was loaded. */
  s3: typeof S3
  name: string
  /** What stands before every key. */
  prefix: string
  limits: Patience
}

/** How long the far side may keep us waiting, in milliseconds, and how often it is asked. */
export interface Patience {
  connectMs: number
  /** From a request to the beginning of its answer. A part of an upload has to pass in it. */
  answerMs: number
  /** The same of a file that is asked for: there is nothing to wait for, and a callback's attempt is short. */
  firstByteMs: number
  /** Nothing came, or nobody took it: whoever reads slower than that keeps a connection from others. */
  silenceMs: number
  tries: number
  /** For all tries together, and for finding credentials, which has no limit of its own. */
  callMs: number
}

export const patience: Patience = {
  connectMs: 3000,
  answerMs: 20_000,
  firstByteMs: 5000,
  silenceMs: 60_000,
  tries: 3,
  callMs: 25_000,
}

/** Each reader has one to itself for as long as it reads. */
const connections = { maxSockets: 256 }

/** Throws `CannotStart` when the bucket cannot be used. */
export async function openBucket(place: Place, limits: Patience): Promise<Bucket> {
  const { bucket, prefix, endpoint, region, isInPath, isChecksumRare } = place
  const s3 = await import('@aws-sdk/client-s3')
  const checksums = isChecksumRare ? 'WHEN_REQUIRED' : 'WHEN_SUPPORTED'
  const client = new s3.S3Client({
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    forcePathStyle: isInPath,
    requestChecksumCalculation: checksums,
    responseChecksumValidation: checksums,
    maxAttempts: limits.tries,
    requestHandler: {
      connectionTimeout: limits.connectMs,
      requestTimeout: limits.answerMs,
      throwOnRequestTimeout: true,
      socketTimeout: limits.silenceMs,
      httpAgent: connections,
      httpsAgent: connections,
    },
  })
  client.middlewareStack.add((next) => (args) => within(limits.callMs, next(args)), {
    step: 'initialize',
    name: 'deadline',
  })
  await client.send(new s3.HeadBucketCommand({ Bucket: bucket })).catch(cannotStart(bucket))
  return { client, s3, name: bucket, prefix, limits }
}

async function within<T>(ms: number, call: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${ms} ms`)), ms)
  try {
    return await Promise.race([call, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
