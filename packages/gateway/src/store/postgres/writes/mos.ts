import type { OptOut } from '../../../core/integration.ts'
import type { SettingsChange } from '../../../core/settings-change.ts'
import { fetchLane, type RecordedMo, type RecordedMos } from '../../../core/store.ts'
import type { Method } from '../batches.ts'
import { columnsOf, type Db } from '../query.ts'
import { logChanges } from '../settings-changes.ts'
import { aliasesOf } from './aliases.ts'
import { openEvents } from './events.ts'
import { insertFetches, moEvents, type PersonsMo } from './mo-events.ts'
import { deleteOptOut, putOptOut } from './opt-outs.ts'

const insertMos = `
  INSERT INTO mos (integration_id, supplier_id, id, at)
  SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::bigint[]) ORDER BY 1, 2
  ON CONFLICT (integration_id, supplier_id) DO NOTHING RETURNING id`

const openWindows = `
  INSERT INTO windows (integration_id, person, at)
  SELECT integration_id, person, max(at) FROM unnest($1::text[], $2::text[], $3::bigint[])
    AS new (integration_id, person, at) GROUP BY 1, 2 ORDER BY 1, 2
  ON CONFLICT (integration_id, person) DO UPDATE SET at = greatest(windows.at, excluded.at)`

export const recordMos: Method<RecordedMo[], RecordedMos> = async (db, calls, now) => {
  const fresh = await insert(db, calls.flat())
  const from = await aliasesOf(db, fresh)
  const persons = new Map(fresh.map((mo) => [mo.id, personsMo(mo, from)]))
  await openWindowsOf(db, [...persons.values()])
  const changes: SettingsChange[][] = []
  for (const mo of fresh) changes.push(await heed(db, mo, persons.get(mo.id)?.from ?? ''))

  const all = [...persons.values()]
  const [attached, others] = [all.filter(isAttached), all.filter((mo) => !isAttached(mo))]
  const events = await openEvents(
    db,
    others.map(({ integrationId }) => integrationId),
  )
  const { tell } = await moEvents(db, others, { events, now })
  const lanes = new Map<string, string[]>()
  for (const mo of all) lanes.set(mo.id, isAttached(mo) ? [fetchLane(mo.integrationId)] : tell(mo))
  await insertFetches(db, attached, now)
  await events.write(db, now)
  await logChanges(db, changes.flat())

  return calls.map((mos) => {
    const stored = mos.flatMap(({ id }) => persons.get(id) ?? [])
    return {
      lanes: [...new Set(stored.flatMap(({ id }) => lanes.get(id) ?? []))],
      stored: stored.map(({ id, from }) => ({ id, from })),
    }
  })
}

const isAttached = (mo: PersonsMo) => mo.content.type === 'attachment'

/** Answers those that are new. */
async function insert(db: Db, mos: RecordedMo[]): Promise<RecordedMo[]> {
  if (mos.length === 0) return []
  const columns = columnsOf(
    mos,
    ({ integrationId }) => integrationId,
    ({ supplierId }) => supplierId,
    ({ id }) => id,
    ({ at }) => at,
  )
  const rows = await db.all<{ id: string }>(insertMos, ...columns)
  const inserted = new Set(rows.map(({ id }) => id))
  return mos.filter(({ id }) => inserted.has(id))
}

const personsMo = ({ wish: _, ...mo }: RecordedMo, from: Map<string, string>): PersonsMo => ({
  ...mo,
  from: mo.from ?? from.get(mo.id) ?? '',
})

async function openWindowsOf(db: Db, mos: PersonsMo[]) {
  if (mos.length === 0) return
  const columns = columnsOf(
    mos,
    ({ integrationId }) => integrationId,
    ({ from }) => from,
    ({ at }) => at,
  )
  await db.run(openWindows, ...columns)
}

/** Answers what it changed. */
async function heed(
  db: Db,
  { wish, integrationId, at }: RecordedMo,
  from: string,
): Promise<SettingsChange[]> {
  const optOut: OptOut = { integrationId, msisdn: from, at }
  if (wish === 'stop') {
    await putOptOut(db, optOut)
    return [['putOptOut', optOut]]
  }
  if (wish !== 'start') return []
  await deleteOptOut(db, optOut)
  return [['deleteOptOut', integrationId, from]]
}
