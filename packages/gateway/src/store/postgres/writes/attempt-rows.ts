import type { StandingRows } from '../../standing.ts'
import { columnsOf, type Db } from '../query.ts'
import { bounds } from './supplier-ids.ts'

const selectAttempts = `
  SELECT mt_id, number, began_at, ended_at, outcome, detail FROM attempts
  WHERE mt_id = ANY($1::text[]) AND mt_id >= $2 AND mt_id <= $3`

const putAttempts = `
  INSERT INTO attempts (mt_id, number, began_at, ended_at, outcome, detail)
  SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[], $5::text[], $6::text[])
  ON CONFLICT (mt_id, number) DO UPDATE
  SET ended_at = excluded.ended_at, outcome = excluded.outcome, detail = excluded.detail`

interface Row {
  mt_id: string
  number: number
  began_at: number
  ended_at: number | null
  outcome: string | null
  detail: string | null
}

/** The attempts of the messages that a transaction holds. */
export interface AttemptRows {
  begin(mtId: string, number: number, at: number): void
  end: StandingRows['endAttempt']
  refute: StandingRows['refuteAttempt']
  count: StandingRows['countAttempts']
  write(db: Db): Promise<void>
}

export async function loadAttempts(db: Db, mtIds: string[]): Promise<AttemptRows> {
  const rows = mtIds.length > 0 ? await db.all<Row>(selectAttempts, mtIds, ...bounds(mtIds)) : []
  const held = new Map<string, Map<number, Row>>()
  const changed = new Set<Row>()
  for (const row of rows) keep(row)

  function keep(row: Row) {
    const numbers = held.get(row.mt_id) ?? new Map<number, Row>()
    held.set(row.mt_id, numbers.set(row.number, row))
  }

  function put(row: Row, at: number, outcome: string, detail: string | undefined) {
    Object.assign(row, { ended_at: at, outcome, detail: detail ?? null })
    changed.add(row)
  }

  return {
    begin(mtId, number, at) {
      const row: Row = { mt_id: mtId, number, began_at: at, ended_at: null, outcome: null, detail: null }
      keep(row)
      changed.add(row)
    },
    end(mt, number, at, outcome, detail) {
      const row = held.get(mt.id)?.get(number)
      if (!row) return false
      const corrects = outcome === 'sent' && (row.outcome === 'unknown' || row.outcome === 'deferred')
      if (row.outcome !== null && !corrects) return false
      put(row, at, outcome, detail)
      return true
    },
    refute(mt, number, at, detail) {
      const row = held.get(mt.id)?.get(number)
      if (row) put(row, at, 'failed', detail)
    },
    count(mt, before, detail) {
      const own = [...(held.get(mt.id)?.values() ?? [])]
      return own.filter((row) => row.number < before && row.detail === detail).length
    },
    async write(db) {
      if (changed.size === 0) return
      const columns = columnsOf(
        [...changed],
        ({ mt_id }) => mt_id,
        ({ number }) => number,
        ({ began_at }) => began_at,
        ({ ended_at }) => ended_at,
        ({ outcome }) => outcome,
        ({ detail }) => detail,
      )
      await db.run(putAttempts, ...columns)
    },
  }
}
