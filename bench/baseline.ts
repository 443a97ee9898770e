import { pino } from 'pino'
import { Agent } from 'undici'
import { publicApi } from '../packages/gateway/src/api/public-api.ts'
import { openServer } from '../packages/gateway/src/api/server.ts'
import { checkUrl } from '../packages/gateway/src/callbacks/guard.ts'
import type { App } from '../packages/gateway/src/core/app.ts'
import { openDirectory } from '../packages/gateway/src/core/directory.ts'
import { openEvents } from '../packages/gateway/src/core/events.ts'
import { idMaker } from '../packages/gateway/src/core/ids.ts'
import type { Integration } from '../packages/gateway/src/core/integration.ts'
import { openVolume } from '../packages/gateway/src/core/limits.ts'
import type { Mt } from '../packages/gateway/src/core/message.ts'
import { phoneNumberCheck } from '../packages/gateway/src/core/phone-number.ts'
import { laneOf, type Store, type Touched } from '../packages/gateway/src/core/store.ts'
import type { Supplier, SupplierFiles } from '../packages/gateway/src/core/supplier.ts'
import { openWindows } from '../packages/gateway/src/core/window.ts'
import { provision } from '../packages/gateway/src/provision.ts'
import { suppliers } from '../packages/gateway/src/suppliers/index.ts'
import { answers } from './worker.ts'

/**
 * The gateway's own HTTP server, in a process of its own, without a ledger: the same parsing, keys, validation and
 * number checks, the same answer, and nothing kept. It answers as group commit does, all requests of a turn of the
 * event loop together in the next phase; answering each at once would be slower, and flatter the gateway. With
 * `BENCH_RELAY` it also hands each message to its supplier once, and forgets it.
 */
const { now } = Date
const agent = new Agent({ connections: 512 })
const supplierOf = supplierCache()
const store = forgetfulStore()
const app: App = {
  downloadUrl: () => '',
  store,
  clock: undefined,
  media: {} as App['media'], // no file is sent to it
  keys: {} as App['keys'], // nor anything sealed
  directory: await openDirectory(store),
  registrar: { start() {}, stop() {}, state: () => undefined, settled: async () => {} },
  supplierOf,
  phoneNumberFlaw: phoneNumberCheck(),
  volume: await openVolume(store, now()),
  windows: await openWindows(store, now()),
  lanes: { wake() {} },
  dispatchers: { warn() {} },
  events: openEvents(pino({ level: 'warn' })),
  newId: idMaker(),
  now,
  random: Math.random,
  settings: { messagesPerRequest: 100, adminToken: '', version: 'baseline' },
}
await provision(app, process.env.WAYPOST_PROVISION ?? '', {
  urlFlaw: checkUrl,
  supplierNames: Object.keys(suppliers),
})
const server = openServer(app, { trustProxy: [], requestTimeoutMs: 60_000 })
await server.register(async (scope) => publicApi(scope, app))
const url = await server.listen({ host: '127.0.0.1', port: 0 })
answers(() => undefined, Number(new URL(url).port))

function forgetfulStore(): Store {
  let turn: Promise<void> | undefined
  const inTheNextPhase = () => {
    turn ??= new Promise((resolve) => {
      setImmediate(() => {
        turn = undefined
        resolve()
      })
    })
    return turn
  }
  const changes: unknown[] = []
  const kept =
    (name: string) =>
    async (...given: unknown[]) =>
      void changes.push([name, ...given])
  const store = {
    async accept(mts: Mt[]): Promise<Touched> {
      await inTheNextPhase()
      if (process.env.BENCH_RELAY) for (const mt of mts) relay(mt)
      return { lanes: [...new Set(mts.map(laneOf))] }
    },
    acceptedSince: async () => [],
    windowsSince: async () => [],
    settingsAfter: async (version: number) => ({
      version: changes.length,
      changes: changes.slice(version),
    }),
    loadSettings: async () => ({
      version: 0,
      account: undefined,
      integrations: [],
      keys: [],
      pins: [],
      optOuts: [],
      optIns: [],
      templates: [],
    }),
    putAccount: kept('putAccount'),
    putIntegration: kept('putIntegration'),
    deleteIntegration: kept('deleteIntegration'),
    putKey: kept('putKey'),
    deleteKey: kept('deleteKey'),
    putPin: kept('putPin'),
    deletePin: kept('deletePin'),
    putTemplate: kept('putTemplate'),
    deleteTemplate: kept('deleteTemplate'),
  }
  return store as unknown as Store // sending and provisioning, all that happens here, call nothing else
}

function relay(mt: Mt) {
  const owner = app.directory.integration(mt.integrationId)
  if (owner) void supplierOf(owner).send(mt, AbortSignal.timeout(30_000))
}

function supplierCache() {
  const made = new WeakMap<Integration, Supplier>()
  return (integration: Integration): Supplier => {
    const supplier =
      made.get(integration) ??
      suppliers['whatsapp-cloud']?.(integration, {
        agent,
        files: {} as SupplierFiles,
        template: () => undefined,
        userOf: async () => undefined,
      })
    if (!supplier) throw new Error('there is no supplier whatsapp-cloud')
    made.set(integration, supplier)
    return supplier
  }
}
