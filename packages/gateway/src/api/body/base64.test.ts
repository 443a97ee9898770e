import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import fc from 'fast-check'
import { base64Decoder, NotBase64 } from './base64.ts'

function* inPieces(text: string, cuts: number[]) {
  let at = 0
  for (const cut of cuts) {
    yield Buffer.from(text.slice(at, at + cut), 'latin1')
    at += cut
  }
  yield Buffer.from(text.slice(at), 'latin1')
}

const decoded = (text: string, cuts: number[] = []) =>
  buffer(Readable.from(inPieces(text, cuts)).compose(base64Decoder()))

test('any bytes come back, however their base64 is cut into pieces and lines', () =>
  fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 500 }),
      fc.array(fc.nat(40), { maxLength: 40 }),
      fc.integer({ min: 4, max: 80 }),
      async (bytes, cuts, width) => {
        const text = Buffer.from(bytes).toString('base64')
        const lines = text.replace(new RegExp(`.{${width}}`, 'g'), '$&\r\n')
        assert.deepEqual(await decoded(lines, cuts), Buffer.from(bytes))
      },
    ),
  ))

for (const text of [
  'AQI',
  'AQID=',
  'A===',
  'AQ==AQ==',
  'AQ=I',
  'AQ I',
  'AQ-_',
  'data:,x',
  'AQID\u0000',
  '====',
  'é',
])
  test(`${JSON.stringify(text)} is not base64`, async () => {
    await assert.rejects(decoded(text), NotBase64)
    await assert.rejects(decoded(text, [1, 1, 1]), NotBase64)
  })
