import assert from 'node:assert/strict'
import { hash, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { legacyError, oneError, type ReasonName } from '@waypost/protocol'
import fc from 'fast-check'
import { eventually } from './support/eventually.ts'
import { type Installation, keys } from './support/installation.ts'
import { type Generation, generations } from './support/refusals.ts'
import { shared } from './support/shared.ts'

/** Files inside their messages, as both generations write them. */
const megabyte = 1024 * 1024
const png = (bytes: number) =>
  Buffer.concat([
    Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex'),
    randomBytes(bytes),
  ])
let handset = 27_999_300_000

interface Sending {
  bytes?: Buffer
  content?: string
  contentType?: string
  fileName?: string
  caption?: string
}

function message(
  generation: Generation,
  {
    bytes = png(100),
    content = bytes.toString('base64'),
    contentType = 'image/png',
    fileName,
    caption,
  }: Sending,
) {
  return generation === 'one'
    ? { content, media: { contentType, fileName, caption } }
    : { content, contentType, caption }
}

async function bytesOn({ sandbox, phone }: Installation, to: string): Promise<Buffer> {
  const shown = await eventually(async () => (await phone(to))[0], 'it is on the phone')
  const path = `/phones/${to}/messages/${encodeURIComponent(shown.id)}/media`
  return Buffer.from(await (await fetch(`${sandbox.url}${path}`)).arrayBuffer())
}

for (const generation of generations)
  describe(`a file inside a message of ${generation}`, () => {
    const installation = shared()
    const fileCount = async () => (await installation().kept.files()).length

    for (const [size, bytes] of Object.entries({ small: png(10), large: png(4 * megabyte) }))
      test(`that is ${size} is on the phone, byte by byte, with its caption`, async () => {
        const to = String(++handset)
        const sent = await installation().send(generation, [
          { to, ...message(generation, { bytes, caption: 'A cat' }) },
        ])
        assert.equal(sent.httpStatus, 202, sent.text)
        assert.deepEqual(await bytesOn(installation(), to), bytes)
        assert.equal((await installation().phone(to))[0]?.kind, 'image')
      })

    test('may have slashes escaped and its lines broken, as some libraries write it', async () => {
      const bytes = png(200_000)
      const lines = bytes.toString('base64').replace(/.{76}/g, '$&\r\n')
      const to = String(++handset)
      const text = JSON.stringify({ messages: [{ to, ...message(generation, { content: lines }) }] })
      const { httpStatus } = await installation().ask(
        'POST',
        generation === 'one' ? '/v1/message' : '/wa/messages',
        {
          key: keys[generation],
          body: text.replaceAll('/', '\\/'),
        },
      )
      assert.equal(httpStatus, 202)
      assert.deepEqual(await bytesOn(installation(), to), bytes)
    })

    for (const { written, bytes, kind } of [
      {
        written: 'image/jpg',
        bytes: Buffer.concat([Buffer.from('ffd8ffe0', 'hex'), randomBytes(100)]),
        kind: 'image',
      },
      { written: 'Audio/ACC', bytes: randomBytes(100), kind: 'audio' },
    ])
      test(`that is said to be ${written}, as published, is ${kind} on the phone`, async () => {
        const to = String(++handset)
        const sent = await installation().send(generation, [
          { to, ...message(generation, { bytes, contentType: written }) },
        ])
        assert.equal(sent.httpStatus, 202, sent.text)
        assert.deepEqual(await bytesOn(installation(), to), bytes)
        assert.equal((await installation().phone(to))[0]?.kind, kind)
      })

    test('may come with its hash', async () => {
      const bytes = png(100)
      const sha256Hash = hash('sha256', bytes).toUpperCase()
      const to = String(++handset)
      const said = message(generation, { bytes })
      const { httpStatus, text } = await installation().send(generation, [
        { to, ...said, ...(said.media ? { media: { ...said.media, sha256Hash } } : { sha256Hash }) },
      ])
      assert.equal(httpStatus, 202, text)
      assert.deepEqual(await bytesOn(installation(), to), bytes)
    })

    test('has neighbours that are not touched by what is wrong with it', async () => {
      const [good, other] = [String(++handset), String(++handset)]
      const large = png(300_000)
      const { json } = await installation().send(generation, [
        { to: good, ...message(generation, { bytes: large }) },
        { to: '27999000001', ...message(generation, { content: 'not base64!' }) },
        { to: other, content: 'Text' },
      ])
      const accepted = (json as { messages: { accepted: boolean }[] }).messages.map(
        ({ accepted }) => accepted,
      )
      assert.deepEqual(accepted, [true, false, true])
      assert.deepEqual(await bytesOn(installation(), good), large)
    })

    const rows: { what: string; sending: Sending; reason: ReasonName; subject?: string }[] = [
      {
        what: 'is long and not base64',
        sending: { content: 'Hello, world '.repeat(20_000) },
        reason: 'parameter_invalid',
        subject: 'content',
      },
      {
        what: 'is over the limit of its kind',
        sending: { bytes: png(5 * megabyte) },
        reason: 'media_too_big',
        subject: '5',
      },
      {
        what: 'is over 20 MB',
        sending: { bytes: png(20 * megabyte), contentType: 'application/pdf' },
        reason: 'media_too_big',
        subject: '20',
      },
      {
        what: 'has a caption of 1025 emoji',
        sending: { caption: '🙂'.repeat(1025) },
        reason: 'parameter_invalid',
        subject: generation === 'one' ? 'media.caption' : 'caption',
      },
    ]
    for (const { what, sending, reason, subject } of rows)
      test(`that ${what} is ${reason}, and leaves nothing`, async () => {
        const before = await fileCount()
        const { json } = await installation().send(generation, [
          { to: '27999000001', ...message(generation, sending) },
        ])
        const [rejected] = (json as { messages: { error: object }[] }).messages
        const { code, description } = oneError(reason, subject)
        const { errorCode, error } = legacyError(reason, subject)
        assert.deepEqual(rejected?.error, generation === 'one' ? { code, description } : { errorCode, error })
        await eventually(async () => (await fileCount()) === before, 'its bytes are gone')
      })

    test('goes with a message that is refused', async () => {
      const before = await fileCount()
      const { json } = await installation().send(generation, [
        { to: '27999x', ...message(generation, { bytes: png(200_000) }) },
      ])
      assert.equal((json as { messages: { accepted: boolean }[] }).messages[0]?.accepted, false)
      await eventually(async () => (await fileCount()) === before, 'it is gone')
    })

    test('a text that is as long is still a text that is too long', async () => {
      const before = await fileCount()
      const { json } = await installation().send(generation, [
        { to: '27999000001', content: 'Hello '.repeat(50_000) },
      ])
      const { code, description } = oneError('content_too_long')
      const { errorCode, error } = legacyError('content_too_long')
      assert.deepEqual(
        (json as { messages: { error: object }[] }).messages[0]?.error,
        generation === 'one' ? { code, description } : { errorCode, error },
      )
      await eventually(async () => (await fileCount()) === before, 'nothing of it is kept')
    })
  })

describe('the files of one request', () => {
  const installation = shared()

  test('are 20 MB together at the most in the legacy API, and nothing of more is sent', async () => {
    const before = (await installation().kept.files()).length
    const entry = {
      to: '27999000001',
      content: png(4.5 * megabyte).toString('base64'),
      contentType: 'image/png',
    }
    const { httpStatus, json } = await installation().send('legacy', [entry, entry, entry, entry, entry])
    const { errorCode, error } = legacyError('payload_too_big', '20')
    assert.equal(httpStatus, 202)
    assert.deepEqual(json, { messages: [], error: { errorCode, error } })
    const count = async () => (await installation().kept.files()).length
    await eventually(async () => (await count()) === before, 'nothing of them is kept')
  })
})

interface File {
  isLong: boolean
  mark: number
}

describe('a key that comes twice in one object', () => {
  const installation = shared()
  /** A file of its own for each mark. */
  const fileOf = ({ isLong, mark }: File) =>
    Buffer.concat([png(0), Buffer.alloc(isLong ? 50_000 : 10, String(mark))]).toString('base64')

  /** The answer to these bytes, and the bytes of each file that was accepted by it. */
  async function filesOf(body: string): Promise<Buffer[]> {
    const { ask, admin } = installation()
    const { json, text } = await ask('POST', '/v1/message', { key: keys.one, body })
    const { messages = [] } = json as { messages?: { apiMessageId: string }[] }
    const files = messages.map(async ({ apiMessageId }) => {
      const { json } = await admin('GET', `/admin/messages/${apiMessageId}`)
      const { fileId } = (json as { content: { media: { fileId: string } } }).content.media
      const path = `${installation().url}/v1/media?fileId=${fileId}`
      return Buffer.from(await (await fetch(path, { headers: { authorization: keys.one } })).arrayBuffer())
    })
    assert.ok(messages.length > 0, text)
    return Promise.all(files)
  }

  /** JSON as `JSON.stringify` writes it, of objects whose keys may come twice. */
  const object = (members: [string, string][]) =>
    `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`

  const content = fc.record({ isLong: fc.boolean(), mark: fc.nat({ max: 500 }) })
  const entry = fc.record({
    before: fc.array(fc.record({ name: fc.constantFrom('content', 'shoeSize', 'media'), content })),
    last: content,
  })
  const bodyOf = (lists: { before: { name: string; content: File }[]; last: File }[][]) =>
    object(lists.map((entries) => ['messages', `[${entries.map(written).join(',')}]`]))

  function written({ before, last }: { before: { name: string; content: File }[]; last: File }): string {
    const members = before.map(({ name, content }): [string, string] => {
      const file = JSON.stringify(fileOf(content))
      if (name === 'media') return [name, '{"contentType":"image/gif","contentType":"image/png"}']
      return [name, name === 'content' ? file : `{"content":${file}}`]
    })
    return object([
      ['to', '"278"'],
      ['media', '{"contentType":"image/png"}'],
      ...members,
      ['content', JSON.stringify(fileOf(last))],
      ['to', '"27999000001"'],
    ])
  }

  const lists = fc.array(fc.array(entry, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 })

  test('counts as JSON.parse says, however long what comes first is', async () => {
    await fc.assert(
      fc.asyncProperty(lists, async (lists) => {
        const { messages } = JSON.parse(bodyOf(lists)) as { messages: { content: string }[] }
        const files = await filesOf(bodyOf(lists))
        assert.deepEqual(
          files.map((bytes) => hash('sha256', bytes)),
          messages.map(({ content }) => hash('sha256', Buffer.from(content, 'base64'))),
        )
      }),
      { numRuns: 30 },
    )
  })

  test('leaves nothing of the others, be they twenty long ones', async () => {
    const contents = Array.from({ length: 20 }, (_, mark) => ({ isLong: true, mark }))
    const last = { isLong: false, mark: 20 }
    const [file] = await filesOf(
      bodyOf([[{ before: contents.map((content) => ({ name: 'content', content })), last }]]),
    )
    assert.equal(file?.toString('base64'), fileOf(last))
    const isStaged = (path: string) => path.includes('/staged/')
    await eventually(async () => !(await installation().kept.files()).some(isStaged), 'nothing is staged')
  })
})
