import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { mergePatch } from './merge-patch.ts'

/** Target, patch, result: the test cases of RFC 7386, appendix A. */
const cases: [unknown, unknown, unknown][] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
]

describe('a merge patch', () => {
  for (const [target, patch, result] of cases)
    test(`of ${JSON.stringify(patch)} makes ${JSON.stringify(target)} ${JSON.stringify(result)}`, () => {
      assert.deepEqual(mergePatch(target, patch), result)
    })

  test('leaves what it was given alone', () => {
    const target = { a: { b: 1 } }
    mergePatch(target, { a: { b: 2 } })
    assert.deepEqual(target, { a: { b: 1 } })
  })

  test('takes a member called __proto__ for a member', () => {
    const merged = mergePatch({}, JSON.parse('{ "__proto__": { "admin": true } }'))
    assert.ok(merged instanceof Object && !('admin' in merged))
  })
})
