import { hiddenSecret, type IntegrationView } from '@waypost/protocol'
import type { App } from '../../core/app.ts'
import { type Balance, inUnits } from '../../core/balance.ts'
import { hashOfKey } from '../../core/directory.ts'
import { type Endpoint, endpointLane, endpointLanes, endpoints } from '../../core/endpoint.ts'
import type { Callbacks, Integration } from '../../core/integration.ts'
import { laneOf } from '../../core/store.ts'
import type { Handlers } from './contract.ts'
import { isObject } from './flaws.ts'
import type { InTurn } from './in-turn.ts'
import { newApiKey } from './made-secrets.ts'
import { listOf, pageByName } from './page.ts'
import { flawed, notFound, Problem } from './problem.ts'
import { readIntegration, type Tools } from './read-integration.ts'
import { resumeEndpoints } from './resume-endpoints.ts'

type Needs = Pick<App, 'directory' | 'registrar' | 'store' | 'events' | 'lanes' | 'newId' | 'now'>

/** How long a call waits for the supplier to be told our webhook. */
const webhookWaitMs = 3000

export function integrationHandlers(
  app: Needs,
  tools: Tools,
  change: InTurn,
): Pick<
  Handlers,
  'listIntegrations' | 'createIntegration' | 'getIntegration' | 'patchIntegration' | 'deleteIntegration'
> {
  const { directory, registrar } = app
  const view = async (integration: Integration) => (await viewer())(integration)

  async function viewer() {
    const paused = new Set(await app.store.pausedEndpoints())
    return async (integration: Integration) =>
      viewOf(integration, {
        webhook: registrar.state(integration.id) ?? null,
        paused: endpoints.filter((endpoint) => paused.has(endpointLane(integration.id, endpoint))),
        balance: await app.store.balanceOf(integration.id),
      })
  }

  /** What was sent, as an integration that may be stored. */
  function read(sent: unknown, id: string, current?: Integration): Integration {
    const integration = readIntegration(tools, sent, { id, current })
    if (Array.isArray(integration)) throw flawed(integration)
    const owner = integration.whatsapp && directory.ownerOf('whatsapp', integration.whatsapp.from)
    if (!owner || owner.id === id) return integration
    const message = `belongs to integration ${owner.id}`
    throw new Problem(409, `This number ${message}.`, { flaws: [{ path: 'whatsapp.from', message }] })
  }

  /** Refuses what would leave messages without the sender they were accepted for; `now` is what is left of it. */
  async function keepSender(was: Integration, now: Integration | undefined, force: string | undefined) {
    const sender = now?.whatsapp
    if (force === 'true' || (now && (!sender || sender.from === was.whatsapp?.from))) return
    const lane = sender ? laneOf({ channel: 'whatsapp', from: sender.from }) : undefined
    const waiting = await app.store.openMts(was.id, lane)
    if (waiting === 0) return
    const those = waiting === 1 ? '1 message waits' : `${waiting} messages wait`
    throw new Problem(409, `${those} that could not be sent any more. With ?force=true they end instead.`)
  }

  return {
    async listIntegrations({ query }) {
      const { items, ...page } = pageByName(directory.integrations(), ({ id }) => id, query)
      return listOf({ ...page, items: await Promise.all(items.map(await viewer())) }, (item) => item)
    },

    async createIntegration({ body }) {
      const apiKey = newApiKey()
      const integration = await change(async () => {
        const made = read(body, app.newId())
        const { id: integrationId, generation } = made
        const key = {
          id: app.newId(),
          integrationId,
          generation,
          hash: hashOfKey(apiKey),
          createdAt: app.now(),
        }
        // A key without its integration opens nothing; an integration without its key could not be used.
        await directory.putKey(key)
        await directory.putIntegration(made, made.balance.amount)
        return made
      })
      await registrar.settled(integration.id, webhookWaitMs)
      return { ...(await view(integration)), signingSecret: integration.signingSecret, apiKey }
    },

    getIntegration: ({ params }) => view(integrationOf(app, params.id)),

    async patchIntegration({ params, query, body }) {
      const is = await change(async () => {
        const was = integrationOf(app, params.id)
        const changed = read(body, was.id, was)
        await keepSender(was, changed, query.force)
        await directory.putIntegration(changed, setsAmount(body) ? changed.balance.amount : undefined)
        // Whoever is killed in between has no answer, and asks for the same again.
        if (isObject(body) && calledBackBy.some((name) => Object.hasOwn(body, name)))
          await resumeEndpoints(app, endpointLanes(was.id))
        return changed
      })
      await registrar.settled(is.id, webhookWaitMs)
      // Cleared means made anew, and nobody has seen the new one yet.
      const made = isObject(body) && body.signingSecret === null
      return { ...(await view(is)), ...(made && { signingSecret: is.signingSecret }) }
    },

    deleteIntegration: ({ params, query }) =>
      change(async () => {
        const was = integrationOf(app, params.id)
        await keepSender(was, undefined, query.force)
        await directory.deleteIntegration(was.id)
        return undefined
      }),
  }
}

/** Settings that may be what an endpoint failed for. */
const calledBackBy = ['callbacks', 'shadowCallbacks', 'signingSecret'] as const

export function integrationOf({ directory }: Pick<App, 'directory'>, id: string): Integration {
  const integration = directory.integration(id)
  if (!integration) throw notFound('integration of this id')
  return integration
}

/** What is answered with an integration and no setting of it. */
interface Seen {
  webhook: NonNullable<IntegrationView['whatsapp']>['webhook']
  paused: Endpoint[]
  balance: Balance
}

/** A patch that says nothing of the amount leaves what was spent of it spent. */
const setsAmount = (patch: unknown) =>
  isObject(patch) &&
  (patch.balance === null || (isObject(patch.balance) && Object.hasOwn(patch.balance, 'amount')))

/** Secrets never come back. */
function viewOf(integration: Integration, { webhook, paused, balance: is }: Seen): IntegrationView {
  const { whatsapp, callbacks, shadowCallbacks } = integration
  return {
    ...integration,
    whatsapp: whatsapp && {
      ...whatsapp,
      accessToken: hidden(whatsapp.accessToken),
      appSecret: hidden(whatsapp.appSecret),
      verifyToken: hidden(whatsapp.verifyToken),
      webhook,
    },
    callbacks: { ...withoutPassword(callbacks), paused },
    shadowCallbacks: shadowCallbacks && withoutPassword(shadowCallbacks),
    encryption: integration.encryption ?? null,
    balance: {
      ...integration.balance,
      amount: is.amount === null ? null : inUnits(is.amount),
      reserved: inUnits(is.reserved),
    },
    signingSecret: hiddenSecret,
  }
}

const hidden = (secret: string) => (secret === '' ? null : hiddenSecret)

const withoutPassword = ({ basicAuth, ...callbacks }: Callbacks) => ({
  ...callbacks,
  basicAuth: basicAuth && { username: basicAuth.username, password: hidden(basicAuth.password) },
})
