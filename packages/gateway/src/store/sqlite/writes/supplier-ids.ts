import type { DatabaseSync } from 'node:sqlite'
import type { RecordedDlr } from '../../../core/store.ts'
import { statement } from '../statement.ts'
import type { ApplyDlr } from './dlr.ts'
import type { Standing } from './standing.ts'

const insertId = `
  INSERT OR IGNORE INTO supplier_ids (integration_id, supplier_id, mt_id, attempt) VALUES (?, ?, ?, ?)`

const selectId = 'SELECT mt_id, attempt FROM supplier_ids WHERE integration_id = ? AND supplier_id = ?'

const parkDlr = `
  INSERT OR IGNORE INTO parked_dlrs (integration_id, supplier_id, status, dlr, at) VALUES (?, ?, ?, ?, ?)`

const selectParked = 'SELECT dlr FROM parked_dlrs WHERE integration_id = ? AND supplier_id = ? ORDER BY at'

const deleteParked = 'DELETE FROM parked_dlrs WHERE integration_id = ? AND supplier_id = ?'

const forgetParked = `
  DELETE FROM parked_dlrs WHERE (integration_id, supplier_id, status) IN
    (SELECT integration_id, supplier_id, status FROM parked_dlrs WHERE at <= ? LIMIT 10)`

/** A report that no message has claimed by then is not about one of ours. */
const parkedForMs = 72 * 60 * 60 * 1000

/** Which message a supplier's id belongs to, and the reports that wait until that is known. */
export interface SupplierIds {
  /** Notes that a message has this id at the supplier, and applies the reports that waited for it. */
  learn(mt: Standing, supplierId: string, attempt: number, now: number, touched: Set<string>): void
  find(integrationId: string, supplierId: string): { mt_id: string; attempt: number } | undefined
  /** Answers how many older ones nobody has claimed in time. */
  park(dlr: RecordedDlr, now: number): number
}

export function supplierIds(db: DatabaseSync, apply: ApplyDlr): SupplierIds {
  const insert = statement(db, insertId)
  const select = statement<{ mt_id: string; attempt: number }>(db, selectId)
  const park = statement(db, parkDlr)
  const parked = statement<{ dlr: string }>(db, selectParked)
  const unpark = statement(db, deleteParked)
  const forget = statement(db, forgetParked)

  return {
    learn(mt, supplierId, attempt, now, touched) {
      if (insert.run(mt.integration_id, supplierId, mt.id, attempt) === 0) return
      const waiting = parked.all(mt.integration_id, supplierId)
      if (waiting.length === 0) return
      unpark.run(mt.integration_id, supplierId)
      for (const { dlr } of waiting) apply(mt, JSON.parse(dlr), attempt, now, touched)
    },
    find: (integrationId, supplierId) => select.get(integrationId, supplierId),
    park(dlr, now) {
      const forgotten = forget.run(now - parkedForMs)
      park.run(dlr.integrationId, dlr.supplierId, dlr.status, JSON.stringify(dlr), now)
      return forgotten
    },
  }
}
