import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digitsOf } from './number.ts'

const cases = [
  { written: '27999000001', digits: '27999000001' },
  { written: ' +27 (99) 900-0001 ', digits: '27999000001' },
  { written: '0027999000001', digits: undefined },
  { written: '12', digits: undefined },
  { written: '27999abcde', digits: undefined },
  { written: '', digits: undefined },
]
for (const { written, digits } of cases) {
  test(`“${written}” ${digits ? `is ${digits}` : 'is no number'}`, () =>
    assert.equal(digitsOf(written), digits))
}
