import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { aliasDigits } from '../../../core/alias.ts'
import { statement } from '../statement.ts'

const selectAlias = 'SELECT digits FROM aliases WHERE user_id = ?'

const insertAlias = 'INSERT OR IGNORE INTO aliases (user_id, digits) VALUES (?, ?)'

/** What stands for the number of a person who shows none. */
export interface Aliases {
  of(userId: string): string
}

export function aliases(db: DatabaseSync): Aliases {
  const known = statement<{ digits: string }>(db, selectAlias)
  const add = statement(db, insertAlias)
  return {
    of(userId) {
      const alias = known.get(userId)
      if (alias) return alias.digits
      for (let place = hashOf(userId); ; place = (place + 1n) % aliasCount) {
        const digits = aliasDigits(place)
        if (add.run(userId, digits) === 1) return digits
      }
    },
  }
}

const aliasCount = 10n ** 12n

const hashOf = (userId: string) => createHash('sha256').update(userId).digest().readBigUInt64BE() % aliasCount
