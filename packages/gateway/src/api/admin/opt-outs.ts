import { admin } from '@waypost/protocol'
import type { App } from '../../core/app.ts'
import type { OptOut } from '../../core/integration.ts'
import type { OptOutQuery, Page } from '../../core/looking.ts'
import { bodyOf, type Handler, type Handlers } from './contract.ts'
import type { InTurn } from './in-turn.ts'
import { integrationOf } from './integrations.ts'
import { listOf, pageQuery } from './page.ts'
import { flawed, notFound } from './problem.ts'

type Needs = Pick<App, 'directory' | 'store' | 'phoneNumberFlaw' | 'now'>

export function optOutHandlers(
  app: Needs,
  change: InTurn,
): Pick<Handlers, 'listOptOuts' | 'getOptOut' | 'putOptOut' | 'deleteOptOut'> {
  const { list, get, put, remove } = registerHandlers(app, change, {
    what: 'opt-out',
    find: (id, msisdn) => app.directory.optOut(id, msisdn),
    add: (one) => app.directory.putOptOut(one),
    drop: (id, msisdn) => app.directory.deleteOptOut(id, msisdn),
    pageOf: (query) => app.store.optOutsOf(query),
  })
  return { listOptOuts: list, getOptOut: get, putOptOut: put, deleteOptOut: remove }
}

export function optInHandlers(
  app: Needs,
  change: InTurn,
): Pick<Handlers, 'listOptIns' | 'getOptIn' | 'putOptIn' | 'deleteOptIn'> {
  const { list, get, put, remove } = registerHandlers(app, change, {
    what: 'opt-in',
    find: (id, msisdn) => app.directory.optIn(id, msisdn),
    add: (one) => app.directory.putOptIn(one),
    drop: (id, msisdn) => app.directory.deleteOptIn(id, msisdn),
    pageOf: (query) => app.store.optInsOf(query),
  })
  return { listOptIns: list, getOptIn: get, putOptIn: put, deleteOptIn: remove }
}

/** Where people are recorded by number. */
interface Register {
  what: string
  find(integrationId: string, msisdn: string): OptOut | undefined
  add(one: OptOut): Promise<void>
  drop(integrationId: string, msisdn: string): Promise<void>
  pageOf(query: OptOutQuery): Promise<Page<OptOut>>
}

interface RegisterHandlers {
  list: Handler<typeof admin.listOptOuts>
  get: Handler<typeof admin.getOptOut>
  put: Handler<typeof admin.putOptOut>
  remove: Handler<typeof admin.deleteOptOut>
}

function registerHandlers(
  app: Needs,
  change: InTurn,
  { what, find, add, drop, pageOf }: Register,
): RegisterHandlers {
  function recorded({ id, msisdn }: { id: string; msisdn: string }): OptOut {
    const one = find(integrationOf(app, id).id, msisdn)
    if (!one) throw notFound(`such ${what}`)
    return one
  }

  return {
    async list({ params, query }) {
      const { id: integrationId } = integrationOf(app, params.id)
      return listOf(await pageOf({ integrationId, ...pageQuery(query) }), viewOf)
    },

    get: async ({ params }) => viewOf(recorded(params)),

    put: ({ params: { id, msisdn }, body = {} }) =>
      change(async () => {
        const { id: integrationId } = integrationOf(app, id)
        bodyOf(admin.putOptOut, body)
        // Written in another way than recipients are, it would match none.
        if (app.phoneNumberFlaw(msisdn))
          throw flawed([
            { path: 'msisdn', message: 'must be a phone number in international form, digits only' },
          ])
        const one = find(integrationId, msisdn) ?? { integrationId, msisdn, at: app.now() }
        await add(one)
        return viewOf(one)
      }),

    remove: ({ params }) =>
      change(async () => {
        const { integrationId, msisdn } = recorded(params)
        await drop(integrationId, msisdn)
        return undefined
      }),
  }
}

const viewOf = ({ msisdn, at }: OptOut) => ({ msisdn, at })
