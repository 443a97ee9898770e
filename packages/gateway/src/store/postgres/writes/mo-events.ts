import { readPayload } from '../../../core/postback.ts'
import { type FetchResult, fetchLane, type Lease, type Touched } from '../../../core/store.ts'
import { moEvent, type PersonsMo, type RelatedRow } from '../../mo-event.ts'
import { columnsOf, type Db } from '../query.ts'
import { type Events, openEvents } from './events.ts'
import { holdFences } from './fences.ts'
import { bounds } from './supplier-ids.ts'

export type { PersonsMo } from '../../mo-event.ts'

const selectRelated = `
  SELECT supplier_ids.supplier_id, mts.id, mts.integration_id, mts.client_message_id
  FROM supplier_ids JOIN mts ON mts.id = supplier_ids.mt_id
  WHERE (supplier_ids.integration_id, supplier_ids.supplier_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))`

const selectOwn = `
  SELECT id, integration_id, client_message_id FROM mts WHERE id = ANY($1::text[]) AND id >= $2 AND id <= $3`

const insertFetch = `
  INSERT INTO fetches (mo_id, lane, mo, due_at)
  SELECT *, $4 FROM unnest($1::text[], $2::text[], $3::text[])`

const postponeFetch = 'UPDATE fetches SET due_at = $1, attempts = attempts + 1 WHERE mo_id = $2 AND lane = $3'
const endFetch = 'DELETE FROM fetches WHERE mo_id = $1 AND lane = $2 RETURNING mo'

interface MtRow extends RelatedRow {
  integration_id: string
}

/** Adds the events that tell of MOs; the messages that they answer are looked up together. */
export async function moEvents(db: Db, mos: PersonsMo[], events: Events) {
  const answering = mos.filter(({ relatedSupplierId }) => relatedSupplierId !== undefined)
  const pressed = mos.flatMap((mo) => pressedIn(mo) ?? [])
  const [related, own] = await Promise.all([
    answering.length === 0
      ? []
      : db.all<MtRow & { supplier_id: string }>(
          selectRelated,
          ...columnsOf(
            answering,
            ({ integrationId }) => integrationId,
            ({ relatedSupplierId }) => relatedSupplierId ?? null,
          ),
        ),
    pressed.length === 0 ? [] : db.all<MtRow>(selectOwn, pressed, ...bounds(pressed)),
  ])

  const mtOf = (mo: PersonsMo): RelatedRow | undefined => {
    const { integrationId, relatedSupplierId } = mo
    const id = pressedIn(mo)
    return (
      own.find((row) => row.id === id && row.integration_id === integrationId) ??
      related.find((row) => row.supplier_id === relatedSupplierId && row.integration_id === integrationId)
    )
  }

  return {
    tell: (mo: PersonsMo): string[] =>
      events.add(mo.integrationId, { endpoint: 'message', messageId: mo.id, event: moEvent(mo, mtOf(mo)) }),
  }
}

function pressedIn({ content }: PersonsMo): string | undefined {
  const payload = content.type === 'button' ? content.button.payload : undefined
  return payload === undefined ? undefined : readPayload(payload)?.mtId
}

/** Lets MOs wait for their files. */
export async function insertFetches(db: Db, mos: PersonsMo[], now: number): Promise<void> {
  if (mos.length === 0) return
  const columns = columnsOf(
    mos,
    ({ id }) => id,
    ({ integrationId }) => fetchLane(integrationId),
    (mo) => JSON.stringify(mo),
  )
  await db.run(insertFetch, ...columns, now)
}

export async function recordFetches(
  db: Db,
  { lease, results }: { lease: Lease; results: FetchResult[] },
  now: number,
): Promise<Touched> {
  const fences = await holdFences(db, [lease.lane])
  fences.check(lease)
  const fetched: PersonsMo[] = []
  for (const { moId, next } of results) {
    if ('dueAt' in next) {
      await db.run(postponeFetch, next.dueAt, moId, lease.lane)
      continue
    }
    const [row] = await db.all<{ mo: string }>(endFetch, moId, lease.lane)
    if (row) fetched.push({ ...JSON.parse(row.mo), content: next.content })
  }
  const events = await openEvents(
    db,
    fetched.map(({ integrationId }) => integrationId),
  )
  const { tell } = await moEvents(db, fetched, events)
  const lanes = new Set(fetched.flatMap(tell))
  await events.write(db, now)
  return { lanes: [...lanes] }
}
