import { admin } from '@waypost/protocol'
import type { App } from '../../core/app.ts'
import type { OptOut } from '../../core/integration.ts'
import { bodyOf, type Handlers } from './contract.ts'
import type { InTurn } from './in-turn.ts'
import { integrationOf } from './integrations.ts'
import { listOf, pageQuery } from './page.ts'
import { flawed, notFound } from './problem.ts'

export function optOutHandlers(
  app: Pick<App, 'directory' | 'store' | 'phoneNumberFlaw' | 'now'>,
  change: InTurn,
): Pick<Handlers, 'listOptOuts' | 'getOptOut' | 'putOptOut' | 'deleteOptOut'> {
  const { directory } = app

  function optOutOf({ id, msisdn }: { id: string; msisdn: string }): OptOut {
    const optOut = directory.optOut(integrationOf(app, id).id, msisdn)
    if (!optOut) throw notFound('such opt-out')
    return optOut
  }

  return {
    async listOptOuts({ params, query }) {
      const { id: integrationId } = integrationOf(app, params.id)
      return listOf(await app.store.optOutsOf({ integrationId, ...pageQuery(query) }), viewOf)
    },

    getOptOut: async ({ params }) => viewOf(optOutOf(params)),

    putOptOut: ({ params: { id, msisdn }, body = {} }) =>
      change(async () => {
        const { id: integrationId } = integrationOf(app, id)
        bodyOf(admin.putOptOut, body)
        // Written in another way than recipients are, it would keep nothing back.
        if (app.phoneNumberFlaw(msisdn))
          throw flawed([
            { path: 'msisdn', message: 'must be a phone number in international form, digits only' },
          ])
        const optOut = directory.optOut(integrationId, msisdn) ?? { integrationId, msisdn, at: app.now() }
        await directory.putOptOut(optOut)
        return viewOf(optOut)
      }),

    deleteOptOut: ({ params }) =>
      change(async () => {
        const { integrationId, msisdn } = optOutOf(params)
        await directory.deleteOptOut(integrationId, msisdn)
        return undefined
      }),
  }
}

const viewOf = ({ msisdn, at }: OptOut) => ({ msisdn, at })
