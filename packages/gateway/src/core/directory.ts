import { hash } from 'node:crypto'
import type { Channel } from '@waypost/protocol'
import { millionths } from './balance.ts'
import { type Catalogue, catalogue } from './catalogue.ts'
import {
  type Account,
  type ApiKey,
  defaultAccount,
  type Integration,
  type OptIn,
  type OptOut,
  type Pin,
  type Wish,
} from './integration.ts'
import { people } from './people.ts'
import type { Store } from './store.ts'

type SettingsStore = Pick<
  Store,
  | 'loadSettings'
  | 'putAccount'
  | 'putIntegration'
  | 'deleteIntegration'
  | 'putKey'
  | 'deleteKey'
  | 'putPin'
  | 'deletePin'
  | 'putOptOut'
  | 'deleteOptOut'
  | 'putOptIn'
  | 'deleteOptIn'
  | 'putTemplate'
  | 'deleteTemplate'
>

/**
 * Who may send, from where, as whom: everything acceptance looks up, in memory. A change is stored first and seen
 * afterwards; an integration is replaced as a whole, so its object stands for its version.
 */
export interface Directory extends Catalogue {
  account(): Account
  integrations(): Integration[]
  integration(id: string): Integration | undefined
  /** The integration a bare API key belongs to. */
  holderOf(apiKey: string): Integration | undefined
  ownerOf(channel: Channel, from: string): Integration | undefined
  keysOf(integrationId: string): ApiKey[]
  pin(integrationId: string, to: string): Pin | undefined
  pinsOf(integrationId: string): Pin[]
  pinCount(integrationId: string): number
  optOut(integrationId: string, msisdn: string): OptOut | undefined
  optIn(integrationId: string, msisdn: string): OptIn | undefined

  putAccount(account: Account): Promise<void>
  /** With an amount, its balance is that from now on; null: nothing is charged. */
  putIntegration(integration: Integration, amount?: number | null): Promise<void>
  deleteIntegration(id: string): Promise<void>
  putKey(key: ApiKey): Promise<void>
  deleteKey(key: ApiKey): Promise<void>
  putPin(pin: Pin): Promise<void>
  deletePin(integrationId: string, number: string): Promise<void>
  putOptOut(optOut: OptOut): Promise<void>
  deleteOptOut(integrationId: string, msisdn: string): Promise<void>
  /** The person said so, and the store has it with what they wrote. */
  wished(optOut: OptOut, wish: Wish): void
  putOptIn(optIn: OptIn): Promise<void>
  deleteOptIn(integrationId: string, msisdn: string): Promise<void>
  /** Called after each change of an integration, with undefined when it is gone. */
  onChange(listener: (id: string, integration: Integration | undefined) => void): void
}

export const hashOfKey = (apiKey: string): string => hash('sha256', apiKey)

export async function openDirectory(store: SettingsStore): Promise<Directory> {
  const settings = await store.loadSettings()
  let account = settings.account ?? defaultAccount
  const integrations = new Map(settings.integrations.map((integration) => [integration.id, integration]))
  const keys = new Map(settings.keys.map((key) => [key.hash, key]))
  const pins = new Map<string, Map<string, Pin>>()
  const optOuts = people(settings.optOuts)
  const optIns = people(settings.optIns)
  const senders = new Map<string, string>()
  const { forgetTemplates, ...templates } = catalogue(store, settings.templates)
  const listeners: ((id: string, integration: Integration | undefined) => void)[] = []

  for (const pin of settings.pins) remember(pin)
  for (const integration of integrations.values()) claim(integration)

  function remember(pin: Pin) {
    const known = pins.get(pin.integrationId) ?? new Map<string, Pin>()
    pins.set(pin.integrationId, known.set(pin.number, pin))
  }

  function claim({ id, whatsapp }: Integration) {
    if (whatsapp) senders.set(`whatsapp:${whatsapp.from}`, id)
  }

  function disown(id: string) {
    for (const [sender, owner] of senders) if (owner === id) senders.delete(sender)
  }

  const announce = (id: string) => {
    for (const listener of listeners) listener(id, integrations.get(id))
  }

  return {
    account: () => account,
    integrations: () => [...integrations.values()],
    integration: (id) => integrations.get(id),
    holderOf(apiKey) {
      const key = keys.get(hashOfKey(apiKey))
      return key && integrations.get(key.integrationId)
    },
    ownerOf: (channel, from) => integrations.get(senders.get(`${channel}:${from}`) ?? ''),
    keysOf: (integrationId) => [...keys.values()].filter((key) => key.integrationId === integrationId),
    pin: (integrationId, to) => pins.get(integrationId)?.get(to),
    pinsOf: (integrationId) => [...(pins.get(integrationId)?.values() ?? [])],
    pinCount: (integrationId) => pins.get(integrationId)?.size ?? 0,
    optOut: optOuts.find,
    optIn: optIns.find,

    async putAccount(changed) {
      await store.putAccount(changed)
      account = changed
    },
    async putIntegration(integration, amount) {
      await store.putIntegration(integration, typeof amount === 'number' ? millionths(amount) : amount)
      integrations.set(integration.id, integration)
      disown(integration.id)
      claim(integration)
      announce(integration.id)
    },
    async deleteIntegration(id) {
      await store.deleteIntegration(id)
      integrations.delete(id)
      disown(id)
      pins.delete(id)
      optOuts.forget(id)
      optIns.forget(id)
      forgetTemplates(id)
      for (const [keyHash, key] of keys) if (key.integrationId === id) keys.delete(keyHash)
      announce(id)
    },
    async putKey(key) {
      await store.putKey(key)
      keys.set(key.hash, key)
    },
    async deleteKey(key) {
      await store.deleteKey(key.id)
      keys.delete(key.hash)
    },
    async putPin(pin) {
      await store.putPin(pin)
      remember(pin)
    },
    async deletePin(integrationId, number) {
      await store.deletePin(integrationId, number)
      pins.get(integrationId)?.delete(number)
    },
    async putOptOut(optOut) {
      await store.putOptOut(optOut)
      optOuts.add(optOut)
    },
    async deleteOptOut(integrationId, msisdn) {
      await store.deleteOptOut(integrationId, msisdn)
      optOuts.remove(integrationId, msisdn)
    },
    async putOptIn(optIn) {
      await store.putOptIn(optIn)
      optIns.add(optIn)
    },
    async deleteOptIn(integrationId, msisdn) {
      await store.deleteOptIn(integrationId, msisdn)
      optIns.remove(integrationId, msisdn)
    },
    wished(optOut, wish) {
      if (wish === 'stop') optOuts.add(optOut)
      else optOuts.remove(optOut.integrationId, optOut.msisdn)
    },
    ...templates,
    onChange: (listener) => void listeners.push(listener),
  }
}
