import { admin } from '@waypost/protocol'
import type { App } from '../../core/app.ts'
import type { Pin } from '../../core/integration.ts'
import { bodyOf, type Handlers } from './contract.ts'
import type { InTurn } from './in-turn.ts'
import { integrationOf } from './integrations.ts'
import { listOf, pageByName } from './page.ts'
import { notFound } from './problem.ts'

export function recipientHandlers(
  app: Pick<App, 'directory'>,
  change: InTurn,
): Pick<Handlers, 'listRecipients' | 'getRecipient' | 'putRecipient' | 'deleteRecipient'> {
  const { directory } = app

  function pinOf({ id, number }: { id: string; number: string }): Pin {
    const pin = directory.pin(integrationOf(app, id).id, number)
    if (!pin) throw notFound('such recipient')
    return pin
  }

  return {
    async listRecipients({ params, query }) {
      const pins = directory.pinsOf(integrationOf(app, params.id).id)
      return listOf(
        pageByName(pins, ({ number }) => number, query),
        viewOf,
      )
    },

    getRecipient: async ({ params }) => viewOf(pinOf(params)),

    putRecipient: ({ params, body }) =>
      change(async () => {
        const { id: integrationId } = integrationOf(app, params.id)
        const { outcome = null } = bodyOf(admin.putRecipient, body)
        const pin = { integrationId, number: params.number, outcome }
        await directory.putPin(pin)
        return viewOf(pin)
      }),

    deleteRecipient: ({ params }) =>
      change(async () => {
        const { integrationId, number } = pinOf(params)
        await directory.deletePin(integrationId, number)
        return undefined
      }),
  }
}

const viewOf = ({ number, outcome }: Pin) => ({ number, outcome })
