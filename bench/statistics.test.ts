import assert from 'node:assert/strict'
import { test } from 'node:test'
import { percentile, ratioByRound, spreadOf } from './statistics.ts'

const spreads = [
  { values: [3, 1, 2], spread: { median: 2, least: 1, most: 3 } },
  { values: [4, 1, 2, 3], spread: { median: 2.5, least: 1, most: 4 } },
  { values: [7], spread: { median: 7, least: 7, most: 7 } },
]
for (const { values, spread } of spreads)
  test(`the spread of ${values} is ${spread.median}, from ${spread.least} to ${spread.most}`, () => {
    assert.deepEqual(spreadOf(values), spread)
  })

test('values are sorted as numbers, and left as they were', () => {
  const values = [10, 9, 100]
  assert.equal(spreadOf(values).median, 10)
  assert.deepEqual(values, [10, 9, 100])
})

test('a ratio is that of each round, whatever the rounds were like', () => {
  assert.deepEqual(ratioByRound([10, 200, 9], [20, 100, 3]), { median: 2, least: 0.5, most: 3 })
})

const hundred = Array.from({ length: 100 }, (_, i) => i + 1)
const percentiles = [
  { values: hundred, percent: 50, is: 50 },
  { values: hundred, percent: 99, is: 99 },
  { values: hundred, percent: 100, is: 100 },
  { values: hundred, percent: 0, is: 1 },
  { values: [5], percent: 99, is: 5 },
]
for (const { values, percent, is } of percentiles)
  test(`the ${percent}th percentile of ${values.length} values is ${is}`, () => {
    assert.equal(percentile(values, percent), is)
  })
