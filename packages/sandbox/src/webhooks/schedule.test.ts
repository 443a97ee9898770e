import assert from 'node:assert/strict'
import { test } from 'node:test'
import { delayAfter, groupSize } from './schedule.ts'

test('a refused post is tried again at once, then less and less often', () => {
  const seconds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 40].map((attempt) => delayAfter(attempt) / 1000)
  assert.deepEqual(seconds, [0, 1, 5, 30, 120, 600, 1_800, 3_600, 14_400, 14_400, 14_400])
})

test('what was refused more often goes out in smaller groups', () => {
  assert.deepEqual([0, 1, 2, 3, 30].map(groupSize), [100, 100, 10, 1, 1])
})
