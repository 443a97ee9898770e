import type { DatabaseSync } from 'node:sqlite'
import { changingMethods } from '../../../core/settings-change.ts'
import { statement } from '../statement.ts'

const insertChange = 'INSERT INTO settings_changes (change) VALUES (?) RETURNING number'
const forgetChanges = 'DELETE FROM settings_changes WHERE number <= ?'

const forgetAllChanges = 'DELETE FROM settings_changes'

/** Whoever is so far behind loads everything. */
const kept = 10_000

type Method = (now: number, ...given: never[]) => void

/** The same methods, each of which leaves what it was given for whoever follows the settings. */
export function logged<Methods extends object>(db: DatabaseSync, methods: Methods): Methods {
  const insert = statement<{ number: number }>(db, insertChange)
  const forget = statement(db, forgetChanges)
  const logging = (name: string, method: Method): Method => {
    return (now, ...given) => {
      method(now, ...given)
      const row = insert.get(JSON.stringify([name, ...given]))
      forget.run((row?.number ?? 0) - kept)
    }
  }
  const entries = Object.entries(methods).map(([name, method]): [string, Method] => [
    name,
    changingMethods.some((changing) => changing === name) ? logging(name, method) : method,
  ])
  // Each method is as it was, or as it was and logged.
  return Object.fromEntries(entries) as Methods
}

export interface ChangeWrites {
  forgetSettingsChanges(now: number): void
}

export function settingsChanges(db: DatabaseSync): ChangeWrites {
  const forgetAll = statement(db, forgetAllChanges)
  return { forgetSettingsChanges: () => void forgetAll.run() }
}
