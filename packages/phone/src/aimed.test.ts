import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { aimedAt } from './aimed.ts'

const sandbox = readFileSync(new URL('../../../docs/sandbox.md', import.meta.url), 'utf8')

test('the page says of each number with a fault what the documentation says', () => {
  const rows = [...sandbox.matchAll(/^\| `(2799[56]\d{6})` \| (.*?) \|/gm)]
  assert.ok(rows.length > 40)
  for (const [, number = '', what] of rows) {
    assert.equal(aimedAt(number), what?.replaceAll(/`(\w+)`/g, '“$1”'), number)
  }
  const documented = new Set(rows.map(([, number]) => number))
  for (const prefix of ['27995', '27996']) {
    for (let digits = 0; digits < 1_000; digits += 1) {
      const number = `${prefix}${String(digits).padStart(6, '0')}`
      assert.equal(aimedAt(number) !== undefined, documented.has(number), number)
    }
  }
})

test('numbers that end in an error code of Meta’s name it, and others have no fault', () => {
  assert.equal(aimedAt('27997131056'), 'Graph answers error 131056')
  assert.equal(aimedAt('27998131042'), 'Graph takes it, and reports error 131042')
  assert.equal(aimedAt('27999000001'), undefined)
  assert.equal(aimedAt('2799713105'), undefined)
})
