import { type Endpoint, type Generation, legacyError, oneError, type ReasonName } from '@waypost/protocol'

/** A finished answer. */
export interface Answer {
  httpStatus: number
  body: unknown
}

/** The refusal of a whole request, in its generation's shape. */
export const refusalOf: Record<Generation, (reason: ReasonName, subject?: string) => Answer> = {
  one(reason, subject) {
    const { httpStatus, code, description } = oneError(reason, subject)
    return { httpStatus, body: { error: { code, description } } }
  },
  legacy(reason, subject) {
    const { httpStatus, errorCode, error } = legacyError(reason, subject)
    return { httpStatus, body: { messages: [], error: { errorCode, error } } }
  },
}

/** Whose shape an answer to this path has, also where there is no such path. */
export const generationOf = (path: string): Generation => (/^\/wa(\/|\?|$)/.test(path) ? 'legacy' : 'one')

/** Where the server takes a contract's calls: `/v1/message/:apiMessageId`. */
export const routeOf = ({ path }: Pick<Endpoint, 'path'>) => path.replaceAll(/\{(\w+)\}/g, ':$1')

/** Refuses a whole request: thrown anywhere on the way in, answered by the server's error handler. */
export class Refused extends Error {
  override name = 'Refused'
  readonly reason: ReasonName
  readonly subject: string | undefined
  constructor(reason: ReasonName, subject?: string) {
    super(reason)
    this.reason = reason
    this.subject = subject
  }
}
