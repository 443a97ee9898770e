import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { durationText, turnedText } from './clock.ts'

describe('how far a clock is ahead', () => {
  const durations: [ms: number, text: string][] = [
    [86_400_000, '1 day'],
    [2 * 86_400_000 + 3_660_000, '2 days 1 h 1 min'],
    [60_000, '1 min'],
    [1_000, 'less than a minute'],
  ]
  for (const [ms, text] of durations) test(`is ${text}`, () => assert.equal(durationText(ms), text))
})

describe('after a turn', () => {
  const now = { now: 0, offsetMs: 0 }

  test('a gateway that stayed behind is told of, with its reason', () => {
    const [one, other] = [
      { url: 'http://one.test', turned: true },
      { url: 'http://other.test', turned: false, problem: 'it answered 401' },
    ]
    assert.equal(turnedText({ ...now, gateways: [one] }), 'Turned, and the gateway too.')
    assert.equal(
      turnedText({ ...now, gateways: [one, other] }),
      'The gateway at http://other.test was not turned: it answered 401.',
    )
    assert.equal(turnedText({ ...now, gateways: [] }), 'Turned. No gateway has registered here.')
  })
})
