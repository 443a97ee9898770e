import type { Channel } from '@waypost/protocol'
import { type ApiKey, defaultAccount, type Integration, type Pin, type Settings } from './integration.ts'
import { people } from './people.ts'
import type { SettingsChange } from './settings-change.ts'
import { templateShelf } from './template-shelf.ts'

type Changes = Exclude<SettingsChange, ['putClockOffset', ...unknown[]]>
type Sight = { [Change in Changes as Change[0]]: (...given: Given<Change>) => void }
type Given<Change> = Change extends [unknown, ...infer Rest] ? Rest : never

/** The settings as they are after some version, by everything that they are looked up by. */
export function memoryOf(settings: Settings) {
  const integrations = new Map(settings.integrations.map((integration) => [integration.id, integration]))
  const keys = new Map(settings.keys.map((key) => [key.hash, key]))
  const pins = new Map<string, Map<string, Pin>>()
  const optOuts = people(settings.optOuts)
  const optIns = people(settings.optIns)
  const senders = new Map<string, string>()
  const templates = templateShelf(settings.templates)

  const sight: Sight = {
    putAccount(changed) {
      memory.account = changed
    },
    putIntegration(integration) {
      integrations.set(integration.id, integration)
      disown(integration.id)
      claim(integration)
    },
    deleteIntegration(id) {
      integrations.delete(id)
      disown(id)
      pins.delete(id)
      optOuts.forget(id)
      optIns.forget(id)
      templates.forgetAll(id)
      dropKeys((key) => key.integrationId === id)
    },
    putKey(key) {
      dropKeys(({ id }) => id === key.id)
      keys.set(key.hash, key)
    },
    deleteKey: (keyId) => dropKeys(({ id }) => id === keyId),
    putPin(pin) {
      const own = pins.get(pin.integrationId) ?? new Map<string, Pin>()
      pins.set(pin.integrationId, own.set(pin.number, pin))
    },
    deletePin: (integrationId, number) => void pins.get(integrationId)?.delete(number),
    putOptOut: optOuts.add,
    deleteOptOut: optOuts.remove,
    putOptIn: optIns.add,
    deleteOptIn: optIns.remove,
    putTemplate: templates.put,
    deleteTemplate: (integrationId, name, language) =>
      templates.remove(integrationId, name, language ?? undefined),
  }
  const memory = {
    version: settings.version,
    account: settings.account ?? defaultAccount,
    integrations,
    keys,
    pins,
    optOuts,
    optIns,
    senders,
    templates,
    see([name, ...given]: Changes) {
      // Each row takes what its method was given.
      const change = sight[name] as (...given: unknown[]) => void
      change(...given)
    },
  }
  for (const pin of settings.pins) sight.putPin(pin)
  for (const integration of integrations.values()) claim(integration)

  function claim({ id, whatsapp }: Integration) {
    if (whatsapp) senders.set(senderOf('whatsapp', whatsapp.from), id)
  }

  function disown(id: string) {
    for (const [sender, owner] of senders) if (owner === id) senders.delete(sender)
  }

  function dropKeys(which: (key: ApiKey) => boolean) {
    for (const [hash, key] of keys) if (which(key)) keys.delete(hash)
  }

  return memory
}

const senderOf = (channel: Channel, from: string) => `${channel}:${from}`
