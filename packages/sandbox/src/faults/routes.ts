import type { FastifyInstance } from 'fastify'
import { faultsIn } from './fault.ts'
import type { Faults } from './faults.ts'

/** Faults to arm, all at once. */
export async function faultRoutes(
  app: FastifyInstance,
  { faults }: { faults: Pick<Faults, 'armed' | 'arm'> },
): Promise<void> {
  app.get('/faults', async () => faults.armed())
  app.put('/faults', async ({ body }) => {
    faults.arm(faultsIn(body))
    return faults.armed()
  })
  app.delete('/faults', async (_request, reply) => {
    faults.arm([])
    return reply.code(204).send()
  })
}
