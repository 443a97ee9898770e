import { STATUS_CODES } from 'node:http'
import type { FastifyReply } from 'fastify'
import type { TLocalizedValidationError } from 'typebox/error'

/** What the caller of one of our own endpoints did wrong. */
export class Problem extends Error {
  /** As Fastify names it in its own errors. */
  readonly statusCode: number

  constructor(statusCode: number, message: string) {
    super(message)
    this.statusCode = statusCode
  }
}

/** What is the caller's fault, ours to say or Fastify's; undefined when the fault is ours. */
export function refusalOf(error: unknown): { statusCode: number; message: string } | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined
  const statusCode = Number(error.statusCode)
  return statusCode < 500 ? { statusCode, message: error.message } : undefined
}

/** RFC 9457, with the words in `error` as well, for whoever looks no further. */
export function sendProblem(reply: FastifyReply, { statusCode: status, message }: Problem): FastifyReply {
  return reply
    .code(status)
    .type('application/problem+json')
    .send({
      type: 'about:blank',
      title: STATUS_CODES[status] ?? 'Error',
      status,
      detail: message,
      error: message,
    })
}

interface Validator<T> {
  Check(value: unknown): value is T
  Errors(value: unknown): TLocalizedValidationError[]
}

/** The body, or a 400 that names what is wrong with it. */
export function checkedBody<T>(validator: Validator<T>, body: unknown): T {
  if (validator.Check(body)) return body
  const [first] = validator.Errors(body).filter(({ keyword }) => keyword !== 'boolean')
  throw new Problem(400, first ? wordsOf(first) : 'The body is not valid')
}

function wordsOf({ keyword, instancePath, message, params }: TLocalizedValidationError): string {
  const member = instancePath.slice(1).replaceAll('/', '.') || 'The body'
  const surplus = keyword === 'additionalProperties' ? `: ${params.additionalProperties.join(', ')}` : ''
  return `${member} ${message}${surplus}`
}
