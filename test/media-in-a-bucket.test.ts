import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, type TestContext, test } from 'node:test'
import { wire } from '../packages/gateway/src/core/wire.fake.ts'
import { bucketServer } from '../packages/gateway/src/media/s3/testing.ts'
import { eventually } from './support/eventually.ts'
import { fileOf, scriptedGraph } from './support/graph.ts'
import { type Installation, ids, install, keys, numbers } from './support/installation.ts'

/** A gateway whose files are in a bucket, and what becomes of them while the bucket is away. */
const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), randomBytes(5000)])
let handset = 27_999_700_000

describe('files in a bucket', () => {
  let server: Awaited<ReturnType<typeof bucketServer>>
  before(async () => {
    server = await bucketServer()
  })
  after(() => server[Symbol.asyncDispose]())

  /** With the bucket at the end of a wire that can be cut. */
  async function scene(t: TestContext, one: object = {}, env: Record<string, string> = {}) {
    const cable = await wire(server.endpoint)
    t.after(() => cable[Symbol.asyncDispose]())
    const prefix = `of-${++handset}`
    const url = `s3:${server.location(prefix, cable.endpoint)}`
    const installation = await install(t, { one: { ...one }, env: { WAYPOST_MEDIA_URL: url, ...env } })
    const { ask } = installation
    return {
      cable,
      installation,
      /** What the bucket has of a file. */
      kept: (fileId: string) => server.bytesOf(`${prefix}/kept/${fileId}`),
      upload: (body = png) =>
        ask('POST', '/v1/media?fileName=cat.png', {
          key: keys.one,
          headers: { 'content-type': 'image/png' },
          body,
        }),
      download: (fileId: string, headers: Record<string, string> = {}) =>
        fetch(`${installation.url}/v1/media?fileId=${fileId}`, {
          headers: { authorization: keys.one, ...headers },
        }),
    }
  }

  async function bytesOn({ sandbox, phone }: Installation, to: string): Promise<Buffer> {
    const shown = await eventually(async () => (await phone(to))[0], 'it is on the phone')
    const path = `/phones/${to}/messages/${encodeURIComponent(shown.id)}/media`
    return Buffer.from(await (await fetch(`${sandbox.url}${path}`)).arrayBuffer())
  }

  test('are uploaded, downloaded in part and in whole, and sent, by reference and inside messages', async (t) => {
    const { installation, upload, download } = await scene(t)
    const long = Buffer.concat([png, randomBytes(4 * 1024 * 1024)])
    const { httpStatus, json } = await upload(long)
    assert.equal(httpStatus, 201)
    const { fileId } = json as { fileId: string }

    const whole = await download(fileId)
    assert.ok(long.equals(Buffer.from(await whole.arrayBuffer())))
    const part = await download(fileId, { range: 'bytes=1000-1999' })
    assert.deepEqual(
      [part.status, part.headers.get('content-range')],
      [206, `bytes 1000-1999/${long.length}`],
    )
    assert.deepEqual(Buffer.from(await part.arrayBuffer()), long.subarray(1000, 2000))

    const content = png.toString('base64')
    const rows = [
      { generation: 'one', message: { media: { fileId } }, bytes: long },
      { generation: 'one', message: { content, media: { contentType: 'image/png' } }, bytes: png },
      { generation: 'legacy', message: { content, contentType: 'image/png' }, bytes: png },
    ] as const
    for (const { generation, message, bytes } of rows) {
      const to = String(++handset)
      assert.equal((await installation.send(generation, [{ to, ...message }])).httpStatus, 202)
      assert.ok(bytes.equals(await bytesOn(installation, to)))
    }
  })

  test('come from people, and go inside their events', async (t) => {
    const graph = await scriptedGraph(t, numbers.one)
    const { installation } = await scene(t, { whatsapp: graph.sender })
    await eventually(
      async () => graph.webhookUrl()?.startsWith(installation.url),
      'the webhook is registered',
    )
    await installation.admin('PATCH', `/admin/integrations/${ids.one}`, { callbacks: { inlineMedia: true } })
    graph.filesAnswer(fileOf(png))
    assert.equal(await graph.post(graph.message('image', { id: '17', mime_type: 'image/png' })), 200)
    const { body } = await installation.received.one.call(({ body }) => 'moMedia' in Object(body.event))
    assert.match(JSON.stringify(body), new RegExp(RegExp.escape(png.toString('base64'))))
  })

  test('are sealed there as they are on a disk', async (t) => {
    const { kept, upload, download } = await scene(t, {}, { WAYPOST_SEAL_CONTENT: 'true' })
    const { fileId } = (await upload()).json as { fileId: string }
    assert.ok(!(await kept(fileId)).includes(png.subarray(100, 200)))
    const part = await download(fileId, { range: 'bytes=1000-1999' })
    assert.deepEqual(Buffer.from(await part.arrayBuffer()), png.subarray(1000, 2000))
    assert.ok(png.equals(Buffer.from(await (await download(fileId)).arrayBuffer())))
  })

  test('that break off while they are downloaded do so for the client as well', async (t) => {
    const { cable, upload, download } = await scene(t)
    const { fileId } = (await upload(Buffer.concat([png, randomBytes(20 * 1024 * 1024)]))).json as {
      fileId: string
    }
    const answer = await download(fileId)
    assert.equal(answer.status, 200)
    cable.cut()
    await assert.rejects(answer.arrayBuffer())
    assert.equal((await download(fileId, { range: 'bytes=0-9' })).status, 206)
  })

  test('are neither taken nor given while the bucket is away, and messages with them wait', async (t) => {
    const { cable, installation, upload, download } = await scene(t)
    const { fileId } = (await upload()).json as { fileId: string }
    const to = String(++handset)
    cable.close()

    assert.equal((await installation.send('one', [{ to, media: { fileId } }])).httpStatus, 202)
    const content = png.toString('base64')
    const refused = [
      await upload(),
      await installation.send('one', [{ to, content, media: { contentType: 'image/png' } }]),
    ]
    for (const { httpStatus, json } of refused)
      assert.partialDeepStrictEqual({ httpStatus, json }, { httpStatus: 503, json: { error: { code: 19 } } })
    const legacy = await installation.send('legacy', [{ to, content, contentType: 'image/png' }])
    assert.equal(legacy.httpStatus, 503)
    const download503 = await download(fileId)
    assert.equal(download503.status, 503)
    assert.equal(download503.headers.get('cache-control'), null)
    assert.equal(download503.headers.get('content-disposition'), null)
    assert.partialDeepStrictEqual(await download503.json(), { error: { code: 19 } })
    const ready = await installation.ask('GET', '/health/ready', {})
    assert.deepEqual([ready.httpStatus, ready.json], [503, { status: 'not ready', why: 'media' }])

    await cable.mend()
    assert.ok(png.equals(await bytesOn(installation, to)))
    assert.equal((await upload()).httpStatus, 201)
    assert.equal((await installation.phone(to)).length, 1)
  })
})
