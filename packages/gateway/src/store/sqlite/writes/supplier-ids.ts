import type { DatabaseSync } from 'node:sqlite'
import type { ApplyDlr } from '../../dlr.ts'
import { parkedForMs, type SupplierIds } from '../../standing.ts'
import { statement } from '../statement.ts'

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
