import { randomUUIDv7 } from 'node:crypto'
import { pageFolder } from '@waypost/phone'
import { type Logger, pino } from 'pino'
import { businessTable } from './businesses.ts'
import { callbackRoutes } from './callbacks.ts'
import { openClock } from './clock/clock.ts'
import { gateways } from './clock/gateways.ts'
import { clockRoutes } from './clock/routes.ts'
import { openDatabase } from './database.ts'
import { eventStreams } from './event-streams.ts'
import { logEvents } from './events.ts'
import { openFaults } from './faults/faults.ts'
import { faultRoutes } from './faults/routes.ts'
import { graphRoutes } from './graph/routes.ts'
import { healthRoutes } from './health.ts'
import { openKms } from './kms/kms.ts'
import { kmsRoutes } from './kms/routes.ts'
import { openMedia } from './media/media.ts'
import { pageRoutes } from './page.ts'
import { conversationTable } from './phones/conversations.ts'
import { type Delivery, delivery as deliveryOf } from './phones/delivery.ts'
import { phoneTable } from './phones/phones.ts'
import { phoneRoutes } from './phones/routes.ts'
import { httpServer } from './server.ts'
import { templateTable } from './templates/templates.ts'
import { openWebhooks } from './webhooks/webhooks.ts'

export interface Options {
  /** 0 takes any free one. */
  port: number
  host: string
  /** Where it keeps its file; without, everything is gone when it closes. */
  dataFolder?: string
  log?: Logger
  now?(): number
  /** Of the gateways that register here, whose clocks are turned with this one; without, they are not. */
  adminToken?(): Promise<string | undefined>
  /** Where the token may go beside this machine. */
  trustedOrigins?: ReadonlySet<string>
  /** 32 hex digits. */
  newId?(): string
}

/** The suppliers' far side, listening. Disposing of it stops it in good order. */
export interface Sandbox extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string
  /** Everything it answers, as `GET /phones/:msisdn`; docs/sandbox.md is held to it. */
  readonly routes: readonly string[]
}

export async function openSandbox(options: Options): Promise<Sandbox> {
  const { port, host, dataFolder, log = pino({ level: 'silent' }), newId = newUuid } = options
  await using opened = new AsyncDisposableStack()

  const events = logEvents(log)
  const database = opened.use(openDatabase(dataFolder, events))
  const clock = openClock(database, options.now ?? Date.now)
  const { now } = clock
  const media = opened.use(await openMedia({ database, dataFolder, events, now, newId }))
  const streams = eventStreams()
  const businesses = businessTable(database)
  const phones = phoneTable(database)
  const templates = templateTable(database)
  const conversations = conversationTable(database)

  // Webhooks and delivery tell each other: what happened to a message, and that its receiver has it.
  let delivery: Delivery | undefined
  const taken = (messageId: string) => delivery?.takenByBusiness(messageId)
  const turning = gateways({
    businesses,
    events,
    adminToken: options.adminToken ?? noToken,
    trustedOrigins: options.trustedOrigins ?? new Set(),
  })
  const registered = (url: string) => {
    if (clock.offsetMs() !== 0) void turning.turnOne(url, clock.offsetMs())
  }
  const webhooks = opened.use(openWebhooks({ database, businesses, events, now, newId, taken, registered }))
  delivery = deliveryOf({
    phones,
    conversations,
    businesses,
    streams,
    events,
    tell: webhooks.tell,
    now,
    newId,
  })
  opened.defer(delivery.close)
  clock.onAdvance(delivery.advanced)
  clock.onAdvance(webhooks.advanced)
  clock.onAdvance(() => void media.sweep())

  const routes: string[] = []
  const app = httpServer({ events, onRoute: (route) => routes.push(route) })
  opened.defer(() => app.close())
  app.addHook('preClose', async () => streams.close())
  const faults = openFaults({ database, conversations, now })
  const needs = {
    phones,
    conversations,
    businesses,
    delivery,
    streams,
    media,
    templates,
    faults,
    webhooks,
    events,
    now,
    newId,
  }
  app.register(graphRoutes, { prefix: '/graph', ...needs })
  app.register(kmsRoutes, { prefix: '/kms', kms: openKms(database), faults })
  app.register(phoneRoutes, needs)
  app.register(callbackRoutes, needs)
  app.register(faultRoutes, needs)
  app.register(clockRoutes, { clock, gateways: turning })
  app.register(healthRoutes)
  app.register(pageRoutes, { folder: pageFolder })
  const url = await app.listen({ port, host })
  events.started(url)

  const running = opened.move()
  return { url, routes, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

const noToken = async () => undefined

function newUuid(): string {
  return randomUUIDv7().replaceAll('-', '')
}
