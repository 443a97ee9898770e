import type { SQLOutputValue } from 'node:sqlite'
import type { Database } from '../database.ts'
import type { Notice } from './shapes.ts'

/** A notice until the business's receiver has taken it. */
export interface Waiting extends Notice {
  readonly seq: number
  readonly phoneNumberId: string
  /** The person's message that is delivered with it. */
  readonly messageId: string | undefined
  readonly at: number
  /** Posts the receiver answered with anything but 200. */
  attempts: number
  /** When it may be taken from here; undefined while somebody holds it in memory. */
  dueAt: number | undefined
  /** The file has a row of it. */
  stored: boolean
}

/** All notices that wait, for all businesses. It survives a restart: what was held then is due. */
export interface Outbox {
  add(draft: Omit<Waiting, 'seq' | 'stored' | 'attempts'>): Waiting
  remove(waiting: Waiting): void
  /** Gives it back until `dueAt`. */
  postpone(waiting: Waiting, dueAt: number): void
  /** Takes what is due, so that it is the caller's to hold. */
  take(phoneNumberId: string, at: number, limit: number): Waiting[]
  nextDueAt(phoneNumberId: string): number | undefined
  /** Makes everything that was given back due, as if never tried. */
  release(phoneNumberId: string): void
}

const columns = 'seq, phone_number_id, kind, body, contact, message_id, at, attempts, due_at'

export function openOutbox(database: Database): Outbox {
  const { sql } = database
  const changes = new Map<number, Waiting>()
  const removals = new Set<number>()
  sql.exec('UPDATE webhook SET due_at = 0 WHERE due_at IS NULL')
  let lastSeq = Number(sql.prepare('SELECT max(seq) AS seq FROM webhook').get()?.seq ?? 0)

  const put = sql.prepare(
    `INSERT INTO webhook (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (seq) DO UPDATE SET attempts = excluded.attempts, due_at = excluded.due_at`,
  )
  const remove = sql.prepare('DELETE FROM webhook WHERE seq = ?')
  const due = sql.prepare(
    `SELECT ${columns} FROM webhook WHERE phone_number_id = ? AND due_at <= ? ORDER BY due_at, seq LIMIT ?`,
  )
  const next = sql.prepare(
    'SELECT min(due_at) AS at FROM webhook WHERE phone_number_id = ? AND due_at IS NOT NULL',
  )
  const release = sql.prepare(
    'UPDATE webhook SET due_at = 0, attempts = 0 WHERE phone_number_id = ? AND due_at IS NOT NULL',
  )

  database.join({
    write() {
      for (const waiting of changes.values()) put.run(...valuesOf(waiting))
      for (const seq of removals) remove.run(seq)
    },
    written() {
      for (const waiting of changes.values()) waiting.stored = true
      changes.clear()
      removals.clear()
    },
  })

  function change(waiting: Waiting): void {
    changes.set(waiting.seq, waiting)
    database.changed()
  }

  return {
    add(draft) {
      const waiting = { ...draft, seq: ++lastSeq, attempts: 0, stored: false }
      change(waiting)
      return waiting
    },
    remove(waiting) {
      changes.delete(waiting.seq)
      if (!waiting.stored) return
      removals.add(waiting.seq)
      database.changed()
    },
    postpone(waiting, dueAt) {
      waiting.dueAt = dueAt
      change(waiting)
    },
    take(phoneNumberId, at, limit) {
      database.flush()
      const taken = due.all(phoneNumberId, at, limit).map(waitingOf)
      for (const waiting of taken) change(waiting)
      return taken
    },
    nextDueAt(phoneNumberId) {
      database.flush()
      const at = next.get(phoneNumberId)?.at ?? null
      return at === null ? undefined : Number(at)
    },
    release(phoneNumberId) {
      database.flush()
      release.run(phoneNumberId)
    },
  }
}

function valuesOf(w: Waiting) {
  const { seq, phoneNumberId, kind, body, contact, messageId, at, attempts, dueAt } = w
  return [seq, phoneNumberId, kind, body, contact, messageId ?? null, at, attempts, dueAt ?? null] as const
}

function waitingOf(row: Record<string, SQLOutputValue>): Waiting {
  return {
    seq: Number(row.seq),
    phoneNumberId: String(row.phone_number_id),
    // Only `valuesOf` writes the column.
    kind: row.kind as Notice['kind'],
    body: String(row.body),
    contact: String(row.contact),
    messageId: row.message_id === null ? undefined : String(row.message_id),
    at: Number(row.at),
    attempts: Number(row.attempts),
    dueAt: undefined,
    stored: true,
  }
}
