import type { DatabaseSync } from 'node:sqlite'
import { statement } from '../statement.ts'

const insertSealingKey = `
  INSERT INTO sealing_keys (owner, wrapped) VALUES (?, ?)
  ON CONFLICT (owner) DO UPDATE SET wrapped = wrapped RETURNING wrapped`

export interface SealingKeyWrites {
  putSealingKey(now: number, owner: string, wrapped: string): string
}

export function sealingKeys(db: DatabaseSync): SealingKeyWrites {
  const insert = statement<{ wrapped: string }>(db, insertSealingKey)
  return {
    putSealingKey: (_now, owner, wrapped) => insert.get(owner, wrapped)?.wrapped ?? wrapped,
  }
}
