import type { DatabaseSync } from 'node:sqlite'
import type { MediaFile, SupplierFile } from '../../../core/media.ts'
import { fileIdOf } from '../../../core/message.ts'
import type { ForgetFileOf } from '../../standing.ts'
import { statement } from '../statement.ts'

const insertFile = 'INSERT INTO files (id, integration_id, expires_at, file) VALUES (?, ?, ?, ?)'
const deleteListed = [
  'DELETE FROM files WHERE id IN (SELECT value FROM json_each(?))',
  'DELETE FROM supplier_files WHERE file_id IN (SELECT value FROM json_each(?))',
]
const putHandedOver = `
  INSERT OR REPLACE INTO supplier_files (file_id, sender, supplier_id, expires_at) VALUES (?, ?, ?, ?)`
const deleteHandedOver = 'DELETE FROM supplier_files WHERE file_id = ? AND sender = ? AND supplier_id = ?'
const deleteEveryName = 'DELETE FROM supplier_files WHERE file_id = ?'
const selectContent = 'SELECT content FROM mts WHERE id = ?'

export interface FileWrites {
  putFile(now: number, file: MediaFile): void
  deleteFiles(now: number, ids: string[]): void
  putSupplierFile(now: number, file: SupplierFile): void
  forgetSupplierFile(now: number, file: Omit<SupplierFile, 'expiresAt'>): void
}

export function forgetFileOf(db: DatabaseSync): ForgetFileOf {
  const content = statement<{ content: string }>(db, selectContent)
  const drop = statement(db, deleteEveryName)
  return (mtId) => {
    const row = content.get(mtId)
    const fileId = row && fileIdOf(JSON.parse(row.content))
    if (fileId !== undefined) drop.run(fileId)
  }
}

export function files(db: DatabaseSync): FileWrites {
  const insert = statement(db, insertFile)
  const drops = deleteListed.map((sql) => statement(db, sql))
  const handOver = statement(db, putHandedOver)
  const takeBack = statement(db, deleteHandedOver)
  return {
    putFile: (_now, file) =>
      void insert.run(file.id, file.integrationId, file.expiresAt, JSON.stringify(file)),
    deleteFiles(_now, ids) {
      for (const drop of drops) drop.run(JSON.stringify(ids))
    },
    putSupplierFile: (_now, { fileId, sender, supplierId, expiresAt }) =>
      void handOver.run(fileId, sender, supplierId, expiresAt),
    forgetSupplierFile: (_now, { fileId, sender, supplierId }) =>
      void takeBack.run(fileId, sender, supplierId),
  }
}
