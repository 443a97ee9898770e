import type { SettingsChange, SettingsNews } from '../../core/settings-change.ts'
import { columnsOf, type Db } from './query.ts'

// Locked to the commit, which is next: so the numbers follow the commits, and none appears below one that was seen.
const takeNumbers = 'UPDATE settings_version SET version = version + $1 RETURNING version'

const insertChanges =
  'INSERT INTO settings_changes (number, change) SELECT * FROM unnest($1::bigint[], $2::text[])'
const forgetChanges = 'DELETE FROM settings_changes WHERE number <= $1'

const forgetAllChanges = 'DELETE FROM settings_changes'

const selectVersion = 'SELECT version FROM settings_version'
const selectOldest = 'SELECT min(number) AS number FROM settings_changes'
const selectChanges =
  'SELECT number, change FROM settings_changes WHERE number > $1 ORDER BY number LIMIT 1000'

/** Whoever is so far behind loads everything. */
const kept = 10_000

/** Leaves what changed for whoever follows the settings. Last in its transaction. */
export async function logChanges(db: Db, changes: SettingsChange[]): Promise<void> {
  if (changes.length === 0) return
  const [row] = await db.all<{ version: number }>(takeNumbers, changes.length)
  const first = (row?.version ?? 0) - changes.length + 1
  const rows = changes.map((change, index) => ({ number: first + index, change }))
  const columns = columnsOf(
    rows,
    ({ number }) => number,
    ({ change }) => JSON.stringify(change),
  )
  await db.run(insertChanges, ...columns)
  await db.run(forgetChanges, first - kept)
}

export async function settingsVersion(db: Db): Promise<number> {
  const [row] = await db.all<{ version: number }>(selectVersion)
  return row?.version ?? 0
}

export async function forgetSettingsChanges(db: Db): Promise<void> {
  await db.run(forgetAllChanges)
}

/** `db` is a transaction that sees one moment. */
export async function settingsAfter(db: Db, since: number): Promise<SettingsNews | undefined> {
  const [oldest] = await db.all<{ number: number | null }>(selectOldest)
  if ((oldest?.number ?? (await settingsVersion(db)) + 1) > since + 1) return undefined
  const rows = await db.all<{ number: number; change: string }>(selectChanges, since)
  return { version: rows.at(-1)?.number ?? since, changes: rows.map(({ change }) => JSON.parse(change)) }
}
