import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { pace } from './pace.ts'

test('no second sees more than the limit, wherever it begins, and a full second wastes nothing', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 }),
      (limit, pauses) => {
        const own = pace(limit)
        const left: number[] = []
        let now = 5000
        for (const pause of pauses) {
          now += pause
          const free = own.free(now)
          own.left(now, free)
          for (let i = 0; i < free; i++) left.push(now)
          const inThisSecond = left.filter((at) => at > now - 1000).length
          assert.equal(inThisSecond, limit, 'all that is free is given out')
        }
      },
    ),
  )
})

test('tells when the next message may leave', () => {
  const own = pace(2)
  own.left(100, 1)
  own.left(400, 1)
  assert.equal(own.free(500), 0)
  assert.equal(own.freeAt(), 1100)
  assert.equal(own.free(1100), 1)
})

test('what did not leave takes nothing from the others, which count as long as ever', () => {
  const own = pace(3)
  own.left(100, 1)
  own.left(200, 1)
  own.left(300, 1)
  own.stayed(200)
  own.stayed(250)
  assert.equal(own.free(400), 1)
  assert.equal(own.free(1100), 2)
  assert.equal(own.free(1200), 2)
  assert.equal(own.free(1300), 3)
})

test('halves when the supplier complains and grows back over quiet time', () => {
  const own = pace(80)
  own.slowDown(0)
  assert.equal(own.free(0), 40)
  own.slowDown(0)
  assert.equal(own.free(0), 20)
  assert.equal(own.free(9_999), 20)
  assert.equal(own.free(10_000), 21)
  for (let now = 20_000; now < 1_000_000; now += 10_000) own.free(now)
  assert.equal(own.free(1_000_000), 80)
})

test('while slowed down, waits for the right one of those that left before', () => {
  const own = pace(4)
  for (const at of [0, 10, 20, 30]) own.left(at, 1)
  own.slowDown(30)
  assert.equal(own.free(40), 0)
  assert.equal(own.freeAt(), 1020, 'two of the four still count at 1010, one at 1020')
})

test('leaves the last second of whoever sent before alone', () => {
  const own = pace(2, 500, 400)
  assert.equal(own.free(1099), 0)
  assert.equal(own.freeAt(), 1100)
  assert.equal(own.free(1100), 2)
  assert.equal(pace(2, 500, 1000).free(500), 2)
})
