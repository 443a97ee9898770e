import type { DatabaseSync } from 'node:sqlite'
import { type LaneKind, type Lease, LeaseLost, laneKindOf, type TakenLease } from '../../../core/store.ts'
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

// Of a lane that nobody holds, leased_until says since when.
const endLease = 'UPDATE lanes SET node = NULL, leased_until = ? WHERE lane = ? AND fence = ?'

const voidLeases = 'UPDATE lanes SET node = NULL, leased_until = ? WHERE node IS NOT NULL'
const voidNodes = 'DELETE FROM nodes'

const putNode = `
  INSERT INTO nodes (kind, node, here_until) VALUES (?, ?, ?)
  ON CONFLICT (kind, node) DO UPDATE SET here_until = excluded.here_until`

const dropNodes = 'DELETE FROM nodes WHERE here_until <= ?'
const countNodes = 'SELECT count(*) AS nodes FROM nodes WHERE kind = ?'

const countLanes = `
  SELECT count(*) AS lanes FROM lanes WHERE kind = ? AND node IS NOT NULL AND leased_until > ?`

const selectUnderWay = `
  SELECT id, attempts, on_uncertain, uncertain_wait_ms, expires_at FROM mts WHERE lane = ? AND under_way = 1`

const makeUncertain = 'UPDATE mts SET due_at = ?, under_way = 0, uncertain = 1 WHERE id = ?'

const leaveAttempt = `
  UPDATE attempts SET ended_at = ?, outcome = 'unknown', detail = 'The node that sent it was gone'
  WHERE mt_id = ? AND number = ? AND outcome IS NULL`

export interface Leases {
  /** Throws `LeaseLost` when a later lease of the lane exists. */
  check(lease: Lease): void
  attend(now: number, kind: LaneKind, node: string, forMs: number): { nodes: number; lanes: number }
  lease(now: number, lanes: string[], node: string, leaseMs: number): TakenLease[]
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
  const here = statement(db, putNode)
  const gone = statement(db, dropNodes)
  const nodes = statement<{ nodes: number }>(db, countNodes)
  const held = statement<{ lanes: number }>(db, countLanes)
  db.prepare(voidLeases).run(Date.now())
  db.exec(voidNodes)

  /** Nobody knows any more what became of the attempts that were under way. */
  function takeOver(lane: string, now: number) {
    for (const mt of underWay.all(lane)) {
      const dueAt = mt.on_uncertain === 'hold' ? mt.expires_at : now + mt.uncertain_wait_ms
      uncertain.run(dueAt, mt.id)
      leave.run(now, mt.id, mt.attempts)
    }
  }

  function take(now: number, lane: string, node: string, leaseMs: number): TakenLease | undefined {
    const realNow = Date.now() // leases go by real time, whatever the business clock says
    const known = laneRow.get(lane)
    const kind = laneKindOf(lane)
    if (known?.node === node) {
      put.run(lane, kind, node, known.fence, realNow + leaseMs)
      return { lane, fence: known.fence, freeMs: 0 }
    }
    if (known && known.node !== null && known.leased_until > realNow) return undefined
    const fence = (known?.fence ?? 0) + 1
    put.run(lane, kind, node, fence, realNow + leaseMs)
    if (kind === 'mt') takeOver(lane, now)
    if (!known) return { lane, fence, freeMs: Infinity }
    return { lane, fence, freeMs: known.node === null ? realNow - known.leased_until : 0 }
  }

  return {
    check({ lane, fence }) {
      if (laneRow.get(lane)?.fence !== fence)
        throw new LeaseLost(`The lane ${lane} has another lease than ${fence}`)
    },
    lease: (now, lanes, node, leaseMs) => lanes.flatMap((lane) => take(now, lane, node, leaseMs) ?? []),
    attend(_now, kind, node, forMs) {
      const realNow = Date.now()
      here.run(kind, node, realNow + forMs)
      gone.run(realNow)
      return { nodes: nodes.get(kind)?.nodes ?? 0, lanes: held.get(kind, realNow)?.lanes ?? 0 }
    },
    release(_now, leases) {
      for (const { lane, fence } of leases) end.run(Date.now(), lane, fence)
    },
  }
}
