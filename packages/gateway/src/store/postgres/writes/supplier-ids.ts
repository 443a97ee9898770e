import type { RecordedDlr, RecordedDlrs } from '../../../core/store.ts'
import type { ApplyDlr } from '../../dlr.ts'
import { parkedForMs, type SupplierIds } from '../../standing.ts'
import { columnsOf, type Db, isOf } from '../query.ts'
import { recentFrom } from '../weeks.ts'

/** What such an id is known for: of the recent weeks, where nearly everything is, and only then of the others. */
export const knownAs = (integrationId: string, supplierId: string, recentFrom: string): string => {
  const such = `SELECT * FROM supplier_ids WHERE integration_id = ${integrationId} AND supplier_id = ${supplierId}`
  return `(${such} AND mt_id >= ${recentFrom} UNION ALL ${such} AND mt_id < ${recentFrom} LIMIT 1)`
}

const selectIds = `
  SELECT known.* FROM unnest($1::text[], $2::text[]) AS wanted (owner, name)
    CROSS JOIN LATERAL ${knownAs('owner', 'name', '$3')} AS known`

const selectIdsOf = `
  SELECT supplier_ids.* FROM unnest($1::text[], $2::text[], $3::uuid[]) AS wanted (owner, name, mt)
    JOIN supplier_ids ON ${isOf('supplier_ids', 'owner')} AND supplier_id = name AND mt_id = mt`

const insertIds = `
  INSERT INTO supplier_ids (integration_id, supplier_id, mt_id, attempt)
  SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::int[]) ON CONFLICT DO NOTHING`

const selectParked = `
  SELECT integration_id, supplier_id, status, dlr FROM unnest($1::text[], $2::text[]) AS wanted (owner, name)
    JOIN parked_dlrs ON ${isOf('parked_dlrs', 'owner')} AND supplier_id = name
  ORDER BY at`

const parkDlrs = `
  INSERT INTO parked_dlrs (integration_id, supplier_id, status, dlr, at)
  SELECT *, $5 FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) ORDER BY 1, 2, 3
  ON CONFLICT (integration_id, supplier_id, status) DO NOTHING`

export const deleteParked: string = `
  DELETE FROM parked_dlrs USING unnest($1::text[], $2::text[]) AS claimed (owner, name)
  WHERE ${isOf('parked_dlrs', 'owner')} AND supplier_id = name`

const forgetParked = `
  DELETE FROM parked_dlrs WHERE (integration_id, supplier_id, status) IN (
    SELECT old.integration_id, supplier_id, status FROM unnest($1::text[]) AS owner CROSS JOIN LATERAL (
      SELECT integration_id, supplier_id, status FROM parked_dlrs WHERE integration_id = owner AND at <= $2
      ORDER BY at LIMIT $3 FOR UPDATE SKIP LOCKED) AS old)`

export interface IdRow {
  integration_id: string
  supplier_id: string
  mt_id: string
  attempt: number
}

interface ParkedRow {
  integration_id: string
  supplier_id: string
  status: string
  dlr: string
}

/** What supplier ids a transaction knows and learns, and the reports that wait for one. */
export interface SupplierIdRows {
  supplierIds(apply: ApplyDlr): SupplierIds
  /** `answer` is to say how many reports were forgotten, which is known once it is written. */
  claim(answer: RecordedDlrs): void
  write(db: Db, now: number): Promise<void>
}

/** Whose id it is, and the id. */
export type SupplierId = Pick<IdRow, 'integration_id' | 'supplier_id'>

export const reportedId = ({ integrationId, supplierId }: RecordedDlr): SupplierId => ({
  integration_id: integrationId,
  supplier_id: supplierId,
})

/** Which messages reports are about that do not name ours. */
export const findIds = async (db: Db, dlrs: RecordedDlr[], now: number): Promise<IdRow[]> =>
  dlrs.length === 0 ? [] : db.all<IdRow>(selectIds, ...wantedColumns(dlrs.map(reportedId)), recentFrom(now))

/** Which attempts reports are about that name our message, once that is locked. */
export const findIdsOf = async (db: Db, dlrs: RecordedDlr[]): Promise<IdRow[]> =>
  dlrs.length === 0
    ? []
    : db.all<IdRow>(
        selectIdsOf,
        ...wantedColumns(dlrs.map(reportedId)),
        dlrs.map(({ messageId }) => messageId ?? null),
      )

/** `ids` are those that are reported or learned. Whether one that is learned was known shows when it is written. */
export async function loadSupplierIds(db: Db, ids: SupplierId[], found: IdRow[]): Promise<SupplierIdRows> {
  const wanted = [...new Map(ids.map((one) => [keyOf(one), one])).values()]
  const parkedRows =
    wanted.length === 0 ? [] : await db.all<ParkedRow>(selectParked, ...wantedColumns(wanted))
  const known = new Map(found.map((row) => [keyOf(row), row]))
  const parked = new Map<string, ParkedRow[]>()
  for (const row of parkedRows) keep(row)
  const learned: IdRow[] = []
  const newlyParked = new Set<ParkedRow>()
  const claimed: ParkedRow[] = []
  let answer: RecordedDlrs | undefined

  /** Answers whether it was not kept before. */
  function keep(row: ParkedRow): boolean {
    const rows = parked.get(keyOf(row)) ?? []
    if (rows.some(({ status }) => status === row.status)) return false
    parked.set(keyOf(row), [...rows, row])
    return true
  }

  const supplierIds = (apply: ApplyDlr): SupplierIds => ({
    learn(mt, supplier_id, attempt, now, touched) {
      const row = { integration_id: mt.integration_id, supplier_id, mt_id: mt.id, attempt }
      const key = keyOf(row)
      if (known.has(key)) return
      known.set(key, row)
      learned.push(row)
      const waiting = parked.get(key) ?? []
      parked.delete(key)
      claimed.push(...waiting)
      for (const one of waiting) {
        newlyParked.delete(one)
        apply(mt, JSON.parse(one.dlr), attempt, now, touched)
      }
    },
    find: (integration_id, supplier_id) => known.get(keyOf({ integration_id, supplier_id })),
    park(dlr) {
      const { integrationId: integration_id, supplierId: supplier_id, status } = dlr
      const row = { integration_id, supplier_id, status, dlr: JSON.stringify(dlr) }
      if (keep(row)) newlyParked.add(row)
      return 0 // how many are forgotten is known later
    },
  })

  return {
    supplierIds,
    claim(one) {
      if (one.unmatched > 0) answer = one
    },
    async write(db, now) {
      await Promise.all([learned.length > 0 && db.run(insertIds, ...idColumns(learned)), unpark(db, claimed)])
      if (newlyParked.size > 0) await db.run(parkDlrs, ...parkedColumns([...newlyParked]), now)
      if (!answer) return
      const owners = [...new Set(wanted.map(({ integration_id }) => integration_id))]
      const forgotten = await db.run(forgetParked, owners, now - parkedForMs, 10 * answer.unmatched)
      if (forgotten > 0) answer.forgotten = forgotten
    },
  }
}

const wantedColumns = (ids: SupplierId[]) =>
  columnsOf(
    ids,
    ({ integration_id }) => integration_id,
    ({ supplier_id }) => supplier_id,
  )

const keyOf = ({ integration_id, supplier_id }: SupplierId) => `${integration_id}:${supplier_id}`

const idColumns = (rows: IdRow[]) =>
  columnsOf(
    rows,
    ({ integration_id }) => integration_id,
    ({ supplier_id }) => supplier_id,
    ({ mt_id }) => mt_id,
    ({ attempt }) => attempt,
  )

const parkedColumns = (rows: ParkedRow[]) =>
  columnsOf(
    rows,
    ({ integration_id }) => integration_id,
    ({ supplier_id }) => supplier_id,
    ({ status }) => status,
    ({ dlr }) => dlr,
  )

async function unpark(db: Db, rows: ParkedRow[]) {
  if (rows.length > 0) await db.run(deleteParked, ...wantedColumns(rows))
}
