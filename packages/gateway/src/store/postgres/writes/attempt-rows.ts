import type { StandingRows } from '../../standing.ts'
import { columnsOf, type Db, isOf } from '../query.ts'
import { keyColumns, type MtKey } from './mt-key.ts'

const selectAttempts = `
  SELECT attempts.* FROM unnest($1::text[], $2::uuid[]) AS wanted (owner, mt)
    JOIN attempts ON ${isOf('attempts', 'owner')} AND mt_id = mt`

const putAttempts = `
  INSERT INTO attempts (integration_id, mt_id, number, began_at, ended_at, outcome, detail)
  SELECT * FROM unnest($1::text[], $2::uuid[], $3::int[], $4::bigint[], $5::bigint[], $6::text[], $7::text[])
  ON CONFLICT (integration_id, mt_id, number) DO UPDATE
  SET ended_at = excluded.ended_at, outcome = excluded.outcome, detail = excluded.detail`

interface Row {
  integration_id: string
  mt_id: string
  number: number
  began_at: number
  ended_at: number | null
  outcome: string | null
  detail: string | null
}

/** The attempts of the messages that a transaction holds. */
export interface AttemptRows {
  begin(mt: MtKey, number: number, at: number): void
  end: StandingRows['endAttempt']
  refute: StandingRows['refuteAttempt']
  count: StandingRows['countAttempts']
  write(db: Db): Promise<void>
}

export async function loadAttempts(db: Db, mts: MtKey[]): Promise<AttemptRows> {
  const rows = mts.length > 0 ? await db.all<Row>(selectAttempts, ...keyColumns(mts)) : []
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
    begin({ integration_id, id: mt_id }, number, began_at) {
      const row = { integration_id, mt_id, number, began_at, ended_at: null, outcome: null, detail: null }
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
        ({ integration_id }) => integration_id,
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
