import type { SQLOutputValue } from 'node:sqlite'
import type { Database } from '../database.ts'
import type { Message } from './message.ts'

/** Everything said, both ways. What was written long ago is in the file only. */
export interface Conversations {
  add(message: Omit<Message, 'seq'>): Message
  /** Stores a message that got further. */
  update(message: Message): void
  get(id: string): Message | undefined
  /** All of a phone, oldest first. */
  ofPhone(msisdn: string): Message[]
  /** When the person last wrote to the business; long ago where never. */
  lastWrittenAt(msisdn: string, phoneNumberId: string): number
  /** Messages that have reached their `deliverAt`. */
  due(at: number, limit: number): Message[]
  /** The earliest `deliverAt` there is. */
  nextDueAt(): number | undefined
  /** Sends the messages a phone missed while it was off on their way. */
  release(msisdn: string, at: number): void
}

const columns =
  'seq, id, msisdn, phone_number_id, direction, content, reply_to, callback_data, at, ticks, deliver_at, reports'

export function conversationTable(database: Database): Conversations {
  const { sql } = database
  const changes = new Map<string, Message>()
  let lastSeq = Number(sql.prepare('SELECT max(seq) AS seq FROM message').get()?.seq ?? 0)

  const put = sql.prepare(
    `INSERT INTO message (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (seq) DO UPDATE SET content = excluded.content, ticks = excluded.ticks, deliver_at = excluded.deliver_at`,
  )
  const one = sql.prepare(`SELECT ${columns} FROM message WHERE id = ?`)
  const list = sql.prepare(`SELECT ${columns} FROM message WHERE msisdn = ? ORDER BY seq`)
  const lastWritten = sql.prepare(
    `SELECT max(at) AS at FROM message WHERE msisdn = ? AND phone_number_id = ? AND direction = 'out'`,
  )
  const due = sql.prepare(
    `SELECT ${columns} FROM message WHERE deliver_at <= ? ORDER BY deliver_at, seq LIMIT ?`,
  )
  const next = sql.prepare('SELECT min(deliver_at) AS at FROM message WHERE deliver_at IS NOT NULL')
  const release = sql.prepare(
    `UPDATE message SET deliver_at = ?
     WHERE msisdn = ? AND ticks = 'sent' AND direction = 'in' AND deliver_at IS NULL`,
  )

  database.join({
    write() {
      for (const message of changes.values()) put.run(...valuesOf(message))
    },
    written: () => changes.clear(),
  })

  function update(message: Message): void {
    changes.set(message.id, message)
    database.changed()
  }

  return {
    add(draft) {
      const message = { seq: ++lastSeq, ...draft }
      update(message)
      return message
    },
    update,
    get(id) {
      const changed = changes.get(id)
      if (changed) return changed
      const row = one.get(id)
      return row && messageOf(row)
    },
    ofPhone(msisdn) {
      database.flush()
      return list.all(msisdn).map(messageOf)
    },
    lastWrittenAt(msisdn, phoneNumberId) {
      database.flush()
      return Number(lastWritten.get(msisdn, phoneNumberId)?.at ?? 0)
    },
    due(at, limit) {
      database.flush()
      return due.all(at, limit).map(messageOf)
    },
    nextDueAt() {
      database.flush()
      const at = next.get()?.at ?? null
      return at === null ? undefined : Number(at)
    },
    release(msisdn, at) {
      database.flush()
      release.run(at, msisdn)
    },
  }
}

function valuesOf(m: Message) {
  return [
    m.seq,
    m.id,
    m.msisdn,
    m.phoneNumberId,
    m.direction,
    JSON.stringify(m.content),
    m.replyTo ?? null,
    m.callbackData ?? null,
    m.at,
    m.ticks,
    m.deliverAt ?? null,
    m.reports ?? null,
  ] as const
}

/** The casts hold because only `valuesOf` writes these columns. */
function messageOf(row: Record<string, SQLOutputValue>): Message {
  const {
    seq,
    id,
    msisdn,
    phone_number_id,
    direction,
    content,
    reply_to,
    callback_data,
    at,
    ticks,
    deliver_at,
    reports,
  } = row
  return {
    seq: Number(seq),
    id: String(id),
    msisdn: String(msisdn),
    phoneNumberId: String(phone_number_id),
    direction: direction as Message['direction'],
    content: JSON.parse(String(content)) as Message['content'],
    replyTo: reply_to === null ? undefined : String(reply_to),
    callbackData: callback_data === null ? undefined : String(callback_data),
    at: Number(at),
    ticks: ticks as Message['ticks'],
    deliverAt: deliver_at === null ? undefined : Number(deliver_at),
    reports: reports === null ? undefined : (reports as Message['reports']),
  }
}
