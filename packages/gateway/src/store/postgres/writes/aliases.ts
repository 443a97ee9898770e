import { createHash } from 'node:crypto'
import { aliasDigits } from '../../../core/alias.ts'
import type { RecordedMo } from '../../../core/store.ts'
import type { Db } from '../query.ts'

const selectAliases = 'SELECT user_id, digits FROM aliases WHERE user_id = ANY($1::text[])'

const insertAlias = 'INSERT INTO aliases (user_id, digits) VALUES ($1, $2) ON CONFLICT DO NOTHING'

interface Row {
  user_id: string
  digits: string
}

/** What stands for the numbers of people who show none, by the MO that they sent. */
export async function aliasesOf(db: Db, mos: RecordedMo[]): Promise<Map<string, string>> {
  const nameless = mos.filter(({ from }) => from === undefined)
  if (nameless.length === 0) return new Map()
  const users = [...new Set(nameless.map(userOf))].sort()
  const rows = await db.all<Row>(selectAliases, users)
  const digits = new Map(rows.map((row) => [row.user_id, row.digits]))
  for (const user of users) if (!digits.has(user)) digits.set(user, await addAlias(db, user))
  return new Map(nameless.map((mo) => [mo.id, digits.get(userOf(mo)) ?? '']))
}

const userOf = ({ userId, supplierId }: RecordedMo) => userId ?? supplierId

async function addAlias(db: Db, user: string): Promise<string> {
  for (let place = placeOf(user); ; place = (place + 1n) % aliasCount) {
    const digits = aliasDigits(place)
    if ((await db.run(insertAlias, user, digits)) === 1) return digits
    const [other] = await db.all<Row>(selectAliases, [user]) // another node was first
    if (other) return other.digits
  }
}

const aliasCount = 10n ** 12n

const placeOf = (user: string) => createHash('sha256').update(user).digest().readBigUInt64BE() % aliasCount
