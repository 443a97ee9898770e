import type { Pool } from './connect.ts'

const weekMs = 7 * 24 * 60 * 60 * 1000
/** A Monday. */
const firstWeekAt = Date.UTC(2024, 0, 1)
/** How many are made before they come: a node that is down for so long finds its week. */
const weeksAhead = 2

/** The tables that are cut into weeks, and what room their pages keep for changes. */
const histories = { mts: 70, attempts: 70, supplier_ids: 100, events: 70 } as const

const selectWeeks = `
  SELECT right(relname, 8) AS name FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
  WHERE inhparent = 'mts'::regclass AND relname ~ '^mts_[0-9]{8}$' ORDER BY 1`

const selectTable = 'SELECT to_regclass($1::text) IS NOT NULL AS exists'

interface Week {
  /** As tables are named: `20261123`. */
  name: string
  /** Its ids, from the first to before the last. */
  from: string
  to: string
}

function weekAt(at: number): Week {
  const begins = firstWeekAt + Math.floor((at - firstWeekAt) / weekMs) * weekMs
  return {
    name: new Date(begins).toISOString().slice(0, 10).replaceAll('-', ''),
    from: firstIdAt(begins),
    to: firstIdAt(begins + weekMs),
  }
}

/** Below every id that is made then or later: ids begin with their time. */
const firstIdAt = (at: number) => at.toString(16).padStart(12, '0').padEnd(32, '0')

/** Ids from this one on are of the last two weeks. */
export const recentFrom = (now: number): string => weekAt(now - weekMs).from

/** Makes this week and the next ones, where they are not there; another node may do so at the same moment. */
export async function makeWeeks(pool: Pool, at: number): Promise<void> {
  for (let ahead = 0; ahead <= weeksAhead; ahead++) {
    const { name, from, to } = weekAt(at + ahead * weekMs)
    await pool.transaction(async (db) => {
      await db.run("SELECT pg_advisory_xact_lock(hashtext('waypost weeks'))")
      for (const [table, fillfactor] of Object.entries(histories)) {
        const [row] = await db.all<{ exists: boolean }>(selectTable, `${table}_${name}`)
        if (!row?.exists)
          await db.run(`CREATE TABLE ${table}_${name} PARTITION OF ${table} FOR VALUES FROM ('${from}') TO ('${to}')
            WITH (fillfactor = ${fillfactor}, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05)`)
      }
    })
  }
}

/**
 * Drops the weeks that were over before this time, with everything that was accepted, attempted and told in them. One in
 * which something still waits stays whole until nothing does. Answers their names.
 */
export async function dropWeeks(pool: Pool, before: number): Promise<string[]> {
  const weeks = await pool.read((db) => db.all<{ name: string }>(selectWeeks))
  const over = weeks.filter(({ name }) => beginOf(name) + weekMs <= before)
  const dropped: string[] = []
  for (const { name } of over)
    await pool.transaction(async (db) => {
      const tables = Object.keys(histories).map((table) => `${table}_${name}`)
      await db.run(`LOCK TABLE ${tables.join(', ')} IN ACCESS EXCLUSIVE MODE`)
      const [row] = await db.all<{ waits: boolean }>(`
        SELECT EXISTS (SELECT 1 FROM mts_${name} WHERE due_at IS NOT NULL)
          OR EXISTS (SELECT 1 FROM mts_${name} WHERE under_way = 1)
          OR EXISTS (SELECT 1 FROM events_${name} WHERE due_at IS NOT NULL) AS waits`)
      if (row?.waits) return
      await db.run(`DROP TABLE ${tables.join(', ')}`)
      dropped.push(name)
    })
  return dropped
}

const beginOf = (name: string) => Date.parse(name.replace(/(....)(..)(..)/, '$1-$2-$3'))
