import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { businessClock } from './clock.ts'

const hourMs = 60 * 60 * 1000

describe('a business clock', () => {
  /** A machine whose own clock says anything, and whose other one says how much time passes. */
  function machine() {
    const own = { wall: 5 * hourMs, passed: 1000 }
    const clock = businessClock({ wall: () => own.wall, passed: () => own.passed })
    const turns: number[] = []
    clock.onTurn(() => turns.push(clock.now()))
    return { own, clock, turns }
  }

  test('is the machine’s while it heard no other time', () => {
    const { own, clock } = machine()
    assert.equal(clock.now(), 5 * hourMs)
    own.wall = 4 * hourMs
    assert.equal(clock.now(), 4 * hourMs)
    assert.equal(clock.aheadMs(), 0)
  })

  test('is the time it heard, and goes on whatever the machine’s clock does', () => {
    const { own, clock } = machine()
    clock.hear(7 * hourMs, { asked: 990, answered: 1010 })
    assert.equal(clock.now(), 7 * hourMs)
    assert.equal(clock.aheadMs(), -2 * hourMs)
    own.passed += 500
    own.wall = 0
    assert.equal(clock.now(), 7 * hourMs + 500)
  })

  test('is moved only as far as an answer proves that it is off, however long that was under way', () => {
    const { clock } = machine()
    clock.hear(7 * hourMs, { asked: 990, answered: 1010 })
    clock.hear(7 * hourMs + 300, { asked: 600, answered: 1000 })
    assert.equal(clock.now(), 7 * hourMs + 300)
    clock.hear(7 * hourMs + 305, { asked: 990, answered: 1010 })
    assert.equal(clock.now(), 7 * hourMs + 300)
    clock.hear(7 * hourMs + 330, { asked: 990, answered: 1010 })
    assert.equal(clock.now(), 7 * hourMs + 320)
  })

  test('is turned from the time it heard', () => {
    const { clock, turns } = machine()
    clock.turn(24 * hourMs)
    clock.hear(7 * hourMs, { asked: 1000, answered: 1000 })
    assert.equal(clock.now(), 31 * hourMs)
    assert.equal(clock.realNow(), 7 * hourMs)
    clock.turn(0)
    assert.equal(clock.now(), 7 * hourMs)
    assert.deepEqual(turns, [29 * hourMs, 31 * hourMs, 7 * hourMs])
  })

  test('whoever waits looks again when what it hears is another time altogether, and not for little', () => {
    const { clock, turns } = machine()
    clock.hear(7 * hourMs, { asked: 1000, answered: 1000 })
    clock.hear(7 * hourMs + 900, { asked: 1000, answered: 1000 })
    clock.hear(6 * hourMs, { asked: 1000, answered: 1000 })
    assert.deepEqual(turns, [7 * hourMs, 6 * hourMs])
  })
})
