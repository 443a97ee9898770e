import { readPayload } from '../../../core/postback.ts'
import { type FetchResult, fetchLane, type Lease, type Touched } from '../../../core/store.ts'
import { moEvent, type PersonsMo, type RelatedRow } from '../../mo-event.ts'
import { columnsOf, type Db, isOf } from '../query.ts'
import { recentFrom } from '../weeks.ts'
import { type Events, openEvents } from './events.ts'
import { holdFences } from './fences.ts'
import { keyColumns } from './mt-key.ts'
import { knownAs } from './supplier-ids.ts'

export type { PersonsMo } from '../../mo-event.ts'

const selectRelated = `
  SELECT supplier_id, mts.id, mts.integration_id, client_message_id
  FROM unnest($1::text[], $2::text[]) AS wanted (owner, name)
    CROSS JOIN LATERAL ${knownAs('owner', 'name', '$3')} AS known
    JOIN mts ON ${isOf('mts', 'known.integration_id')} AND id = mt_id`

const selectOwn = `
  SELECT id, integration_id, client_message_id
  FROM unnest($1::text[], $2::uuid[]) AS wanted (owner, mt) JOIN mts ON ${isOf('mts', 'owner')} AND id = mt`

const insertFetch = `
  INSERT INTO fetches (mo_id, integration_id, mo, due_at)
  SELECT *, $4 FROM unnest($1::uuid[], $2::text[], $3::text[])`

const postponeFetch =
  'UPDATE fetches SET due_at = $1, attempts = attempts + 1 WHERE integration_id = $2 AND mo_id = $3'
const endFetch = 'DELETE FROM fetches WHERE integration_id = $1 AND mo_id = $2 RETURNING mo'

interface MtRow extends RelatedRow {
  integration_id: string
}

/** Adds the events that tell of MOs; the messages that they answer are looked up together. */
export async function moEvents(db: Db, mos: PersonsMo[], { events, now }: { events: Events; now: number }) {
  const answering = mos.filter(({ relatedSupplierId }) => relatedSupplierId !== undefined)
  const pressed = mos.flatMap((mo) => {
    const id = pressedIn(mo)
    return id === undefined ? [] : { integration_id: mo.integrationId, id }
  })
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
          recentFrom(now),
        ),
    pressed.length === 0 ? [] : db.all<MtRow>(selectOwn, ...keyColumns(pressed)),
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
    ({ integrationId }) => integrationId,
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
  const integrationId = lease.lane.slice(fetchLane('').length)
  const fetched: PersonsMo[] = []
  for (const { moId, next } of results) {
    if ('dueAt' in next) {
      await db.run(postponeFetch, next.dueAt, integrationId, moId)
      continue
    }
    const [row] = await db.all<{ mo: string }>(endFetch, integrationId, moId)
    if (row) fetched.push({ ...JSON.parse(row.mo), content: next.content })
  }
  const events = await openEvents(
    db,
    fetched.map(({ integrationId }) => integrationId),
  )
  const { tell } = await moEvents(db, fetched, { events, now })
  const lanes = new Set(fetched.flatMap(tell))
  await events.write(db, now)
  return { lanes: [...lanes] }
}
