import type { StatusName } from '@waypost/protocol'
import { fileIdOf } from '../../../core/message.ts'
import type { RecordedDlr } from '../../../core/store.ts'
import { applyDlr, type Dlrs, dlrs } from '../../dlr.ts'
import { type ApplyOutcome, applyOutcome } from '../../outcome.ts'
import { type Standing, type StandingRows, standingColumns, standings } from '../../standing.ts'
import { columnsOf, type Db, isId } from '../query.ts'
import { type AttemptRows, loadAttempts } from './attempt-rows.ts'
import { type Balances, lockedBalances } from './balances.ts'
import { type Events, openEvents } from './events.ts'
import { type Fences, holdFences } from './fences.ts'
import { bounds, keyColumns, type MtKey } from './mt-key.ts'
import { findIds, type IdRow, loadSupplierIds, reportedId, type SupplierIdRows } from './supplier-ids.ts'

// In the order of the ids, as everybody locks them.
const lockMts = `
  SELECT ${standingColumns}, fault
  FROM unnest($1::text[], $2::uuid[]) AS wanted (integration_id, id) JOIN mts USING (integration_id, id)
  WHERE mts.id >= $3 AND mts.id <= $4 ORDER BY id FOR NO KEY UPDATE OF mts`

const putMts = `
  UPDATE mts SET due_at = new.due_at, under_way = new.under_way, uncertain = new.uncertain, attempts = new.attempts,
    status = new.status, status_at = new.status_at, charge = new.charge, fault = new.fault
  FROM unnest($3::text[], $4::uuid[], $5::bigint[], $6::smallint[], $7::smallint[], $8::int[], $9::text[], $10::bigint[],
    $11::text[], $12::text[])
    AS new (integration_id, id, due_at, under_way, uncertain, attempts, status, status_at, charge, fault)
  WHERE mts.integration_id = new.integration_id AND mts.id = new.id AND mts.id >= $1 AND mts.id <= $2`

const selectContents = `
  SELECT content FROM unnest($1::text[], $2::uuid[]) AS wanted (integration_id, id) JOIN mts USING (integration_id, id)
  WHERE mts.id >= $3 AND mts.id <= $4`

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

export async function openLedger(db: Db, needs: Needs): Promise<Ledger> {
  const fences = await holdFences(db, needs.lanes)
  const found = await findIds(db, needs.reported)
  const wanted = wantedOf(needs, found)
  const rows =
    wanted.length > 0 ? await db.all<HeldMt>(lockMts, ...keyColumns(wanted), ...bounds(wanted)) : []
  const held = new Map(rows.map((row) => [row.id, row]))
  const integrations = new Set(rows.map(({ integration_id }) => integration_id))
  const [attempts, balances, events, ids] = await Promise.all([
    loadAttempts(db, rows),
    lockedBalances(
      db,
      rows.flatMap(({ integration_id, price }) => (price === null ? [] : integration_id)),
    ),
    openEvents(db, integrations),
    loadSupplierIds(db, [
      ...needs.reported.map(reportedId),
      ...needs.learned.flatMap(({ mtId, supplierId: supplier_id }) => {
        const mt = held.get(mtId)
        return mt ? { integration_id: mt.integration_id, supplier_id } : []
      }),
    ]),
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

/** The messages to lock, each once. A report may name any id; it means a message of its own integration. */
function wantedOf({ mts, reported }: Needs, found: IdRow[]): MtKey[] {
  const named = reported.flatMap(({ integrationId, messageId }) =>
    messageId !== undefined && isId(messageId) ? { integration_id: integrationId, id: messageId } : [],
  )
  const known = found.map(({ integration_id, mt_id }) => ({ integration_id, id: mt_id }))
  const all = [...mts, ...known, ...named]
  return [...new Map(all.map((key) => [`${key.id}:${key.integration_id}`, key])).values()]
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
  await db.run(putMts, ...bounds(mts), ...columns)
}

/** Forgets what suppliers call the files that these messages carry. */
async function forgetFiles(db: Db, mts: HeldMt[]) {
  const rows = await db.all<{ content: string }>(selectContents, ...keyColumns(mts), ...bounds(mts))
  const files = rows.flatMap(({ content }) => fileIdOf(JSON.parse(content)) ?? [])
  if (files.length > 0) await db.run(deleteEveryName, files)
}
