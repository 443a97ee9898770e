import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { nextAttempt, schedule, settle } from './schedule.ts'

const firstAttemptAt = Date.UTC(2026, 0, 1)
const hour = 3_600_000
const middle = () => 0.5

/** When each attempt is made if all of them fail at once. */
function attemptsOf(random: () => number): number[] {
  const times = [firstAttemptAt]
  for (;;) {
    const at = times[times.length - 1] ?? firstAttemptAt
    const next = nextAttempt({ firstAttemptAt, attempts: times.length, now: () => at, random })
    if (next === undefined) return times
    times.push(next)
  }
}

const gapsBetween = (times: number[]) => times.slice(1).map((at, index) => at - (times[index] ?? at))

describe('the schedule', () => {
  test('waits 5 s, 30 s, 2, 10 and 30 min, 1, 2 and 4 h, then 8 h each time until 72 h have passed', () => {
    const seconds = gapsBetween(attemptsOf(middle)).map((ms) => ms / 1000)
    const first = [5, 30, 120, 600, 1800, 3600, 7200, 14_400]
    assert.deepEqual(seconds, [...first, ...Array(8).fill(28_800)])
  })

  test('stays within 72 h, grows, and strays at most a fifth, whatever chance says', () => {
    const chances = fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }))
    fc.assert(
      fc.property(chances, (chance) => {
        const times = attemptsOf(() => chance.next().value)
        const gaps = gapsBetween(times)
        const last = times[times.length - 1] ?? 0
        assert.ok(last <= firstAttemptAt + 72 * hour)
        // It does not give up while even the longest gap would still have fitted.
        assert.ok(last + 8 * hour * 1.2 >= firstAttemptAt + 72 * hour)
        for (const [index, gap] of gaps.entries()) {
          const nominal = schedule.gapsMs[index] ?? 8 * hour
          assert.ok(Math.abs(gap - nominal) <= nominal * 0.2 + 1)
          const before = gaps[index - 1]
          if (before !== undefined && index < schedule.gapsMs.length) assert.ok(gap > before)
        }
      }),
    )
  })

  test('uses the whole of the jitter', () => {
    const gap = (random: number) =>
      (nextAttempt({ firstAttemptAt, attempts: 1, now: () => firstAttemptAt, random: () => random }) ?? 0) -
      firstAttemptAt
    assert.deepEqual([gap(0), gap(0.5), gap(1)], [4000, 5000, 6000])
  })

  test('gives up when its time is over', () => {
    const now = () => firstAttemptAt + 73 * hour
    assert.equal(nextAttempt({ firstAttemptAt, attempts: 1, now, random: middle }), undefined)
  })
})

describe('settling an attempt', () => {
  const callback = { id: 'seventh', sequence: 7, firstAttemptAt, attempts: 0 }
  const chance = { now: () => firstAttemptAt + 1000, random: middle }

  test('delivered stays delivered', () => {
    assert.deepEqual(settle(callback, { httpStatus: 204, verdict: 'delivered' }, chance), {
      id: 'seventh',
      sequence: 7,
      at: firstAttemptAt + 1000,
      httpStatus: 204,
      next: { state: 'delivered' },
    })
  })

  test('a final answer is a dead letter at the first attempt', () => {
    assert.deepEqual(settle(callback, { httpStatus: 301, error: 'redirect', verdict: 'final' }, chance), {
      id: 'seventh',
      sequence: 7,
      at: firstAttemptAt + 1000,
      httpStatus: 301,
      error: 'redirect',
      next: { state: 'dead' },
    })
  })

  test('the first failure waits for the first gap', () => {
    assert.deepEqual(settle(callback, { error: 'timeout', verdict: 'retry' }, chance), {
      id: 'seventh',
      sequence: 7,
      at: firstAttemptAt + 1000,
      error: 'timeout',
      next: { state: 'waiting', dueAt: firstAttemptAt + 6000 },
    })
  })

  test('the fourth failure waits for the fourth gap', () => {
    const { next } = settle({ ...callback, attempts: 3 }, { httpStatus: 500, verdict: 'retry' }, chance)
    assert.deepEqual(next, { state: 'waiting', dueAt: firstAttemptAt + 1000 + 600_000 })
  })

  test('the first failure waits for the first gap, however long the event waited for its first attempt', () => {
    const first = { id: 'seventh', sequence: 7, attempts: 0 }
    const { next } = settle(first, { httpStatus: 500, verdict: 'retry' }, chance)
    assert.deepEqual(next, { state: 'waiting', dueAt: firstAttemptAt + 6000 })
  })

  test('a failure 72 h after the first attempt is a dead letter', () => {
    const late = { now: () => firstAttemptAt + 72 * hour, random: middle }
    const { next } = settle({ ...callback, attempts: 15 }, { httpStatus: 500, verdict: 'retry' }, late)
    assert.deepEqual(next, { state: 'dead' })
  })
})
