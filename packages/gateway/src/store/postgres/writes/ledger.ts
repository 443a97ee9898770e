import type { StatusName } from '@waypost/protocol'
import { fileIdOf } from '../../../core/message.ts'
import type { RecordedDlr } from '../../../core/store.ts'
import { applyDlr, type Dlrs, dlrs } from '../../dlr.ts'
import { type ApplyOutcome, applyOutcome } from '../../outcome.ts'
import { type Standing, type StandingRows, standingColumns, standings } from '../../standing.ts'
import { columnsOf, type Db, isId, isOf } from '../query.ts'
import { type AttemptRows, loadAttempts } from './attempt-rows.ts'
import { type Balances, lockedBalances } from './balances.ts'
import { type Events, openEvents } from './events.ts'
import { type Fences, holdFences } from './fences.ts'
import { keyColumns, type MtKey } from './mt-key.ts'
import {
  findIds,
  findIdsOf,
  type IdRow,
  loadSupplierIds,
  reportedId,
  type SupplierIdRows,
} from './supplier-ids.ts'

// In the order of the ids, as everybody locks them.
const lockMts = `
  SELECT ${standingColumns}, fault
  FROM unnest($1::text[], $2::uuid[]) AS wanted (owner, mt) JOIN mts ON ${isOf('mts', 'owner')} AND id = mt
  ORDER BY id FOR NO KEY UPDATE OF mts`

const putMts = `
  UPDATE mts SET due_at = new.due_at, under_way = new.under_way, uncertain = new.uncertain, attempts = new.attempts,
    status = new.status, status_at = new.status_at, charge = new.charge, fault = new.fault
  FROM unnest($1::text[], $2::uuid[], $3::bigint[], $4::smallint[], $5::smallint[], $6::int[], $7::text[], $8::bigint[],
    $9::text[], $10::text[])
    AS new (integration_id, id, due_at, under_way, uncertain, attempts, status, status_at, charge, fault)
  WHERE ${isOf('mts', 'new.integration_id')} AND mts.id = new.id`

const selectContents = `
  SELECT content FROM unnest($1::text[], $2::uuid[]) AS wanted (owner, mt)
    JOIN mts ON ${isOf('mts', 'owner')} AND id = mt`

const deleteEveryName = 'DELETE FROM supplier_files WHERE file_id = ANY($1::text[])'

/** A message as a transaction has it: locked, changed in memory, and written at its end. */
export interface HeldMt extends Standing {
  fault: StatusName | null
}

/** What the calls of one transaction want to know, so that it is asked for once. */
export interface Needs {
  lanes: Set<string>
  mts: MtKey[]
  /** Ids that messages get. */
  learned: { mtId: string; supplierId: string }[]
  reported: RecordedDlr[]
}

/** What is known of the messages that one transaction moves. Deciding takes no time; the rows are locked meanwhile. */
export interface Ledger {
  fences: Fences
  balances: Balances
  attempts: AttemptRows
  mt(id: string): HeldMt | undefined
  changed(mt: HeldMt): void
  applyOutcome: ApplyOutcome
  recordDlrs: Dlrs['recordDlrs']
  claim: SupplierIdRows['claim']
  write(db: Db, now: number): Promise<void>
}

export async function openLedger(db: Db, needs: Needs, now: number): Promise<Ledger> {
  const fences = await holdFences(db, needs.lanes)
  const { rows, found } = await holdMts(db, needs, now)
  const held = new Map(rows.map((row) => [row.id, row]))
  const integrations = new Set(rows.map(({ integration_id }) => integration_id))
  const [attempts, balances, events, ids] = await Promise.all([
    loadAttempts(db, rows),
    lockedBalances(
      db,
      rows.flatMap(({ integration_id, price }) => (price === null ? [] : integration_id)),
    ),
    openEvents(db, integrations),
    loadSupplierIds(
      db,
      [
        ...needs.reported.map(reportedId),
        ...needs.learned.flatMap(({ mtId, supplierId: supplier_id }) => {
          const mt = held.get(mtId)
          return mt ? { integration_id: mt.integration_id, supplier_id } : []
        }),
      ],
      found,
    ),
  ])
  const changes = new Map<string, HeldMt>()
  const unusable = new Map<string, HeldMt>()

  const standingsOf = standings(rowsOf({ held, changes, attempts, balances, events }))
  const apply = applyDlr(standingsOf, (mtId) => {
    const mt = held.get(mtId)
    if (mt) unusable.set(mtId, mt)
  })
  const supplierIds = ids.supplierIds(apply)

  return {
    fences,
    balances,
    attempts,
    mt: (id) => held.get(id),
    changed: (mt) => void changes.set(mt.id, mt),
    applyOutcome: applyOutcome(standingsOf, supplierIds),
    recordDlrs: dlrs(standingsOf, supplierIds, apply).recordDlrs,
    claim: ids.claim,
    async write(db, now) {
      await Promise.all([
        writeMts(db, [...changes.values()]),
        attempts.write(db),
        ids.write(db, now),
        balances.write(db),
      ])
      if (unusable.size > 0) await forgetFiles(db, [...unusable.values()])
      await events.write(db, now)
    },
  }
}

/** Locks the messages that are asked for or reported on. Answers what is known of the reports' ids as well. */
async function holdMts(db: Db, { mts, reported }: Needs, now: number) {
  const [named, others] = [reported.filter(isNamed), reported.filter((dlr) => !isNamed(dlr))]
  const known = await findIds(db, others, now)
  const rows = await lock(db, [...mts, ...known.map(mtOfId), ...named.map(mtNamed)])
  const held = new Set(rows.map(keyOf))
  const isHeld = (dlr: RecordedDlr) => held.has(keyOf(mtNamed(dlr)))
  // A report may name any id; it means a message of its own integration. Where there is none, its own id says more.
  const [attempts, strays] = await Promise.all([
    findIdsOf(db, named.filter(isHeld)),
    findIds(
      db,
      named.filter((dlr) => !isHeld(dlr)),
      now,
    ),
  ])
  const more = strays.map(mtOfId).filter((mt) => !held.has(keyOf(mt)))
  return { rows: [...rows, ...(await lock(db, more))], found: [...known, ...attempts, ...strays] }
}

const isNamed = ({ messageId }: RecordedDlr) => messageId !== undefined && isId(messageId)
const mtNamed = ({ integrationId, messageId = '' }: RecordedDlr) => ({
  integration_id: integrationId,
  id: messageId,
})
const mtOfId = ({ integration_id, mt_id }: IdRow) => ({ integration_id, id: mt_id })
const keyOf = ({ integration_id, id }: MtKey) => `${id}:${integration_id}`

/** Each once. */
async function lock(db: Db, mts: MtKey[]): Promise<HeldMt[]> {
  const wanted = [...new Map(mts.map((mt) => [keyOf(mt), mt])).values()]
  return wanted.length > 0 ? db.all<HeldMt>(lockMts, ...keyColumns(wanted)) : []
}

interface Parts {
  held: Map<string, HeldMt>
  changes: Map<string, HeldMt>
  attempts: AttemptRows
  balances: Balances
  events: Events
}

function rowsOf({ held, changes, attempts, balances, events }: Parts): StandingRows {
  function change({ id }: Standing, fault?: StatusName | null) {
    const mt = held.get(id)
    if (!mt) return
    if (fault !== undefined) mt.fault = fault
    changes.set(id, mt)
  }
  return {
    of: (mtId) => held.get(mtId),
    putPlace: (mt, fault) => change(mt, fault),
    putStatus: (mt) => change(mt),
    endAttempt: attempts.end,
    countAttempts: attempts.count,
    refuteAttempt: attempts.refute,
    moveBalance: balances.move,
    report: events.status,
  }
}

async function writeMts(db: Db, mts: HeldMt[]) {
  if (mts.length === 0) return
  const columns = columnsOf(
    mts,
    ({ integration_id }) => integration_id,
    ({ id }) => id,
    ({ due_at }) => due_at,
    ({ under_way }) => under_way,
    ({ uncertain }) => uncertain,
    ({ attempts }) => attempts,
    ({ status }) => status,
    ({ status_at }) => status_at,
    ({ charge }) => charge,
    ({ fault }) => fault,
  )
  await db.run(putMts, ...columns)
}

/** Forgets what suppliers call the files that these messages carry. */
async function forgetFiles(db: Db, mts: HeldMt[]) {
  const rows = await db.all<{ content: string }>(selectContents, ...keyColumns(mts))
  const files = rows.flatMap(({ content }) => fileIdOf(JSON.parse(content)) ?? [])
  if (files.length > 0) await db.run(deleteEveryName, files)
}
