import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sizeText, typeText } from './file.ts'

const sizes: Record<number, string> = {
  0: '0 bytes',
  1: '1 byte',
  1023: '1023 bytes',
  1024: '1 KB',
  1536: '1.5 KB',
  10240: '10 KB',
  [1024 ** 2 - 1]: '1024 KB',
  [5.5 * 1024 ** 2]: '5.5 MB',
  [100 * 1024 ** 2]: '100 MB',
}
for (const [bytes, text] of Object.entries(sizes)) {
  test(`${bytes} bytes are ${text}`, () => assert.equal(sizeText(Number(bytes)), text))
}

test('a type has the name people use, or its own', () => {
  assert.equal(typeText({ contentType: 'application/pdf' }), 'PDF')
  assert.equal(typeText({ contentType: 'constructor' }), 'constructor')
})
