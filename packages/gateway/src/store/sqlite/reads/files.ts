import type { DatabaseSync } from 'node:sqlite'
import type { MediaFile } from '../../../core/media.ts'
import { statement } from '../statement.ts'

const selectFile = 'SELECT file FROM files WHERE id = ?'
const selectExpired = 'SELECT id FROM files WHERE expires_at <= ? ORDER BY expires_at, id LIMIT ?'

const selectHandedOver =
  'SELECT supplier_id FROM supplier_files WHERE file_id = ? AND sender = ? AND expires_at > ?'

export interface FileReads {
  findFile(now: number, id: string): MediaFile | undefined
  expiredFiles(now: number, at: number, limit: number): string[]
  supplierFile(now: number, fileId: string, sender: string, at: number): string | undefined
}

export function fileReads(db: DatabaseSync): FileReads {
  const one = statement<{ file: string }>(db, selectFile)
  const expired = statement<{ id: string }>(db, selectExpired)
  const handedOver = statement<{ supplier_id: string }>(db, selectHandedOver)
  return {
    findFile(_now, id) {
      const row = one.get(id)
      return row && JSON.parse(row.file)
    },
    supplierFile: (_now, fileId, sender, at) => handedOver.get(fileId, sender, at)?.supplier_id,
    expiredFiles: (_now, at, limit) => expired.all(at, limit).map(({ id }) => id),
  }
}
