import assert from 'node:assert/strict'
import { createDecipheriv, createSecretKey, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { describe, test } from 'node:test'
import { openText, sealBytes, sealedLength, sealText, Unopenable } from './envelope.ts'

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

describe('a sealed file', () => {
  for (const pieces of [[0], [1], [15, 1], [16], [17, 40, 0, 3], [65_536, 65_536, 1]])
    test(`opens to what it was, and has the length it should: ${pieces.join(' + ')} bytes`, async () => {
      const chunks = pieces.map((bytes) => randomBytes(bytes))
      const sealed = Buffer.concat(await Array.fromAsync(sealBytes(key, Readable.from(chunks))))
      const clear = Buffer.concat(chunks)
      assert.equal(sealed.length, sealedLength(clear.length))
      const opening = createDecipheriv('aes-256-cbc', key, sealed.subarray(0, 16))
      assert.deepEqual(Buffer.concat([opening.update(sealed.subarray(16)), opening.final()]), clear)
    })

  test('breaks off where the clear one does', async () => {
    async function* brokenOff() {
      yield randomBytes(40)
      throw new Error('broken off')
    }
    await assert.rejects(Array.fromAsync(sealBytes(key, brokenOff())), /broken off/)
  })
})
