import { hash } from 'node:crypto'
import type { Channel } from '@waypost/protocol'
import { millionths } from './balance.ts'
import { type Catalogue, catalogue } from './catalogue.ts'
import type { Account, ApiKey, Integration, OptIn, OptOut, Pin } from './integration.ts'
import type { SettingsChange } from './settings-change.ts'
import { memoryOf } from './settings-memory.ts'
import type { Store } from './store.ts'

type SettingsStore = Pick<
  Store,
  | 'loadSettings'
  | 'settingsAfter'
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
 * afterwards, by every node in the order of the commits; an integration is replaced as a whole, so its object stands for
 * its version.
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
  putOptIn(optIn: OptIn): Promise<void>
  deleteOptIn(integrationId: string, msisdn: string): Promise<void>
  /** Sees what was stored by now, here or on another node. */
  catchUp(): Promise<void>
  /** Called after each change of an integration, with undefined when it is gone. */
  onChange(listener: (id: string, integration: Integration | undefined) => void): void
  /** The business clock was turned so far. */
  onTurn(listener: (offsetMs: number) => void): void
}

export const hashOfKey = (apiKey: string): string => hash('sha256', apiKey)

export async function openDirectory(store: SettingsStore): Promise<Directory> {
  let known = memoryOf(await store.loadSettings())
  const listeners: ((id: string, integration: Integration | undefined) => void)[] = []
  const clocks: ((offsetMs: number) => void)[] = []
  let catching: Promise<void> | undefined
  let next: Promise<void> | undefined

  /** Whoever asks while the store is being read may have stored something since: it is read again. */
  function catchUp(): Promise<void> {
    if (!catching) {
      catching = readNews().finally(() => {
        catching = undefined
      })
      return catching
    }
    next ??= catching
      .catch(() => {}) // told to whoever asked for it
      .then(() => {
        next = undefined
        return catchUp()
      })
    return next
  }

  async function readNews() {
    for (;;) {
      const news = await store.settingsAfter(known.version)
      if (!news) {
        const before = known.integrations
        known = memoryOf(await store.loadSettings())
        for (const id of new Set([...before.keys(), ...known.integrations.keys()])) announce(id)
        continue
      }
      for (const change of news.changes) see(change)
      known.version = news.version
      if (news.changes.length === 0) return
    }
  }

  function see(change: SettingsChange) {
    if (change[0] === 'putClockOffset') for (const turn of clocks) turn(change[1])
    else known.see(change)
    if (change[0] === 'putIntegration') announce(change[1].id)
    if (change[0] === 'deleteIntegration') announce(change[1])
  }

  function announce(id: string) {
    for (const listener of listeners) listener(id, known.integrations.get(id))
  }

  /** What a method of the store did is seen when it resolves. */
  const seen =
    <Given extends unknown[]>(write: (...given: Given) => Promise<void>) =>
    async (...given: Given) => {
      await write(...given)
      await catchUp()
    }
  const templates = catalogue(
    { putTemplate: seen(store.putTemplate), deleteTemplate: seen(store.deleteTemplate) },
    () => known.templates,
  )

  return {
    account: () => known.account,
    integrations: () => [...known.integrations.values()],
    integration: (id) => known.integrations.get(id),
    holderOf(apiKey) {
      const key = known.keys.get(hashOfKey(apiKey))
      return key && known.integrations.get(key.integrationId)
    },
    ownerOf: (channel, from) => known.integrations.get(known.senders.get(`${channel}:${from}`) ?? ''),
    keysOf: (integrationId) => [...known.keys.values()].filter((key) => key.integrationId === integrationId),
    pin: (integrationId, to) => known.pins.get(integrationId)?.get(to),
    pinsOf: (integrationId) => [...(known.pins.get(integrationId)?.values() ?? [])],
    pinCount: (integrationId) => known.pins.get(integrationId)?.size ?? 0,
    optOut: (integrationId, msisdn) => known.optOuts.find(integrationId, msisdn),
    optIn: (integrationId, msisdn) => known.optIns.find(integrationId, msisdn),

    putAccount: seen(store.putAccount),
    putIntegration: seen((integration, amount?: number | null) =>
      store.putIntegration(integration, typeof amount === 'number' ? millionths(amount) : amount),
    ),
    deleteIntegration: seen(store.deleteIntegration),
    putKey: seen(store.putKey),
    deleteKey: seen(({ id }: ApiKey) => store.deleteKey(id)),
    putPin: seen(store.putPin),
    deletePin: seen(store.deletePin),
    putOptOut: seen(store.putOptOut),
    deleteOptOut: seen(store.deleteOptOut),
    putOptIn: seen(store.putOptIn),
    deleteOptIn: seen(store.deleteOptIn),
    ...templates,
    catchUp,
    onChange: (listener) => void listeners.push(listener),
    onTurn: (listener) => void clocks.push(listener),
  }
}
