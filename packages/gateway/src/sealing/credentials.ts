import type { KeyObject } from 'node:crypto'
import { CannotStart } from '../core/cannot-start.ts'
import type { Integration } from '../core/integration.ts'
import type { SettingsChange } from '../core/settings-change.ts'
import type { Store } from '../core/store.ts'
import { openTextAtRest, sealTextAtRest, Unreadable } from './seal.ts'

/** Where an integration has secrets. A callback URL may have one in its query, or a name and password before its host. */
const secrets = [
  'whatsapp.accessToken',
  'whatsapp.appSecret',
  'whatsapp.verifyToken',
  'callbacks.messageUrl',
  'callbacks.statusUrl',
  'callbacks.basicAuth.password',
  'shadowCallbacks.messageUrl',
  'shadowCallbacks.statusUrl',
  'shadowCallbacks.basicAuth.password',
  'signingSecret',
]

/** What stands in the place of a secret. */
interface Sealed {
  sealed: string
}

/** A store that has no secret of an integration in clear: what it was given so before is sealed once it is loaded. */
export function sealedCredentials(store: Store, key: KeyObject): Store {
  const sealed = (integration: Integration): Integration =>
    changed(integration, (secret, place) =>
      typeof secret === 'string' ? { sealed: sealTextAtRest(key, secret, [integration.id, place]) } : secret,
    )

  const opened = (integration: Integration): Integration =>
    changed(integration, (secret, place) => {
      if (!isSealed(secret)) return secret
      try {
        return openTextAtRest(key, secret.sealed, [integration.id, place])
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error
        throw new CannotStart(`${place} of integration ${integration.id} in the database cannot be read.`)
      }
    })

  return {
    ...store,
    putIntegration: (integration, amount) => store.putIntegration(sealed(integration), amount),
    async loadSettings() {
      const settings = await store.loadSettings()
      const clear = settings.integrations.filter(hasClear)
      // First, for as long as one is clear it is done again: they have them in clear as well.
      if (clear.length > 0) await store.forgetSettingsChanges()
      for (const integration of clear) await store.putIntegration(sealed(integration))
      return { ...settings, integrations: settings.integrations.map(opened) }
    },
    async settingsAfter(version) {
      const news = await store.settingsAfter(version)
      const changes = news?.changes.map((change): SettingsChange => {
        if (change[0] !== 'putIntegration') return change
        const [name, integration, ...amount] = change
        return [name, opened(integration), ...amount]
      })
      return news && changes && { ...news, changes }
    },
  }
}

const isSealed = (secret: unknown): secret is Sealed =>
  typeof secret === 'object' && secret !== null && 'sealed' in secret && typeof secret.sealed === 'string'

function hasClear(integration: Integration): boolean {
  let clear = false
  changed(integration, (secret) => {
    clear ||= typeof secret === 'string'
    return secret
  })
  return clear
}

/** A copy in which each secret that is there is what `change` makes of it: the store takes it for an integration's JSON. */
function changed(integration: Integration, change: (secret: unknown, place: string) => unknown): Integration {
  const copy = structuredClone(integration)
  for (const place of secrets) {
    const path = place.split('.')
    const last = path.pop() ?? ''
    let at: unknown = copy
    for (const member of path) at = isObject(at) ? at[member] : undefined
    if (isObject(at) && Object.hasOwn(at, last)) at[last] = change(at[last], place)
  }
  return copy
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
