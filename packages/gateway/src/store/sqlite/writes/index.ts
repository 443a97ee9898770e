import type { DatabaseSync } from 'node:sqlite'
import { applyDlr, type Dlrs, dlrs } from '../../dlr.ts'
import { applyOutcome } from '../../outcome.ts'
import { standings } from '../../standing.ts'
import { type Accept, accept } from './accept.ts'
import { aliases } from './aliases.ts'
import { type Attempts, attempts } from './attempts.ts'
import { balances } from './balances.ts'
import { type Callbacks, callbacks } from './callbacks.ts'
import { endpoints } from './endpoints.ts'
import { events } from './events.ts'
import { type FetchWrites, fetches, fetchWrites } from './fetches.ts'
import { type FileWrites, files, forgetFileOf } from './files.ts'
import { type Leases, leases } from './leases.ts'
import { type Mos, moEvents, mos } from './mos.ts'
import { type OptOutWrites, optOuts } from './opt-outs.ts'
import { type SealingKeyWrites, sealingKeys } from './sealing-keys.ts'
import { securely } from './securely.ts'
import { type SettingsWrites, settings } from './settings.ts'
import { type ChangeWrites, logged, settingsChanges } from './settings-changes.ts'
import { standingRows } from './standing.ts'
import { supplierIds } from './supplier-ids.ts'
import { type TemplateWrites, templates } from './templates.ts'

/**
 * What the writer can be asked for. Each runs inside the batch's transaction and gets the business time first. A refusal
 * (`LeaseLost`, `AlreadyAnswered`, `BalanceTooLow`) is thrown before the first change, so that it needs no undoing.
 */
export type Writes = Pick<Accept, 'accept'> &
  Attempts &
  Callbacks &
  ChangeWrites &
  Dlrs &
  FetchWrites &
  FileWrites &
  Omit<Leases, 'check'> &
  Mos &
  OptOutWrites &
  SealingKeyWrites &
  SettingsWrites &
  TemplateWrites

/** What every transaction ends with. */
export type Ending = Pick<Accept, 'writeCounts' | 'dropCounts'>

export function openWrites(db: DatabaseSync): { writes: Writes; ending: Ending } {
  const eventsOf = events(db)
  const balancesOf = balances(db)
  const standingsOf = standings(standingRows(db, eventsOf, balancesOf))
  const told = moEvents(db, eventsOf)
  const apply = applyDlr(standingsOf, forgetFileOf(db))
  const ids = supplierIds(db, apply)
  const { check, ...leasing } = leases(db)
  const { writeCounts, dropCounts, ...accepting } = accept(db, eventsOf, balancesOf)
  const people = logged(db, optOuts(db))
  const writes = {
    ...accepting,
    ...attempts(db, {
      balances: balancesOf,
      leases: { check, ...leasing },
      apply: applyOutcome(standingsOf, ids),
    }),
    ...dlrs(standingsOf, ids, apply),
    ...mos(db, { aliases: aliases(db), events: told, fetches: fetches(db), optOuts: people }),
    ...fetchWrites(db, { leases: { check }, events: told }),
    ...callbacks(db, { check, ...leasing }, endpoints(db)),
    ...leasing,
    ...files(db),
    ...people,
    ...securely(db, {
      ...logged(db, settings(db, balancesOf)),
      ...sealingKeys(db),
      ...settingsChanges(db),
    }),
    ...logged(db, templates(db)),
  }
  return { writes, ending: { writeCounts, dropCounts } }
}
