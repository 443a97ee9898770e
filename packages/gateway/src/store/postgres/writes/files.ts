import type { MediaFile, SupplierFile } from '../../../core/media.ts'
import type { Db } from '../query.ts'

const insertFile = 'INSERT INTO files (id, integration_id, expires_at, file) VALUES ($1, $2, $3, $4)'
const deleteListed = [
  'DELETE FROM files WHERE id = ANY($1::text[])',
  'DELETE FROM supplier_files WHERE file_id = ANY($1::text[])',
]
const putHandedOver = `
  INSERT INTO supplier_files (file_id, sender, supplier_id, expires_at) VALUES ($1, $2, $3, $4)
  ON CONFLICT (file_id, sender) DO UPDATE SET supplier_id = excluded.supplier_id, expires_at = excluded.expires_at`
const deleteHandedOver = 'DELETE FROM supplier_files WHERE file_id = $1 AND sender = $2 AND supplier_id = $3'

export async function putFile(db: Db, file: MediaFile): Promise<void> {
  await db.run(insertFile, file.id, file.integrationId, file.expiresAt, JSON.stringify(file))
}

export async function deleteFiles(db: Db, ids: string[]): Promise<void> {
  for (const sql of deleteListed) await db.run(sql, ids)
}

export async function putSupplierFile(
  db: Db,
  { fileId, sender, supplierId, expiresAt }: SupplierFile,
): Promise<void> {
  await db.run(putHandedOver, fileId, sender, supplierId, expiresAt)
}

export async function forgetSupplierFile(
  db: Db,
  { fileId, sender, supplierId }: Omit<SupplierFile, 'expiresAt'>,
): Promise<void> {
  await db.run(deleteHandedOver, fileId, sender, supplierId)
}
