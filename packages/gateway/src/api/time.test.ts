import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isTime } from './time.ts'

const times = {
  '2026-11-25T09:30:00Z': true,
  '2026-11-25T09:30:00.123456+02:00': true,
  '2026-11-25T09:30-11:30': true,
  '2028-02-29T00:00:00Z': true,
  '2026-02-29T00:00:00Z': false,
  '2026-02-30T00:00:00Z': false,
  '2026-13-01T00:00:00Z': false,
  '2026-11-25T25:00:00Z': false,
  '2026-11-25T09:30:00': false,
  '2026-11-25': false,
  '25 Nov 2026 09:30 GMT': false,
  '1795575420826': false,
  '': false,
}

for (const [text, isOne] of Object.entries(times))
  test(`${JSON.stringify(text)} is ${isOne ? 'a time' : 'none'}`, () => assert.equal(isTime(text), isOne))
