import type { DatabaseSync } from 'node:sqlite'
import { type Lease, LeaseLost, laneKindOf } from '../../../core/store.ts'
import { statement } from '../statement.ts'

interface LaneRow {
  node: string | null
  fence: number
  leased_until: number
}

interface UnderWay {
  id: string
  attempts: number
  on_uncertain: 'resend' | 'hold'
  uncertain_wait_ms: number
  expires_at: number
}

const selectLane = 'SELECT node, fence, leased_until FROM lanes WHERE lane = ?'

const putLease = `
  INSERT INTO lanes (lane, kind, node, fence, leased_until) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (lane) DO UPDATE
  SET node = excluded.node, fence = excluded.fence, leased_until = excluded.leased_until`

const endLease = 'UPDATE lanes SET node = NULL, leased_until = 0 WHERE lane = ? AND fence = ?'

const voidLeases = 'UPDATE lanes SET node = NULL, leased_until = 0 WHERE node IS NOT NULL'

const selectUnderWay = `
  SELECT id, attempts, on_uncertain, uncertain_wait_ms, expires_at FROM mts WHERE lane = ? AND under_way = 1`

const makeUncertain = 'UPDATE mts SET due_at = ?, under_way = 0, uncertain = 1 WHERE id = ?'

const leaveAttempt = `
  UPDATE attempts SET ended_at = ?, outcome = 'unknown', detail = 'The node that sent it was gone'
  WHERE mt_id = ? AND number = ? AND outcome IS NULL`

export interface Leases {
  /** Throws `LeaseLost` when a later lease of the lane exists. */
  check(lease: Lease): void
  lease(now: number, lanes: string[], node: string, leaseMs: number): Lease[]
  release(now: number, leases: Lease[]): void
}

/** Leases are of this process alone: those that a dead one held are void. */
export function leases(db: DatabaseSync): Leases {
  const laneRow = statement<LaneRow>(db, selectLane)
  const put = statement(db, putLease)
  const end = statement(db, endLease)
  const underWay = statement<UnderWay>(db, selectUnderWay)
  const uncertain = statement(db, makeUncertain)
  const leave = statement(db, leaveAttempt)
  db.exec(voidLeases)

  /** Nobody knows any more what became of the attempts that were under way. */
  function takeOver(lane: string, now: number) {
    for (const mt of underWay.all(lane)) {
      const dueAt = mt.on_uncertain === 'hold' ? mt.expires_at : now + mt.uncertain_wait_ms
      uncertain.run(dueAt, mt.id)
      leave.run(now, mt.id, mt.attempts)
    }
  }

  function take(now: number, lane: string, node: string, leaseMs: number): Lease | undefined {
    const realNow = Date.now() // leases go by real time, whatever the business clock says
    const known = laneRow.get(lane)
    const kind = laneKindOf(lane)
    if (known?.node === node) {
      put.run(lane, kind, node, known.fence, realNow + leaseMs)
      return { lane, fence: known.fence }
    }
    if (known && known.node !== null && known.leased_until > realNow) return undefined
    const fence = (known?.fence ?? 0) + 1
    put.run(lane, kind, node, fence, realNow + leaseMs)
    if (kind === 'mt') takeOver(lane, now)
    return { lane, fence }
  }

  return {
    check({ lane, fence }) {
      if (laneRow.get(lane)?.fence !== fence)
        throw new LeaseLost(`The lane ${lane} has another lease than ${fence}`)
    },
    lease: (now, lanes, node, leaseMs) => lanes.flatMap((lane) => take(now, lane, node, leaseMs) ?? []),
    release(_now, leases) {
      for (const { lane, fence } of leases) end.run(lane, fence)
    },
  }
}
