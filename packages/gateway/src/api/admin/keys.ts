import { admin } from '@waypost/protocol'
import type { App } from '../../core/app.ts'
import { hashOfKey } from '../../core/directory.ts'
import type { ApiKey } from '../../core/integration.ts'
import { bodyOf, type Handlers } from './contract.ts'
import type { InTurn } from './in-turn.ts'
import { integrationOf } from './integrations.ts'
import { newApiKey } from './made-secrets.ts'
import { listOf } from './page.ts'
import { notFound } from './problem.ts'

export function keyHandlers(
  app: Pick<App, 'directory' | 'newId' | 'now'>,
  change: InTurn,
): Pick<Handlers, 'listKeys' | 'createKey' | 'deleteKey'> {
  const { directory } = app
  return {
    async listKeys({ params }) {
      const items = directory.keysOf(integrationOf(app, params.id).id)
      return listOf({ items, nextCursor: undefined }, viewOf)
    },

    createKey: ({ params, body = {} }) =>
      change(async () => {
        const integration = integrationOf(app, params.id)
        const { generation } = bodyOf(admin.createKey, body)
        const apiKey = newApiKey()
        const key: ApiKey = {
          id: app.newId(),
          integrationId: integration.id,
          generation: generation ?? integration.generation,
          hash: hashOfKey(apiKey),
          createdAt: app.now(),
        }
        await directory.putKey(key)
        return { ...viewOf(key), apiKey }
      }),

    deleteKey: ({ params }) =>
      change(async () => {
        const key = directory.keysOf(integrationOf(app, params.id).id).find(({ id }) => id === params.keyId)
        if (!key) throw notFound('key of this id')
        await directory.deleteKey(key)
        return undefined
      }),
  }
}

const viewOf = ({ id, generation, createdAt }: ApiKey) => ({ id, generation, createdAt })
