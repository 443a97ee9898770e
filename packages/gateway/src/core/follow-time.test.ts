import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { pino } from 'pino'
import { businessClock } from './clock.ts'
import { openEvents } from './events.ts'
import { followTime } from './follow-time.ts'

const hourMs = 60 * 60 * 1000

describe('following the time of the ledger', () => {
  /** A ledger whose clock is `ahead` of this machine's. */
  function stage(ahead: number | undefined) {
    const lines: string[] = []
    const ledger = { ahead, asked: 0 }
    const clock = businessClock()
    const events = openEvents(pino({}, { write: (line: string) => void lines.push(line) }))
    const heard = Promise.withResolvers<void>()
    const store = {
      async time() {
        if (++ledger.asked === 8) heard.resolve()
        return ledger.ahead === undefined ? undefined : Date.now() + ledger.ahead
      },
    }
    return { ledger, clock, events, store, lines, heard: heard.promise }
  }

  test('the time is known before anything begins, and followed after that', async () => {
    const { ledger, heard, ...app } = stage(-hourMs)
    await using _following = await followTime(app, 1)
    assert.ok(Math.abs(app.clock.now() - Date.now() + hourMs) < 1000)
    ledger.ahead = hourMs
    await heard
    assert.ok(Math.abs(app.clock.now() - Date.now() - hourMs) < 1000)
  })

  test('a machine that is off is told of once, while it is', async () => {
    const { ledger, heard, lines, ...app } = stage(-hourMs)
    await using _following = await followTime(app, 1)
    await heard
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).msg),
      ['clock.differs'],
    )
    assert.match(await app.events.registry.metrics(), /^waypost_clock_ahead_seconds 3(600|599)/m)
  })

  test('where the machine’s clock is the ledger’s there is nothing to follow', async () => {
    const { ledger, ...app } = stage(undefined)
    await using _following = await followTime(app, 1)
    assert.equal(ledger.asked, 1)
    assert.ok(Math.abs(app.clock.now() - Date.now()) < 1000)
  })
})
