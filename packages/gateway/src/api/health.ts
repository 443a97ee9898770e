import { setTimeout as sleep } from 'node:timers/promises'
import { operations } from '@waypost/protocol'
import type { FastifyInstance } from 'fastify'
import type { App } from '../core/app.ts'
import { routeOf } from './surface.ts'

/** How long an answer stands: readiness is asked often, by several. */
const probedForMs = 1000
/** Whoever has not answered by then is not ready. */
const probeMs = 5000

/** Some load balancers ask with HEAD. */
const asHead = { exposeHeadRoute: true }

/** `/health/live`, `/health/ready` and `/metrics`. Ready is what can store a message and a file now. */
export async function health(server: FastifyInstance, app: App): Promise<void> {
  let probed: { at: number; failing: Promise<string[]> } | undefined

  /** Names what cannot be written to. */
  function failing(): Promise<string[]> {
    const now = performance.now()
    if (!probed || now - probed.at > probedForMs) probed = { at: now, failing: failingOf(app) }
    return probed.failing
  }

  server.get(routeOf(operations.live), asHead, async () => ({ status: 'live' }))
  server.get(routeOf(operations.ready), asHead, async (_request, reply) => {
    const [why] = await failing()
    return why === undefined ? { status: 'ready' } : reply.code(503).send({ status: 'not ready', why })
  })
  server.get(routeOf(operations.metrics), async (_request, reply) => {
    app.events.lanesSeen(await app.store.lanes())
    return reply.type(app.events.registry.contentType).send(await app.events.registry.metrics())
  })
}

async function failingOf({ store, media }: Pick<App, 'store' | 'media'>): Promise<string[]> {
  const probes = Object.entries({ store, media }).map(async ([name, { probe }]) => {
    const answered = probe().then(
      () => true,
      () => false,
    )
    return (await Promise.race([answered, sleep(probeMs, false, { ref: false })])) ? [] : [name]
  })
  return (await Promise.all(probes)).flat()
}
