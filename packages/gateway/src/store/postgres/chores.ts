import type { RecordedDlr, Store } from '../../core/store.ts'
import { forgetWriters } from './commits.ts'
import type { Pool } from './connect.ts'
import { forgetOld } from './forget.ts'
import { columnsOf, type Db } from './query.ts'
import { ownersIn } from './reads/each-once.ts'
import { time } from './reads/settings.ts'
import { dropWeeks, makeWeeks } from './weeks.ts'
import { deleteParked } from './writes/supplier-ids.ts'

// A report that came while the outcome that tells whose it is was being written by another node: neither saw the other.
const selectMissed = `
  ${ownersIn('parked_dlrs')}
  SELECT integration_id, supplier_id, dlr FROM owners JOIN parked_dlrs USING (integration_id)
  WHERE at >= $1 AND EXISTS (SELECT 1 FROM supplier_ids
    WHERE supplier_ids.integration_id = parked_dlrs.integration_id AND supplier_ids.supplier_id = parked_dlrs.supplier_id)
  ORDER BY at LIMIT 500`

const sweepMs = 15_000
const weeksMs = 60 * 60_000
const dayMs = 24 * 60 * 60_000

interface Needs {
  pool: Pool
  historyDays: number | undefined
  recordDlrs: Store['recordDlrs']
  now(): number
  failed(error: unknown): void
}

/** What has to be done now and then, by every node: it does no harm twice. */
export function keepChores(needs: Needs): AsyncDisposable {
  const { pool, historyDays, now, failed } = needs
  let since = 0 // at the start everything that is parked is looked at
  let doing = Promise.resolve()
  const after = (chore: () => Promise<unknown>) => () => {
    doing = doing.then(chore).then(() => {}, failed)
  }

  async function sweep() {
    const from = now() - 4 * sweepMs
    await applyMissed(needs, since)
    since = from
  }

  async function weeks() {
    const at = await pool.read(time)
    await makeWeeks(pool, at)
    await pool.transaction(forgetWriters)
    await forgetOld(pool, { now: now(), historyDays })
    if (historyDays !== undefined) await dropWeeks(pool, at - historyDays * dayMs)
  }

  const timers = [setInterval(after(sweep), sweepMs), setInterval(after(weeks), weeksMs)]
  after(weeks)()
  return {
    async [Symbol.asyncDispose]() {
      for (const timer of timers) clearInterval(timer)
      await doing
    },
  }
}

interface Missed {
  integration_id: string
  supplier_id: string
  dlr: string
}

/** Records reports again whose message is known by now. Recorded twice they change nothing. */
export async function applyMissed(
  { pool, recordDlrs }: Pick<Needs, 'pool' | 'recordDlrs'>,
  since: number,
): Promise<void> {
  const missed = await pool.read((db: Db) => db.all<Missed>(selectMissed, since))
  if (missed.length === 0) return
  await recordDlrs(missed.map(({ dlr }): RecordedDlr => JSON.parse(dlr)))
  const columns = columnsOf(
    missed,
    ({ integration_id }) => integration_id,
    ({ supplier_id }) => supplier_id,
  )
  await pool.transaction((db) => db.run(deleteParked, ...columns))
}
