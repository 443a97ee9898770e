import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { isLonger } from './characters.ts'

const rows = [
  { text: 'abc', isLong: false },
  { text: 'abcd', isLong: true },
  { text: '🙂🙂🙂', isLong: false },
  { text: '🙂🙂🙂🙂', isLong: true },
  { text: '🙂ab', isLong: false },
  { text: '\ud83d\ud83d\ud83d', isLong: false },
  { text: '\ude42\ud83d\ude42\ud83d', isLong: false },
  { text: '\ude42\ud83d\ud83d\ude42a', isLong: true },
  { text: '', isLong: false },
]
for (const { text, isLong } of rows)
  test(`${JSON.stringify(text)} is ${isLong ? '' : 'not '}longer than three characters, and maxLength agrees`, () => {
    assert.equal(isLonger(text, 3), isLong)
    assert.equal(Compile(Type.String({ maxLength: 3 })).Check(text), !isLong)
  })
