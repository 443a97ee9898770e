import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { Mo } from '../../../core/message.ts'
import type { CallbackEvent, Touched } from '../../../core/store.ts'
import { statement } from '../statement.ts'
import type { Events } from './events.ts'

const insertMo = 'INSERT OR IGNORE INTO mos (integration_id, supplier_id, id, at) VALUES (?, ?, ?, ?)'

const openWindow = `
  INSERT INTO windows (integration_id, person, at) VALUES (?, ?, ?)
  ON CONFLICT (integration_id, person) DO UPDATE SET at = max(at, excluded.at)`

const selectAlias = 'SELECT digits FROM aliases WHERE user_id = ?'

const insertAlias = 'INSERT OR IGNORE INTO aliases (user_id, digits) VALUES (?, ?)'

const selectRelated = `
  SELECT mts.id, mts.client_message_id FROM supplier_ids JOIN mts ON mts.id = supplier_ids.mt_id
  WHERE supplier_ids.integration_id = ? AND supplier_ids.supplier_id = ?`

export interface Mos {
  recordMos(now: number, mos: Mo[]): Touched & { stored: number }
}

export function mos(db: DatabaseSync, events: Events): Mos {
  const insert = statement(db, insertMo)
  const open = statement(db, openWindow)
  const aliasOfUser = statement<{ digits: string }>(db, selectAlias)
  const addAlias = statement(db, insertAlias)
  const related = statement<{ id: string; client_message_id: string | null }>(db, selectRelated)

  /** Digits that no phone number has (no country code is 999), lasting, so that the business can answer them. */
  function aliasOf(userId: string): string {
    const known = aliasOfUser.get(userId)
    if (known) return known.digits
    for (let place = hashOf(userId); ; place = (place + 1n) % aliasCount) {
      const digits = `999${place.toString().padStart(12, '0')}`
      if (addAlias.run(userId, digits) === 1) return digits
    }
  }

  function eventOf(mo: Mo & { from: string }): CallbackEvent {
    const event: CallbackEvent = { type: 'mo', mo }
    const mt = mo.relatedSupplierId && related.get(mo.integrationId, mo.relatedSupplierId)
    if (mt) {
      event.relatedMessageId = mt.id
      if (mt.client_message_id !== null) event.relatedClientMessageId = mt.client_message_id
    }
    return event
  }

  return {
    recordMos(now, mos) {
      const touched = new Set<string>()
      let stored = 0
      for (const mo of mos) {
        if (insert.run(mo.integrationId, mo.supplierId, mo.id, mo.at) === 0) continue
        stored++
        const from = mo.from ?? aliasOf(mo.userId ?? mo.supplierId)
        open.run(mo.integrationId, from, mo.at)
        touched.add(events.add(mo.integrationId, 'message', mo.id, eventOf({ ...mo, from }), now))
      }
      return { lanes: [...touched], stored }
    },
  }
}

const aliasCount = 10n ** 12n

const hashOf = (userId: string) => createHash('sha256').update(userId).digest().readBigUInt64BE() % aliasCount
