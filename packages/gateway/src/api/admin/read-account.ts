import { AccountPatch, AccountSettings } from '@waypost/protocol'
import { Check } from 'typebox/value'
import { type Account, defaultAccount } from '../../core/integration.ts'
import { type Flaw, flawsIn, isObject } from './flaws.ts'
import { mergePatch } from './merge-patch.ts'
import { addressFlaws } from './read-integration.ts'

/** A merge patch applied to the account; or everything that is wrong with it. */
export function readAccount(sent: unknown, current: Account = defaultAccount): Account | Flaw[] {
  const flaws = [
    ...flawsIn(AccountPatch, sent),
    ...addressFlaws(isObject(sent) ? sent.allowedIps : undefined),
  ]
  if (flaws.length > 0) return flaws
  const settings = mergePatch(mergePatch({}, current), sent)
  if (!Check(AccountSettings, settings)) return flawsIn(AccountSettings, settings)
  return { ...defaultAccount, ...settings }
}
