import { CannotStart } from '../../core/cannot-start.ts'
import { StoreUnavailable } from '../../core/store.ts'

/** What the SDK's errors carry; a network's are Node's own. */
interface Fault {
  name?: string
  code?: string
  message?: string
  $metadata?: { httpStatusCode?: number }
}

// The SDK and Node throw errors, and every member that is read of one may be absent.
const faultIn = (error: unknown) => (error ?? {}) as Fault
const statusOf = (error: unknown) => faultIn(error).$metadata?.httpStatusCode

/** There is a bucket, and not this object in it. */
export const isMissing = (error: unknown): boolean => faultIn(error).name === 'NoSuchKey'

/** The object ends before the range begins. */
export const isOutOfRange = (error: unknown): boolean => statusOf(error) === 416

/** What a server answers that does not know the call. */
export const isUnknownCall = (error: unknown): boolean => statusOf(error) === 501 || statusOf(error) === 405

/** Whatever else it was may pass by itself, or once the operator has changed something. The SDK's words stay behind. */
export function unavailable(error: unknown): never {
  const { name, code } = faultIn(error)
  const why = [statusOf(error), code ?? name].filter((word) => word !== undefined).join(' ')
  throw new StoreUnavailable(`The bucket cannot be used: ${why}`)
}

/** `HeadBucket` is answered without a body: the HTTP status says it all. */
const refusals: Record<number, string> = {
  301: 'is in another region',
  400: 'cannot be asked for: its server does not like the request; are region and credentials right?',
  403: 'may not be used with these credentials',
  404: 'is not there',
}

export const cannotStart =
  (bucket: string) =>
  (error: unknown): never => {
    const { name, code, message } = faultIn(error)
    const why = refusals[statusOf(error) ?? 0] ?? `cannot be asked for: ${message || code || name}`
    throw new CannotStart(`the bucket ${bucket} ${why}`, { cause: error })
  }
