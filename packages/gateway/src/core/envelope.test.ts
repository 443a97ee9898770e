import assert from 'node:assert/strict'
import { createSecretKey, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { openText, sealedLength, sealText, Unopenable } from './envelope.ts'

const key = createSecretKey(randomBytes(32))

describe('a sealed text', () => {
  for (const text of ['', 'a', 'exactly 16 bytes', 'Zoë 👋🏽', '\u{feff}marked', 'x'.repeat(4096)])
    test(`opens to what it was, and has the length it should: ${JSON.stringify(text.slice(0, 20))}`, () => {
      const sealed = sealText(key, text)
      assert.equal(openText(key, sealed), text)
      assert.equal(Buffer.from(sealed, 'base64').length, sealedLength(Buffer.byteLength(text)))
    })

  test('is another each time', () => {
    assert.notEqual(sealText(key, 'the same'), sealText(key, 'the same'))
  })

  const sealed = Buffer.from(sealText(key, 'a text that has three blocks of bytes'), 'base64')
  const unopenable: Record<string, string> = {
    'not base64': 'not base64 at all!',
    'base64 of the other alphabet': sealed.toString('base64url'),
    nothing: '',
    'a vector and no more': sealed.subarray(0, 16).toString('base64'),
    'half a vector': sealed.subarray(0, 8).toString('base64'),
    'cut off inside a block': sealed.subarray(0, -3).toString('base64'),
    'cut off after a block': sealed.subarray(0, -16).toString('base64'),
  }
  for (const [what, text] of Object.entries(unopenable))
    test(`cannot be opened when it is ${what}`, () => {
      assert.throws(() => openText(key, text), Unopenable)
    })

  test('cannot be opened with another key', () => {
    const others = Array.from({ length: 20 }, () => createSecretKey(randomBytes(32)))
    // One in 256 has a valid padding by chance, and is no UTF-8 then.
    for (const other of others) assert.throws(() => openText(other, sealed.toString('base64')), Unopenable)
  })
})
