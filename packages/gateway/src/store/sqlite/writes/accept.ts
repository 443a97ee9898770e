import type { DatabaseSync } from 'node:sqlite'
import { AlreadyAnswered, type KeptAnswer } from '../../../core/store.ts'
import { answerKeptMs } from '../../answer.ts'
import { minuteMs } from '../../minute.ts'
import type { NewMt } from '../../mt-row.ts'
import { statement } from '../statement.ts'
import type { Balances } from './balances.ts'
import type { Events } from './events.ts'

const insertMt = `
  INSERT INTO mts (id, integration_id, lane, recipient, content, client_message_id, generation, priority,
    accepted_at, due_at, expires_at, conversation, status, status_at, on_uncertain, uncertain_wait_ms,
    encryption_key, price, charge)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?18, iif(?18 IS NULL, NULL, 'reserved'))`

const countAccepted = `
  INSERT INTO accepted (minute, integration_id, messages) VALUES (?, ?, ?)
  ON CONFLICT (minute, integration_id) DO UPDATE SET messages = messages + excluded.messages`

const selectAnswer = 'SELECT at FROM answers WHERE integration_id = ? AND key = ?'

const putAnswer = `
  INSERT OR REPLACE INTO answers (integration_id, key, request_hash, status, body, at) VALUES (?, ?, ?, ?, ?, ?)`

const forgetAnswers = `
  DELETE FROM answers WHERE (integration_id, key) IN (SELECT integration_id, key FROM answers WHERE at <= ? LIMIT 10)`

export interface Accept {
  /** Answers the lanes of the events that this wrote; undefined where it wrote none, as it mostly does. */
  accept(now: number, mts: NewMt[], answer?: KeptAnswer): string[] | undefined
  /** Called once at the end of each transaction: many small calls are counted together. */
  writeCounts(): void
  /** Forgets what a transaction that did not come about would have counted. */
  dropCounts(): void
}

export function accept(db: DatabaseSync, events: Events, balances: Balances): Accept {
  const insert = db.prepare(insertMt)
  const count = statement(db, countAccepted)
  const answerAt = statement<{ at: number }>(db, selectAnswer)
  const keep = statement(db, putAnswer)
  const forget = statement(db, forgetAnswers)
  let counts = new Map<string, Map<number, number>>()

  function checkAnswer({ integrationId, key, at }: KeptAnswer) {
    const known = answerAt.get(integrationId, key)
    if (known && known.at > at - answerKeptMs) throw new AlreadyAnswered(`The key ${key} was answered before`)
  }

  function keepAnswer({ integrationId, key, requestHash, status, body, at }: KeptAnswer) {
    forget.run(at - answerKeptMs)
    keep.run(integrationId, key, requestHash, status, body, at)
  }

  function reserve(mts: NewMt[]) {
    let total = 0
    for (const { 17: price } of mts) total += price ?? 0
    if (mts[0] && total > 0) balances.reserve(mts[0][1], total)
  }

  function countMt(integrationId: string, acceptedAt: number) {
    const minutes = counts.get(integrationId) ?? new Map<number, number>()
    counts.set(integrationId, minutes)
    const minute = Math.floor(acceptedAt / minuteMs)
    minutes.set(minute, (minutes.get(minute) ?? 0) + 1)
  }

  return {
    accept(now, mts, answer) {
      if (answer) checkAnswer(answer)
      reserve(mts)
      if (answer) keepAnswer(answer)
      for (const mt of mts) insert.run(...mt)
      let told: Set<string> | undefined
      for (const row of mts) {
        const [id, integration_id, lane, , , client_message_id, , , acceptedAt, dueAt, , , status, statusAt] =
          row
        if (dueAt !== null) countMt(integration_id, acceptedAt)
        const mt = { id, integration_id, lane, client_message_id }
        for (const touched of events.status(mt, status, statusAt, now)) {
          told ??= new Set()
          told.add(touched)
        }
      }
      return told && [...told]
    },
    writeCounts() {
      for (const [integrationId, minutes] of counts)
        for (const [minute, messages] of minutes) count.run(minute, integrationId, messages)
      counts = new Map()
    },
    dropCounts() {
      counts = new Map()
    },
  }
}
