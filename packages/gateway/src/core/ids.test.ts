import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idMaker } from './ids.ts'

test('an id is a UUIDv7 as 32 hex digits', () => {
  const at = Date.UTC(2026, 10, 22)
  const id = idMaker(() => at)()
  assert.match(id, /^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/)
  assert.equal(Number.parseInt(id.slice(0, 12), 16), at)
})

test('ids ascend and differ, also within one millisecond and when the clock goes back', () => {
  const times = [1000, 1000, 1001, 900, 900, 1001]
  let turn = 0
  const newId = idMaker(() => times[turn++ % times.length] ?? 0)
  const ids = Array.from({ length: 20_000 }, newId)
  assert.deepEqual(ids, [...ids].sort())
  assert.equal(new Set(ids).size, ids.length)
})
