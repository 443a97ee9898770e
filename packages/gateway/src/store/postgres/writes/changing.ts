import type { SettingsChange } from '../../../core/settings-change.ts'
import type { Store } from '../../../core/store.ts'
import type { Db } from '../query.ts'
import * as people from './opt-outs.ts'
import * as settings from './settings.ts'

type Changing = Pick<Store, SettingsChange[0]>

/** Writes it, and the change that it is. */
type Put = <Args>(
  write: (db: Db, args: Args) => Promise<void>,
  args: Args,
  change: SettingsChange,
) => Promise<void>

/** The methods of a store that change its settings. */
export const changing = (put: Put): Changing => ({
  putClockOffset: (offsetMs) => put(settings.putClockOffset, offsetMs, ['putClockOffset', offsetMs]),
  putAccount: (account) => put(settings.putAccount, account, ['putAccount', account]),
  putIntegration: (integration, amount) =>
    put(settings.putIntegration, { integration, amount }, ['putIntegration', integration, amount]),
  deleteIntegration: (id) => put(settings.deleteIntegration, id, ['deleteIntegration', id]),
  putKey: (key) => put(settings.putKey, key, ['putKey', key]),
  deleteKey: (keyId) => put(settings.deleteKey, keyId, ['deleteKey', keyId]),
  putPin: (pin) => put(settings.putPin, pin, ['putPin', pin]),
  deletePin: (integrationId, number) =>
    put(settings.deletePin, { integrationId, number }, ['deletePin', integrationId, number]),
  putOptOut: (optOut) => put(people.putOptOut, optOut, ['putOptOut', optOut]),
  deleteOptOut: (integrationId, msisdn) =>
    put(people.deleteOptOut, { integrationId, msisdn }, ['deleteOptOut', integrationId, msisdn]),
  putOptIn: (optIn) => put(people.putOptIn, optIn, ['putOptIn', optIn]),
  deleteOptIn: (integrationId, msisdn) =>
    put(people.deleteOptIn, { integrationId, msisdn }, ['deleteOptIn', integrationId, msisdn]),
  putTemplate: (template) => put(settings.putTemplate, template, ['putTemplate', template]),
  deleteTemplate: (integrationId, name, language) =>
    put(settings.deleteTemplate, { integrationId, name, language }, [
      'deleteTemplate',
      integrationId,
      name,
      language,
    ]),
})
