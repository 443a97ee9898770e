import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { boundaryOf, MultipartError, partsOf, textOf } from './multipart.ts'

interface Given {
  name: string
  fileName?: string
  contentType?: string
  content: Buffer
}

const boundary = '----edge'

describe('a form', () => {
  // Bytes of which boundaries are made are likely, so that there is nearly one everywhere.
  const tricky = fc.array(fc.constantFrom('\r', '\n', '-', '--', '\r\n--', '----edge', 'x', '\0'), {
    maxLength: 40,
  })
  const content = fc.oneof(
    tricky
      .map((pieces) => pieces.join(''))
      .filter((text) => !text.includes(`\r\n--${boundary}`))
      .map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  )
  const word = fc.stringMatching(/^[a-z_]{1,12}$/)
  const part = fc.record(
    { name: word, fileName: word, contentType: fc.constant('image/png'), content },
    { requiredKeys: ['name', 'content'] },
  )

  test('is read the same however it is cut into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 }),
        async (parts, sizes) => {
          const expected = parts.map(({ name, fileName, contentType, content }) => ({
            name,
            fileName,
            contentType,
            content: content.toString('hex'),
          }))
          assert.deepEqual(await read(cut(formOf(parts), sizes)), expected)
        },
      ),
      { numRuns: 400 },
    )
  })

  test('that breaks off anywhere is refused, and so is any other noise', async () => {
    const whole = formOf([{ name: 'file', fileName: 'a', content: Buffer.from('some bytes') }])
    for (let length = 0; length < whole.length - 2; length += 1) {
      await assert.rejects(read([whole.subarray(0, length)]), MultipartError, `${length} bytes`)
    }
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        await assert.rejects(read([Buffer.from(bytes)]), MultipartError)
      }),
    )
  })

  test('may leave parts unread', async () => {
    const form = formOf([
      { name: 'a', content: Buffer.alloc(1000) },
      { name: 'b', content: Buffer.from('last') },
    ])
    const names = []
    for await (const { name } of partsOf(Readable.from(cut(form, [7])), boundary)) names.push(name)
    assert.deepEqual(names, ['a', 'b'])
  })

  test('may have words before and after, names in quotes and escapes', async () => {
    const form = Buffer.from(
      `before\r\n--${boundary} \r\ncontent-disposition: form-data; name="a b"; filename="x\\"y.png"\r\n` +
        `Content-Type: Image/PNG; q=1\r\n\r\n1\r\n--${boundary}--\r\nafter`,
    )
    const expected = { name: 'a b', fileName: 'x"y.png', contentType: 'image/png', content: '31' }
    assert.deepEqual(await read([form]), [expected])
  })

  const refused = [
    { when: 'a part has no name', form: `--${boundary}\r\ncontent-type: a/b\r\n\r\n1\r\n--${boundary}--` },
    { when: 'a head never ends', form: `--${boundary}\r\n${'x'.repeat(9000)}\r\n\r\n1\r\n--${boundary}--` },
    {
      when: 'there are 17 parts',
      form: formOf(Array(17).fill({ name: 'a', content: Buffer.alloc(0) })).toString(),
    },
  ]
  for (const { when, form } of refused) {
    test(`is refused when ${when}`, () => assert.rejects(read([Buffer.from(form)]), MultipartError))
  }

  test('is held in memory by the chunk only', async () => {
    const chunk = Buffer.alloc(64 * 1024, '\r\n--')
    async function* endless() {
      yield Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="file"\r\n\r\n`)
      for (let chunks = 0; chunks < 400; chunks += 1) yield chunk
      yield Buffer.from(`\r\n--${boundary}--`)
    }
    for await (const { bytes } of partsOf(endless(), boundary)) {
      let longest = 0
      let length = 0
      for await (const piece of bytes) {
        longest = Math.max(longest, piece.length)
        length += piece.length
      }
      assert.equal(length, 400 * chunk.length)
      assert.ok(longest < 2 * chunk.length)
    }
  })
})

const contentTypes = [
  { contentType: 'multipart/form-data; boundary=abc', boundary: 'abc' },
  { contentType: 'Multipart/Form-Data;charset=utf-8; Boundary="a b"', boundary: 'a b' },
  { contentType: 'multipart/form-data', boundary: undefined },
  { contentType: 'multipart/mixed; boundary=abc', boundary: undefined },
  { contentType: 'application/json', boundary: undefined },
  { contentType: undefined, boundary: undefined },
]
for (const { contentType, boundary } of contentTypes) {
  test(`the boundary of ${contentType} is ${boundary}`, () => assert.equal(boundaryOf(contentType), boundary))
}

test('a text that is too long is not read to its end', async () => {
  await assert.rejects(textOf(Readable.from([Buffer.alloc(11)]), 10), MultipartError)
})

function formOf(parts: readonly Given[]): Buffer {
  const blocks = parts.map(({ name, fileName, contentType, content }) =>
    Buffer.concat([
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="${name}"` +
          `${fileName === undefined ? '' : `; filename="${fileName}"`}\r\n` +
          `${contentType === undefined ? '' : `Content-Type: ${contentType}\r\n`}\r\n`,
      ),
      content,
      Buffer.from('\r\n'),
    ]),
  )
  return Buffer.concat([...blocks, Buffer.from(`--${boundary}--\r\n`)])
}

function cut(whole: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = []
  for (let at = 0; at < whole.length; ) {
    const size = sizes[chunks.length % sizes.length] ?? 1
    chunks.push(whole.subarray(at, at + size))
    at += size
  }
  return chunks
}

async function read(chunks: Buffer[]) {
  const parts = []
  for await (const { bytes, ...rest } of partsOf(Readable.from(chunks), boundary)) {
    parts.push({ ...rest, content: (await buffer(bytes)).toString('hex') })
  }
  return parts
}
