import type { KeyService } from '../core/keys.ts'
import { openKms } from './aws-kms/index.ts'
import { openLocal } from './local/index.ts'

export interface Keys extends AsyncDisposable {
  /** Whom clients' data keys are asked of. */
  service: KeyService
  /** What the gateway seals by itself is wrapped here, under this name. */
  own: { service: KeyService; name: string }
}

export interface KeysOptions {
  /** Instead of a file of keys, where nodes share a database. */
  secret: Buffer | undefined
  /** The file that keeps the gateway's own key where no other place is named. */
  ownPath: string
}

const openers: Record<string, (location: string, options: KeysOptions) => Promise<Keys>> = {
  async local(path, { secret }) {
    const service = await openLocal(secret ? { secret } : { path })
    return keysOf(service, { service, name: ownName })
  },

  async 'aws-kms'(query, { secret, ownPath }) {
    const { endpoint, region, key } = parametersOf(query)
    const service = await openKms({ ...(endpoint && { endpoint }), ...(region && { region }) })
    if (key) return keysOf(service, { service, name: key })
    const own = await openLocal(secret ? { secret } : { path: ownPath })
    return keysOf(service, { service: own, name: ownName })
  },
}
export const keySchemes = Object.keys(openers)

/** Opens the key service that the URL names by its scheme: `local:<file>`, `aws-kms:?endpoint=…&region=…&key=…`. */
export async function openKeys(url: string, options: KeysOptions): Promise<Keys> {
  const [, scheme = '', location = ''] = /^([a-z0-9-]+):(.*)$/s.exec(url) ?? []
  const open = openers[scheme]
  if (!open)
    throw new Error(`No key service is named by ${JSON.stringify(url)}; known: ${keySchemes.join(', ')}`)
  return open(location, options)
}

/** What `local` calls the key that wraps the gateway's own. */
const ownName = 'waypost'

const parameters = ['endpoint', 'region', 'key'] as const

/** Of `?endpoint=…&region=…`. Throws an Error in words on anything else. */
export function parametersOf(query: string): Partial<Record<(typeof parameters)[number], string>> {
  if (!/^(\?.*)?$/s.test(query)) throw new Error('aws-kms: and what follows it after a question mark')
  const given = [...new URLSearchParams(query)]
  const unknown = given.find(([name]) => !parameters.some((known) => known === name))
  if (unknown) throw new Error(`aws-kms: has ${parameters.join(', ')}, and no ${unknown[0]}`)
  return Object.fromEntries(given)
}

function keysOf(service: KeyService, own: Keys['own']): Keys {
  return {
    service,
    own,
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]()
      if (own.service !== service) await own.service[Symbol.asyncDispose]()
    },
  }
}
