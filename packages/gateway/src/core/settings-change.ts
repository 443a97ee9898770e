import type { Store } from './store.ts'

/** The store's methods that change what the directory and the clock of every node have in memory. */
export const changingMethods = [
  'putAccount',
  'putIntegration',
  'deleteIntegration',
  'putKey',
  'deleteKey',
  'putPin',
  'deletePin',
  'putOptOut',
  'deleteOptOut',
  'putOptIn',
  'deleteOptIn',
  'putTemplate',
  'deleteTemplate',
  'putClockOffset',
] as const

type ChangingMethod = (typeof changingMethods)[number]

/** One change: the method, and what it was given. It crosses JSON, so that what was left out may be null. */
export type SettingsChange = { [Name in ChangingMethod]: [Name, ...Parameters<Store[Name]>] }[ChangingMethod]

/** What the settings came to since a version, in the order in which every node has to see it. */
export interface SettingsNews {
  version: number
  changes: SettingsChange[]
}
