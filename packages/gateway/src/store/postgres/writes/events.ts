import type { StatusName } from '@waypost/protocol'
import { endpointLane } from '../../../core/endpoint.ts'
import { idMaker } from '../../../core/ids.ts'
import type { CallbackEvent } from '../../../core/store.ts'
import { isReported, type Reported, statusEvent } from '../../status-event.ts'
import { type EndpointName, endpointColumns, laneOfEndpoint } from '../endpoint-name.ts'
import { columnsOf, type Db, realNow } from '../query.ts'

const selectShadowed =
  'SELECT integration_id, endpoint FROM endpoints WHERE integration_id = ANY($1::text[]) AND shadowed = 1'

// The row is locked from here to the commit, which is next: so the sequence has no gap, and nobody waits for long.
const takeSequences = `
  INSERT INTO endpoints (integration_id, endpoint, last_sequence)
  SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[]) ORDER BY 1, 2
  ON CONFLICT (integration_id, endpoint) DO UPDATE
  SET last_sequence = endpoints.last_sequence + excluded.last_sequence
  RETURNING integration_id, endpoint, last_sequence, ${realNow} AS real_now`

const insertEvents = `
  INSERT INTO events (integration_id, endpoint, sequence, id, message_id, event, created_at, state, due_at)
  SELECT integration_id, endpoint, sequence, id, message_id, event, $7, 'waiting', $7
  FROM unnest($1::text[], $2::text[], $3::bigint[], $4::uuid[], $5::uuid[], $6::text[])
    AS new (integration_id, endpoint, sequence, id, message_id, event)`

interface Told {
  endpoint: 'message' | 'status'
  messageId: string
  event: CallbackEvent
}

/** The events of one transaction: gathered while it is decided, written at its end. */
export interface Events {
  /** Adds the event that reports a status; a status that is not reported adds none. Answers its lanes. */
  status(mt: Reported, status: StatusName, at: number): string[]
  /** Adds an event, for the endpoint and for its shadow if it has one, and answers their lanes. */
  add(integrationId: string, told: Told): string[]
  write(db: Db, now: number): Promise<void>
}

/** For the endpoints of these integrations. */
export async function openEvents(db: Db, integrationIds: Iterable<string>): Promise<Events> {
  const owners = [...new Set(integrationIds)]
  const rows = owners.length > 0 ? await db.all<EndpointName>(selectShadowed, owners) : []
  const shadowed = new Set(rows.map(laneOfEndpoint))
  const added = new Map<string, { messageId: string; event: string }[]>()

  function put(lane: string, messageId: string, event: string) {
    const of = added.get(lane)
    if (of) of.push({ messageId, event })
    else added.set(lane, [{ messageId, event }])
  }

  function add(integrationId: string, { endpoint, messageId, event }: Told): string[] {
    const lane = endpointLane(integrationId, endpoint)
    const told = shadowed.has(lane) ? [lane, endpointLane(integrationId, `shadow-${endpoint}`)] : [lane]
    const text = JSON.stringify(event)
    for (const one of told) put(one, messageId, text)
    return told
  }

  return {
    add,
    status(mt, status, at) {
      if (!isReported(status)) return []
      return add(mt.integration_id, {
        endpoint: 'status',
        messageId: mt.id,
        event: statusEvent(mt, status, at),
      })
    },
    async write(db, now) {
      if (added.size === 0) return
      const lanes = [...added.keys()]
      const lengths = [...added.values()].map(({ length }) => length)
      const taken = await db.all<EndpointName & { last_sequence: number; real_now: number }>(
        takeSequences,
        ...endpointColumns(lanes),
        lengths,
      )
      // Which week an event goes into is no matter of this machine's clock.
      const newId = idMaker(() => taken[0]?.real_now ?? now)
      const rows = taken.flatMap(({ last_sequence, ...name }) => {
        const of = added.get(laneOfEndpoint(name)) ?? []
        return of.map((one, index) => ({ ...name, sequence: last_sequence - of.length + 1 + index, ...one }))
      })
      const columns = columnsOf(
        rows,
        ({ integration_id }) => integration_id,
        ({ endpoint }) => endpoint,
        ({ sequence }) => sequence,
        () => newId(),
        ({ messageId }) => messageId,
        ({ event }) => event,
      )
      await db.run(insertEvents, ...columns, now)
    },
  }
}
