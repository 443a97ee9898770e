import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { bodyAround, type CallbackBody, filePlace } from './body.ts'
import { signStream } from './sign.ts'

/** A file that is read in pieces of this many bytes. */
const file = (bytes: Buffer, pieceBytes: number) => ({
  bytes: bytes.length,
  async open() {
    const pieces = Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, i) =>
      bytes.subarray(i * pieceBytes, (i + 1) * pieceBytes),
    )
    return Readable.from(pieces)
  },
})

async function whole(body: string | CallbackBody): Promise<string> {
  if (typeof body === 'string') return body
  const text = Buffer.concat(await Array.fromAsync(body.pieces())).toString()
  assert.equal(body.bytes, Buffer.byteLength(text))
  return text
}

describe('the body of a callback', () => {
  test('with a file is the JSON that it would be if the file were in it, however it is read', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 50 }),
        fc.integer({ min: 1, max: 20 }),
        async (array, pieceBytes) => {
          const bytes = Buffer.from(array)
          const body = await bodyAround(
            { caption: 'Our 🐈', content: filePlace, last: 1 },
            file(bytes, pieceBytes),
          )
          const expected = { caption: 'Our 🐈', content: bytes.toString('base64'), last: 1 }
          assert.equal(await whole(body), JSON.stringify(expected))
        },
      ),
    )
  })

  test('has null where its file is not kept any more', async () => {
    const gone = { bytes: 5, open: async () => undefined }
    assert.equal(await whole(await bodyAround({ content: filePlace }, gone)), '{"content":null}')
  })

  test('without a place for a file is its JSON', async () => {
    assert.equal(await bodyAround({ content: 'Hi' }, undefined), '{"content":"Hi"}')
    assert.equal(await bodyAround({ content: 'Hi' }, file(Buffer.from('a cat'), 2)), '{"content":"Hi"}')
  })

  test('with a file has a signature that the Standard Webhooks library verifies', async () => {
    const secret = `whsec_${Buffer.from('the signing secret').toString('base64')}`
    const body = await bodyAround({ content: filePlace }, file(Buffer.from('a cat'), 2))
    assert.ok(typeof body !== 'string')
    const headers = await signStream(secret, { id: 'a', at: Date.now(), body })
    assert.deepEqual(new Webhook(secret).verify(await whole(body), headers), { content: 'YSBjYXQ=' })
  })
})
