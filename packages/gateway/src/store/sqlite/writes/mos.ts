import type { DatabaseSync } from 'node:sqlite'
import { readPayload } from '../../../core/postback.ts'
import type { RecordedMo, RecordedMos } from '../../../core/store.ts'
import { moEvent, type PersonsMo, type RelatedRow } from '../../mo-event.ts'
import { statement } from '../statement.ts'
import type { Aliases } from './aliases.ts'
import type { Events } from './events.ts'
import type { Fetches } from './fetches.ts'
import type { OptOutWrites } from './opt-outs.ts'

const insertMo = 'INSERT OR IGNORE INTO mos (integration_id, supplier_id, id, at) VALUES (?, ?, ?, ?)'

const openWindow = `
  INSERT INTO windows (integration_id, person, at) VALUES (?, ?, ?)
  ON CONFLICT (integration_id, person) DO UPDATE SET at = max(at, excluded.at)`

const selectRelated = `
  SELECT mts.id, mts.client_message_id
  FROM supplier_ids JOIN mts ON mts.id = supplier_ids.mt_id
  WHERE supplier_ids.integration_id = ? AND supplier_ids.supplier_id = ?`

const selectOwn = 'SELECT id, client_message_id FROM mts WHERE integration_id = ? AND id = ?'

export interface Mos {
  recordMos(now: number, mos: RecordedMo[]): RecordedMos
}

export interface MoEvents {
  /** Adds the event that tells of an MO, and answers its lanes. */
  tell(mo: PersonsMo, now: number): string[]
}

export function moEvents(db: DatabaseSync, events: Events): MoEvents {
  const related = statement<RelatedRow>(db, selectRelated)
  const own = statement<RelatedRow>(db, selectOwn)

  function tell(mo: PersonsMo, now: number) {
    const payload = mo.content.type === 'button' ? mo.content.button.payload : undefined
    const pressed = payload === undefined ? undefined : readPayload(payload)
    const mt =
      (pressed && own.get(mo.integrationId, pressed.mtId)) ??
      (mo.relatedSupplierId && related.get(mo.integrationId, mo.relatedSupplierId))
    const event = moEvent(mo, mt || undefined)
    return events.add(mo.integrationId, { endpoint: 'message', messageId: mo.id, event }, now)
  }

  return { tell }
}

interface Parts {
  aliases: Aliases
  events: MoEvents
  fetches: Fetches
  optOuts: OptOutWrites
}

export function mos(db: DatabaseSync, { aliases, events, fetches, optOuts }: Parts): Mos {
  const insert = statement(db, insertMo)
  const open = statement(db, openWindow)

  return {
    recordMos(now, mos) {
      const touched = new Set<string>()
      const stored: RecordedMos['stored'] = []
      for (const { wish, ...mo } of mos) {
        if (insert.run(mo.integrationId, mo.supplierId, mo.id, mo.at) === 0) continue
        const from = mo.from ?? aliases.of(mo.userId ?? mo.supplierId)
        stored.push({ id: mo.id, from })
        open.run(mo.integrationId, from, mo.at)
        if (wish === 'stop')
          optOuts.putOptOut(now, { integrationId: mo.integrationId, msisdn: from, at: mo.at })
        if (wish === 'start') optOuts.deleteOptOut(now, mo.integrationId, from)
        const persons = { ...mo, from }
        const lanes =
          mo.content.type === 'attachment' ? [fetches.await(persons, now)] : events.tell(persons, now)
        for (const lane of lanes) touched.add(lane)
      }
      return { lanes: [...touched], stored }
    },
  }
}
