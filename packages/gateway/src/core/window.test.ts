import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openWindows, recall } from './window.ts'

const pairs = {
  '5511987654321': '551187654321', // Brazil's ninth digit
  '5215512345678': '525512345678', // Mexico's 1
  '5491112345678': '541112345678', // Argentina's 9
  '27999000001': '27999000001',
}

for (const [long, short] of Object.entries(pairs))
  test(`a person is remembered as ${long}, whether they wrote as that or as ${short}`, async () => {
    for (const [wrote, asked] of [
      [long, short],
      [short, long],
    ] as const) {
      const windows = await openWindows({ windowsSince: async () => [] }, 0)
      const store = {
        lastWrote: async (_: string, people: string[]) =>
          people.includes(wrote) ? [{ person: wrote, at: 7 }] : [],
      }
      assert.equal(windows.lastWrote('acme', asked), undefined)
      await recall({ store, windows }, 'acme', [asked])
      assert.equal(windows.lastWrote('acme', asked), 7)
      assert.equal(windows.lastWrote('another', asked), undefined)
    }
  })
