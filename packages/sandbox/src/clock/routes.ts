import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { checkedBody } from '../problem.ts'
import type { Clock } from './clock.ts'
import type { Gateways } from './gateways.ts'

/** Ten years at once, so that a slip does not end up in another era. */
const mostMs = 10 * 365 * 86_400_000

const Advance = Compile(
  Type.Object({ ms: Type.Integer({ minimum: 0, maximum: mostMs }) }, { additionalProperties: false }),
)

/** The sandbox's clock, which takes the gateways' with it. */
export async function clockRoutes(
  app: FastifyInstance,
  { clock, gateways }: { clock: Clock; gateways: Pick<Gateways, 'turn'> },
): Promise<void> {
  const shown = () => ({ now: clock.now(), offsetMs: clock.offsetMs() })

  app.get('/clock', async () => shown())
  app.post('/clock/advance', async ({ body }) => {
    clock.advance(checkedBody(Advance, body).ms)
    // The gateways come second: what they then send meets a sandbox of the same time.
    const told = await gateways.turn(clock.offsetMs())
    return { ...shown(), gateways: told }
  })
}
