import type { DatabaseSync } from 'node:sqlite'
import { type CallbackReads, callbackReads } from './callbacks.ts'
import { type DueReads, dueReads } from './due.ts'
import { type FetchReads, fetchReads } from './fetches.ts'
import { type FileReads, fileReads } from './files.ts'
import { type MessageReads, messageReads } from './messages.ts'
import { type OptOutReads, optOutReads } from './opt-outs.ts'
import { type SettingsReads, settingsReads } from './settings.ts'

/** What a reader can be asked for. */
export type Reads = DueReads &
  MessageReads &
  CallbackReads &
  FetchReads &
  FileReads &
  OptOutReads &
  SettingsReads

export const openReads = (db: DatabaseSync): Reads => ({
  ...dueReads(db),
  ...messageReads(db),
  ...callbackReads(db),
  ...fetchReads(db),
  ...fileReads(db),
  ...optOutReads(db),
  ...settingsReads(db),
})
