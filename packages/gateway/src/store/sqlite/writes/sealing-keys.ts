import type { DatabaseSync } from 'node:sqlite'
import { theInstallation } from '../../../core/store.ts'
import { statement } from '../statement.ts'

const insertSealingKey = `
  INSERT INTO sealing_keys (owner, wrapped)
  SELECT ?1, ?2 WHERE ?1 = '${theInstallation}' OR EXISTS (SELECT 1 FROM integrations WHERE id = ?1)
  ON CONFLICT (owner) DO UPDATE SET wrapped = wrapped RETURNING wrapped`

export interface SealingKeyWrites {
  putSealingKey(now: number, owner: string, wrapped: string): string | undefined
}

export function sealingKeys(db: DatabaseSync): SealingKeyWrites {
  const insert = statement<{ wrapped: string }>(db, insertSealingKey)
  return {
    putSealingKey: (_now, owner, wrapped) => insert.get(owner, wrapped)?.wrapped,
  }
}
