import type { DatabaseSync } from 'node:sqlite'
import { type FetchResult, fetchLane, type Lease, type Touched } from '../../../core/store.ts'
import type { PersonsMo } from '../../mo-event.ts'
import { statement } from '../statement.ts'
import type { Leases } from './leases.ts'
import type { MoEvents } from './mos.ts'

const insertFetch = 'INSERT INTO fetches (mo_id, lane, mo, due_at) VALUES (?, ?, ?, ?)'
const postponeFetch = 'UPDATE fetches SET due_at = ?, attempts = attempts + 1 WHERE mo_id = ? AND lane = ?'
const endFetch = 'DELETE FROM fetches WHERE mo_id = ? AND lane = ? RETURNING mo'

export interface Fetches {
  /** Lets an MO wait for its file; answers the lane that it waits in. */
  await(mo: PersonsMo, now: number): string
}

export interface FetchWrites {
  recordFetches(now: number, lease: Lease, results: FetchResult[]): Touched
}

export function fetches(db: DatabaseSync): Fetches {
  const insert = statement(db, insertFetch)
  return {
    await(mo, now) {
      const lane = fetchLane(mo.integrationId)
      insert.run(mo.id, lane, JSON.stringify(mo), now)
      return lane
    },
  }
}

export function fetchWrites(
  db: DatabaseSync,
  { leases, events }: { leases: Pick<Leases, 'check'>; events: MoEvents },
): FetchWrites {
  const postpone = statement(db, postponeFetch)
  const end = statement<{ mo: string }>(db, endFetch)

  return {
    recordFetches(now, lease, results) {
      leases.check(lease)
      const touched = new Set<string>()
      for (const { moId, next } of results) {
        if ('dueAt' in next) {
          postpone.run(next.dueAt, moId, lease.lane)
          continue
        }
        const fetched = end.get(moId, lease.lane)
        if (!fetched) continue
        const mo: PersonsMo = JSON.parse(fetched.mo)
        for (const told of events.tell({ ...mo, content: next.content }, now)) touched.add(told)
      }
      return { lanes: [...touched] }
    },
  }
}
