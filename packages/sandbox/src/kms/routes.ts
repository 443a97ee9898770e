import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Faults } from '../faults/faults.ts'
import { type Kms, KmsError } from './kms.ts'

interface Needs {
  kms: Kms
  faults: Pick<Faults, 'takeKms'>
}

/** AWS's JSON protocol 1.1: the operation in a header, errors by name. Any credentials do, and no signature is checked. */
export async function kmsRoutes(app: FastifyInstance, { kms, faults }: Needs): Promise<void> {
  app.addContentTypeParser(type, { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, JSON.parse(String(body)))
    } catch {
      done(null, undefined) // which no operation takes
    }
  })

  app.post('/', async ({ headers, body }, reply) => {
    const fault = faults.takeKms()
    if (fault?.fault === 'kmsHang') return reply.hijack() // until the caller gives up
    try {
      if (fault) throw faultOf(fault.error ?? '')
      const [, operation = ''] = /^TrentService\.(\w+)$/.exec(String(headers['x-amz-target'])) ?? []
      return answer(reply, 200, kms.answer(operation, body))
    } catch (error) {
      if (!(error instanceof KmsError)) throw error
      const { name, status, message } = error
      return answer(reply.header('x-amzn-errortype', name), status, { __type: name, message })
    }
  })
}

const type = 'application/x-amz-json-1.1'

const answer = (reply: FastifyReply, status: number, body: object) =>
  reply.code(status).header('x-amzn-requestid', randomUUID()).type(type).send(JSON.stringify(body))

/** KMS's own faults are answered with 500, everybody else's with 400. */
function faultOf(name: string): KmsError {
  const isOurs = /^(KMSInternal|DependencyTimeout|ServiceUnavailable|InternalFailure)/.test(name)
  return new KmsError(name, 'A fault that was armed.', isOurs ? 500 : 400)
}
