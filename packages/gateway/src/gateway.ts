import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Channel } from '@waypost/protocol'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { Agent } from 'undici'
import { admin } from './api/admin/index.ts'
import { callbackShapes, downloadUrlAt } from './api/callback-shapes.ts'
import { documents } from './api/documents.ts'
import { health } from './api/health.ts'
import { publicApi } from './api/public-api.ts'
import { openServer } from './api/server.ts'
import { supplierWebhooks } from './api/supplier-webhooks.ts'
import { filePlace } from './callbacks/body.ts'
import { callbackSender } from './callbacks/deliver.ts'
import { urlCheck } from './callbacks/guard.ts'
import { teller } from './callbacks/tell.ts'
import type { Config } from './config.ts'
import type { App } from './core/app.ts'
import { blame } from './core/cannot-start.ts'
import { businessClock } from './core/clock.ts'
import { openDirectory } from './core/directory.ts'
import { type Dispatch, dispatch } from './core/dispatch.ts'
import { endpointLanes } from './core/endpoint.ts'
import { openEvents } from './core/events.ts'
import { fetching } from './core/fetch.ts'
import { followOthers } from './core/follow-others.ts'
import { followSettings } from './core/follow-settings.ts'
import { followTime } from './core/follow-time.ts'
import { idMaker } from './core/ids.ts'
import type { Integration } from './core/integration.ts'
import { type Lanes, type LaneWork, serveLanes } from './core/lane.ts'
import { openVolume } from './core/limits.ts'
import { phoneNumberCheck } from './core/phone-number.ts'
import { registrar } from './core/register.ts'
import { report } from './core/report.ts'
import { keepRetention } from './core/retention.ts'
import type { CallbackEvent, ReportedFault } from './core/store.ts'
import type { Supplier } from './core/supplier.ts'
import { supplierFiles } from './core/supplier-files.ts'
import { openWindows } from './core/window.ts'
import { dataKeys } from './keys/data-keys.ts'
import { openKeys } from './keys/index.ts'
import { sparing } from './keys/sparing.ts'
import { refuseHalfCopied } from './media/half-copied.ts'
import { openMedia } from './media/index.ts'
import { provision } from './provision.ts'
import { sealedAtRest } from './sealing/index.ts'
import { openStore } from './store/index.ts'
import { type SupplierTools, suppliers } from './suppliers/index.ts'

/** The parts of a gateway that one process may run without the others. */
export const roles = ['api', 'dispatch', 'callbacks'] as const
export type Role = (typeof roles)[number]

export interface GatewayOptions {
  config: Config
  log: Logger
  adminToken: string
  version: string
  roles: readonly Role[]
}

export interface Gateway extends AsyncDisposable {
  /** Where it listens. */
  url: string
}

/** Starts everything, in the order in which one part needs the other; disposing of it stops it in reverse. */
export async function openGateway({
  config,
  log,
  adminToken,
  version,
  roles,
}: GatewayOptions): Promise<Gateway> {
  await using parts = new AsyncDisposableStack()
  const events = openEvents(log)
  const clock = businessClock()
  const { now } = clock
  const { random } = Math
  const newId = idMaker(clock.realNow)

  const failed = (error: unknown) => events.storeFailed('worker', error)
  // What this node does about what other nodes did: nothing until it is there.
  const others = { touched(_lanes: string[]) {}, settingsChanged() {} }
  const ledger = parts.use(
    await openStore(config.WAYPOST_DATABASE_URL, {
      failed,
      now,
      touched: (which) => others.touched(which),
      settingsChanged: () => others.settingsChanged(),
    }).catch(blame('WAYPOST_DATABASE_URL')),
  )
  parts.use(await followTime({ store: ledger, clock, events }).catch(blame('WAYPOST_DATABASE_URL')))
  if (config.WAYPOST_TEST_CLOCK) clock.turn(await ledger.clockOffset())
  const { service, own } = parts.use(
    await openKeys(config.WAYPOST_KEYS_URL, {
      secret: config.WAYPOST_SECRET,
      ownPath: join(config.WAYPOST_DATA, 'keys.json'),
    }).catch(blame('WAYPOST_KEYS_URL')),
  )
  const keys = parts.use(dataKeys(sparing(service)))
  const files = await openMedia(config.WAYPOST_MEDIA_URL)
    .then(refuseHalfCopied)
    .catch(blame('WAYPOST_MEDIA_URL'))
  const { store, media } = await sealedAtRest(
    { store: ledger, media: files },
    { wrapping: own, contents: config.WAYPOST_SEAL_CONTENT },
  )
  const directory = await openDirectory(store)
  if (config.WAYPOST_TEST_CLOCK) directory.onTurn(clock.turn)
  const agent = parts.adopt(
    new Agent({ connections: 512, allowH2: false, connect: { timeout: 10_000 } }),
    (open) => open.close(),
  )
  const supplierOf = supplierCache({
    agent,
    files: supplierFiles({ media, store, keys, directory, now }),
    template: directory.template,
    userOf: store.userOf,
  })

  const served: Lanes[] = []
  const lanes = {
    wake(which: string[]) {
      for (const own of served) own.wake(which)
    },
  }
  const dispatching: Dispatch[] = []
  const dispatchers = {
    warn(faults: ReportedFault[]) {
      for (const own of dispatching) own.warn(faults)
    },
  }
  let url = ''
  const publicUrl = () => config.WAYPOST_PUBLIC_URL ?? url
  const app: App = {
    store,
    clock: config.WAYPOST_TEST_CLOCK ? clock : undefined,
    media,
    keys,
    directory,
    registrar: registrar({ directory, supplierOf, events, publicUrl }),
    supplierOf,
    phoneNumberFlaw: phoneNumberCheck(),
    volume: await openVolume(store, now()),
    windows: await openWindows(store, now()),
    lanes,
    dispatchers,
    events,
    downloadUrl: downloadUrlAt(publicUrl),
    newId,
    now,
    random,
    settings: {
      messagesPerRequest: config.WAYPOST_MAX_MESSAGES,
      adminToken,
      version,
    },
  }
  const callbackTargets = {
    allowPrivate: () => config.WAYPOST_CALLBACKS_ALLOW_PRIVATE,
    allowedOrigins: config.callbackOrigins,
  }
  const configuring = { urlFlaw: urlCheck(callbackTargets), supplierNames }
  if (config.WAYPOST_PROVISION) await provision(app, config.WAYPOST_PROVISION, configuring)
  parts.use(followSettings({ directory, events }))
  parts.use(followOthers(app))
  others.touched = lanes.wake
  others.settingsChanged = () =>
    void directory.catchUp().catch((error: unknown) => events.storeFailed('settingsAfter', error))
  // A changed integration may have got the URL its events are waiting for.
  directory.onChange((id) => lanes.wake(endpointLanes(id)))

  const works: LaneWork[] = []
  if (roles.includes('dispatch')) {
    dispatching.push(dispatch(app))
    works.push(...dispatching, fetching(app))
    const retention = parts.use(keepRetention({ ...app, realNow: clock.realNow }))
    clock.onTurn(retention.turned)
  }
  if (roles.includes('callbacks')) {
    const sender = parts.use(callbackSender({ now: clock.realNow, version, ...callbackTargets }))
    const around = { filePlace, downloadUrl: app.downloadUrl }
    const shapes = {
      one: (to: Integration, event: CallbackEvent) => callbackShapes.one(to, event, around),
      legacy: (to: Integration, event: CallbackEvent) => callbackShapes.legacy(to, event, around),
    }
    const tell = teller({ ...sender, shapes, media, chance: { now, random } })
    works.push(report({ ...app, tell }))
  }

  const server = openServer(app, {
    trustProxy: config.WAYPOST_TRUST_PROXY,
    requestTimeoutMs: config.WAYPOST_REQUEST_TIMEOUT_MS,
  })
  parts.defer(() => server.close())
  // A process id comes back after a restart; a node never does.
  const node = `${hostname()}:${process.pid}:${newId().slice(-8)}`
  for (const work of works) served.push(serveLanes({ store, events, node, now }, work))
  clock.onTurn(() => {
    for (const own of served) own.turned()
  })
  // All of them stop at the same moment, and before the server: reports on what is still under way are taken.
  parts.defer(async () => void (await Promise.all(served.map((own) => own.stop()))))
  await server.register(async (open: FastifyInstance) => health(open, app))
  if (roles.includes('api')) {
    await server.register(async (open: FastifyInstance) => publicApi(open, app))
    await server.register(async (open: FastifyInstance) => supplierWebhooks(open, app))
    await server.register(async (open: FastifyInstance) => admin(open, app, configuring))
    await server.register(async (open: FastifyInstance) => documents(open, { version, publicUrl }))
  }
  url = await server
    .listen({ host: config.WAYPOST_HOST, port: config.WAYPOST_PORT })
    .catch(blame('WAYPOST_HOST and WAYPOST_PORT'))
  if (roles.includes('api')) {
    app.registrar.start()
    parts.defer(() => app.registrar.stop())
  }

  const open = parts.move()
  return { url, [Symbol.asyncDispose]: () => open.disposeAsync() }
}

const supplierNames = Object.keys(suppliers)

/** One supplier per version of an integration: a changed integration is another object. */
function supplierCache(tools: SupplierTools) {
  const made = new WeakMap<Integration, Supplier>()
  return (integration: Integration, _channel: Channel): Supplier => {
    const known = made.get(integration)
    if (known) return known
    const make = suppliers[integration.whatsapp?.supplier ?? '']
    if (!make) throw new Error(`integration ${integration.id} has a supplier that is not there`)
    const supplier = make(integration, tools)
    made.set(integration, supplier)
    return supplier
  }
}
