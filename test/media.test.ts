import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { describe, test } from 'node:test'
import { oneError } from '@waypost/protocol'
import { request } from 'undici'
import { uploads } from '../docs/generate/bad-input/uploads.ts'
import { eventually } from './support/eventually.ts'
import { type Installation, install, keys } from './support/installation.ts'
import { shared } from './support/shared.ts'

const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), randomBytes(5000)])
const sha256 = createHash('sha256').update(png).digest('hex')
const megabyte = 1024 * 1024

/** `null` sends no such header or parameter. */
function upload(
  { ask }: Pick<Installation, 'ask'>,
  parameters: Record<string, string | null> = {},
  { key = keys.one, contentType = 'image/png', body = png }: Uploading = {},
) {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries({ fileName: 'a cat.png', ...parameters }))
    if (value !== null) query.set(name, value)
  return ask('POST', `/v1/media?${query}`, { key, headers: { 'content-type': contentType }, body })
}

interface Uploading {
  key?: string
  contentType?: string
  body?: Uint8Array
}

async function uploaded(
  installation: Installation,
  parameters: Record<string, string> = {},
): Promise<string> {
  const { httpStatus, json } = await upload(installation, parameters)
  assert.equal(httpStatus, 201)
  return (json as { fileId: string }).fileId
}

async function bytesFrom(url: string, headers: Record<string, string> = {}) {
  const answer = await request(url, { headers: { authorization: keys.one, ...headers } })
  return {
    httpStatus: answer.statusCode,
    headers: answer.headers,
    bytes: Buffer.from(await answer.body.arrayBuffer()),
  }
}

describe('an upload', () => {
  const installation = shared()

  test('is answered as published, and comes back byte by byte', async () => {
    const { httpStatus, json } = await upload(installation(), { to: '2799900001' })
    const { fileId, ...rest } = json as { fileId: string }
    assert.deepEqual([httpStatus, rest], [201, { accepted: true, error: null }])
    assert.match(fileId, /^[0-9a-f-]{36}\.png$/)

    const url = `${installation().url}/v1/media?fileId=${fileId}&sha256Hash=${sha256}&source=client`
    const { httpStatus: found, headers, bytes } = await bytesFrom(url)
    assert.equal(found, 200)
    assert.deepEqual(bytes, png)
    assert.equal(headers['content-type'], 'image/png')
    assert.equal(headers['content-length'], String(png.length))
    assert.match(String(headers['content-disposition']), /a%20cat\.png/)
  })

  test('says when it expires, in seconds, and whether it may be broadcast', async () => {
    for (const broadcastAllowed of ['true', '1', undefined]) {
      const fileId = await uploaded(installation(), broadcastAllowed ? { broadcastAllowed } : {})
      const { json } = await installation().ask('GET', `/v1/media/${fileId}`, { key: keys.one })
      const { expirationTime, ...rest } = json as { expirationTime: number }
      assert.deepEqual(rest, { broadcastAllowed: broadcastAllowed !== undefined })
      assert.ok(Math.abs(expirationTime - (Date.now() / 1000 + 30 * 86_400)) < 60)
    }
  })

  test('may be of any type, and as long as is allowed', async () => {
    const body = randomBytes(30 * megabyte)
    const { httpStatus, json } = await upload(
      installation(),
      { fileName: 'huge.bin', sha256FileHash: createHash('sha256').update(body).digest('hex') },
      { contentType: 'application/x-anything; charset=binary', body },
    )
    assert.equal(httpStatus, 201)
    const url = `${installation().url}/v1/media?fileId=${(json as { fileId: string }).fileId}`
    assert.deepEqual((await bytesFrom(url)).bytes, body)
  })

  const names = [
    ['noextension', 'unsupported'],
    ['A.JPEG', 'jpeg'],
    ['report.final.pdf', 'pdf'],
    ['naïve ☕.png', 'png'],
    ['what.is-this', 'unsupported'],
  ] as const
  for (const [fileName, extension] of names)
    test(`of ${fileName} gets an id that ends in .${extension}`, async () => {
      assert.ok((await uploaded(installation(), { fileName })).endsWith(`.${extension}`))
    })

  test('the published sample that has the whole URL in its query is taken', async () => {
    const path = `/v1/media?https://platform.example/v1/media?fileName=myFilename.jpg&to=2799900001`
    const { httpStatus } = await installation().ask('POST', path, {
      key: keys.one,
      headers: { 'content-type': 'image/jpg' },
      body: png,
    })
    assert.equal(httpStatus, 201)
  })

  for (const { what, parameters, contentType, bytes, gets } of uploads)
    test(`with ${what} gets its one answer, and nothing of it is kept`, async () => {
      const before = await installation().kept.files()
      const as = {
        ...(contentType && { contentType }),
        ...(bytes !== undefined && { body: Buffer.alloc(bytes) }),
      }
      const { httpStatus, json } = await upload(installation(), parameters, as)
      const { code, description, httpStatus: expected } = oneError(gets.reason, gets.names)
      assert.deepEqual(
        { httpStatus, json },
        { httpStatus: expected, json: { accepted: false, error: { code, description } } },
      )
      assert.deepEqual(await installation().kept.files(), before)
    })

  test('without a Content-Type is 23 naming it', async () => {
    const answer = await request(`${installation().url}/v1/media?fileName=a.png`, {
      method: 'POST',
      headers: { authorization: keys.one },
      body: png,
    })
    assert.equal(answer.statusCode, 400)
    assert.match(await answer.body.text(), /"accepted":false.*Content-Type/)
  })

  test('without a key, or with a wrong one, is not listened to', async () => {
    for (const key of ['', 'nobody’s'])
      assert.equal(
        (await upload(installation(), {}, { key: Buffer.from(key).toString('base64') })).httpStatus,
        401,
      )
  })

  test('that breaks off leaves nothing', async () => {
    const before = await installation().kept.files()
    const { port } = new URL(installation().url)
    const socket = connect(Number(port), '127.0.0.1')
    socket.write(
      `POST /v1/media?fileName=a.png HTTP/1.1\r\nhost: a\r\nauthorization: ${keys.one}\r\ncontent-type: image/png\r\ncontent-length: 20000000\r\n\r\n`,
    )
    // More than what the network itself holds: most of it has been taken in.
    await new Promise((resolve) => socket.write(randomBytes(10_000_000), resolve))
    socket.destroy()
    await eventually(async () => (await installation().kept.files()).length === before.length, 'it is gone')
  })
})

describe('a download', () => {
  const installation = shared()

  test('of nothing, of another integration, under another hash is 41 with HTTP 404', async () => {
    const fileId = await uploaded(installation())
    for (const [query, key] of [
      ['fileId=c45ada9b-8a51-4413-a134-928c2b085d31.jpg', keys.one],
      ['fileId=../../admin-token', keys.one],
      [`fileId=${fileId}&sha256Hash=${'a'.repeat(64)}`, keys.one],
      [`fileId=${fileId}`, keys.legacy],
    ] as const) {
      const { httpStatus, json } = await installation().ask('GET', `/v1/media?${query}`, { key })
      const { code, description } = oneError('media_unknown')
      assert.deepEqual({ httpStatus, json }, { httpStatus: 404, json: { error: { code, description } } })
    }
  })

  test('without a fileId is 23', async () => {
    const { httpStatus, json } = await installation().ask('GET', '/v1/media', { key: keys.one })
    assert.equal(httpStatus, 400)
    assert.equal((json as { error: { code: number } }).error.code, 23)
  })

  const last = png.length - 1
  const ranges = [
    { range: 'bytes=0-99', from: 0, to: 99 },
    { range: 'bytes=100-', from: 100, to: last },
    { range: 'bytes=-100', from: png.length - 100, to: last },
    { range: `bytes=4000-${10 * png.length}`, from: 4000, to: last },
  ]
  for (const { range, from, to } of ranges)
    test(`of ${range} is exactly those bytes`, async () => {
      const url = `${installation().url}/v1/media?fileId=${await uploaded(installation())}`
      const { httpStatus, headers, bytes } = await bytesFrom(url, { range })
      assert.equal(httpStatus, 206)
      assert.equal(headers['content-range'], `bytes ${from}-${to}/${png.length}`)
      assert.deepEqual(bytes, png.subarray(from, to + 1))
    })

  test('of a range that is not there is 416; of what is no range, everything', async () => {
    const url = `${installation().url}/v1/media?fileId=${await uploaded(installation())}`
    const { httpStatus, headers } = await bytesFrom(url, { range: `bytes=${png.length}-` })
    assert.deepEqual([httpStatus, headers['content-range']], [416, `bytes */${png.length}`])
    for (const range of ['bytes=5-2', 'lines=1-2', 'bytes=0-1,4-5', 'nonsense'])
      assert.equal((await bytesFrom(url, { range })).httpStatus, 200)
  })

  test('of what the client has already is 304, and of another version of a range, everything', async () => {
    const url = `${installation().url}/v1/media?fileId=${await uploaded(installation())}`
    const etag = String((await bytesFrom(url)).headers.etag)
    assert.equal((await bytesFrom(url, { 'if-none-match': `"other", W/${etag}` })).httpStatus, 304)
    assert.equal((await bytesFrom(url, { 'if-none-match': '"other"' })).httpStatus, 200)
    assert.equal((await bytesFrom(url, { range: 'bytes=0-1', 'if-range': etag })).httpStatus, 206)
    assert.equal((await bytesFrom(url, { range: 'bytes=0-1', 'if-range': '"other"' })).httpStatus, 200)
  })

  test('works after a restart', async (t) => {
    const own = await install(t)
    const fileId = await uploaded(own)
    await own.restart()
    assert.deepEqual((await bytesFrom(`${own.url}/v1/media?fileId=${fileId}`)).bytes, png)
  })
})

describe('the metadata of a file that is not there', () => {
  const installation = shared()

  test('is 404, in the shape of an upload that is refused', async () => {
    const fileId = 'c45ada9b-8a51-4413-a134-928c2b085d31.jpg'
    const { httpStatus, json } = await installation().ask('GET', `/v1/media/${fileId}`, { key: keys.one })
    const { code, description } = oneError('media_unknown')
    assert.deepEqual([httpStatus, json], [404, { fileId, accepted: false, error: { code, description } }])
  })
})

describe('a file that its client sealed', () => {
  const encryption = { mtKey: 'arn:aws:kms:test:mt', moKey: 'arn:aws:kms:test:mo' }
  const installation = shared({ one: { encryption } })
  const cipher = randomBytes(64)
  const seal = { encryptionKey: 'AQID', kmsArn: encryption.mtKey, sha256FileHash: sha256 }

  test('is kept as it came, and does not reach the supplier under a key that is none', async () => {
    const { ask, url, received, send, phone } = installation()
    const { httpStatus, json } = await upload(
      { ask },
      { ...seal, broadcastAllowed: 'true' },
      { body: cipher },
    )
    assert.equal(httpStatus, 201)
    const { fileId } = json as { fileId: string }
    assert.deepEqual((await bytesFrom(`${url}/v1/media?fileId=${fileId}`)).bytes, cipher)

    const to = '27999500001'
    const sent = await send('one', [{ to, media: { fileId } }])
    assert.equal(sent.httpStatus, 202, sent.text)
    const { apiMessageId } = (sent.json as { messages: { apiMessageId: string }[] }).messages[0] ?? {}
    const told = await received.one.call(({ raw }) => raw.includes(String(apiMessageId)))
    assert.match(told.raw, /"statusCode":60\b/)
    assert.deepEqual(await phone(to), [])
  })

  for (const member of ['encryptionKey', 'sha256FileHash'])
    test(`needs ${member}`, async () => {
      const parameters = { ...seal, [member]: member === 'encryptionKey' ? '' : null }
      const { httpStatus, json } = await upload(installation(), parameters, { body: cipher })
      const { code, description } = oneError('parameter_invalid', member)
      assert.deepEqual([httpStatus, json], [400, { accepted: false, error: { code, description } }])
    })
})
