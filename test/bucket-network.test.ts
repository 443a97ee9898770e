import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Wire, wire } from '../packages/gateway/src/core/wire.fake.ts'
import { bucketServer } from '../packages/gateway/src/media/s3/testing.ts'
import { eventually } from './support/eventually.ts'
import { type Heard, type Installation, install, keys } from './support/installation.ts'
import { takesAgain, underLoad } from './support/under-load.ts'

/** Side by side: each waits most of the time. */
describe('no file is lost, and it goes on by itself, when between a gateway and its bucket', {
  concurrency: true,
}, () => {
  let server: Awaited<ReturnType<typeof bucketServer>>
  before(async () => {
    server = await bucketServer()
  })
  after(() => server[Symbol.asyncDispose]())

  async function scene(t: TestContext) {
    const way = await wire(server.endpoint)
    t.after(() => way[Symbol.asyncDispose]())
    const installation = await install(t, {
      one: { uncertainWaitMs: 300 },
      env: { WAYPOST_MEDIA_URL: `s3:${server.location(`of-${++scenes}`, way.endpoint)}` },
    })
    const files = sendFiles(installation)
    t.after(() => files.stop())
    const load = await underLoad(t, installation)
    await files.areUnderWay()
    return { way, installation, load, files }
  }
  let scenes = 0

  const rows: { what: string; fault: (way: Wire) => unknown; lastsMs?: number }[] = [
    { what: 'everything is cut off once', fault: (way) => way.cut() },
    { what: 'it breaks in the middle of a file', fault: (way) => way.cutAfter(10_000) },
    { what: 'it breaks when a file was kept', fault: (way) => way.cutAt('x-amz-copy-source') },
    { what: 'everything takes long', fault: (way) => way.delay(300), lastsMs: 4000 },
    { what: 'nobody is there for a while', fault: (way) => way.close(), lastsMs: 2000 },
  ]
  for (const { what, fault, lastsMs = 500 } of rows)
    test(what, async (t) => {
      const { way, load, files } = await scene(t)
      fault(way)
      await sleep(lastsMs)
      await way.mend()
      await files.areAllThere()
      await load.nothingIsLost()
    })

  for (const [what, silence] of [
    ['nothing arrives', (way: Wire) => way.hush()],
    ['no answer arrives', (way: Wire) => way.loseAnswers()],
  ] as const)
    test(`${what}: what needs no file goes on`, async (t) => {
      const { way, installation, load, files } = await scene(t)
      const [fileId] = files.sent.keys()
      silence(way)
      await takesAgain(installation)
      await Promise.all(
        meanwhile.map(async ({ path, says }) => {
          const { httpStatus, json } = await installation.ask('GET', path(fileId ?? ''), { key: keys.one })
          assert.partialDeepStrictEqual({ httpStatus, json }, says)
        }),
      )
      await way.mend()
      await files.areAllThere()
      await load.nothingIsLost()
    })
})

/** Each of it within seconds. */
const meanwhile: { path: (fileId: string) => string; says: object }[] = [
  { path: (id) => `/v1/media?fileId=${id}`, says: { httpStatus: 503, json: { error: { code: 19 } } } },
  { path: () => '/health/ready', says: { httpStatus: 503, json: { why: 'media' } } },
  { path: () => '/health/live', says: { httpStatus: 200 } },
]

/** A business that uploads files and sends each to a phone of its own, asking until it is answered. */
function sendFiles(installation: Installation) {
  const { ask, send, phone, sandbox, url } = installation
  /** By their ids. */
  const sent = new Map<string, { bytes: Buffer; to: string }>()
  let stopped = false

  async function until(httpStatus: number, asking: () => Promise<Heard>): Promise<Heard | undefined> {
    while (!stopped) {
      const heard = await asking().catch(() => undefined)
      if (heard?.httpStatus === httpStatus) return heard
      assert.ok(heard === undefined || heard.httpStatus === 503, heard?.text ?? '')
      await sleep(50)
    }
    return undefined
  }

  async function all() {
    for (let number = 27_999_700_000; !stopped; number++) {
      const to = String(number)
      const body = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), randomBytes(5000)])
      const headers = { 'content-type': 'image/png' }
      const uploaded = await until(201, () =>
        ask('POST', '/v1/media?fileName=a', { key: keys.one, headers, body }),
      )
      const { fileId } = (uploaded?.json ?? {}) as { fileId?: string } // the contract of uploads
      if (fileId === undefined) return
      const message = { to, media: { fileId } }
      if (await until(202, () => send('one', [message], { 'idempotency-key': to })))
        sent.set(fileId, { bytes: body, to })
      await sleep(400)
    }
  }

  async function isOnPhone({ bytes, to }: { bytes: Buffer; to: string }) {
    const [shown] = await eventually(
      async () => {
        const messages = await phone(to)
        return messages.length > 0 && messages
      },
      `the file is on ${to}`,
      60_000,
    )
    const path = `/phones/${to}/messages/${encodeURIComponent(shown?.id ?? '')}/media`
    assert.ok(bytes.equals(await bytesAt(`${sandbox.url}${path}`)))
    assert.equal((await phone(to)).length, 1)
  }

  const sending = all()
  return {
    sent,
    areUnderWay: () => eventually(async () => sent.size > 2, 'files are sent', 30_000),
    async stop() {
      stopped = true
      await sending
    },
    async areAllThere() {
      const count = sent.size
      await eventually(async () => sent.size > count + 2, 'files are taken again', 60_000)
      stopped = true
      await sending
      for (const [fileId, file] of sent) {
        assert.ok(file.bytes.equals(await bytesAt(`${url}/v1/media?fileId=${fileId}`)))
        await isOnPhone(file)
      }
    },
  }
}

async function bytesAt(url: string): Promise<Buffer> {
  const answer = await fetch(url, { headers: { authorization: keys.one } })
  assert.equal(answer.status, 200)
  return Buffer.from(await answer.arrayBuffer())
}
