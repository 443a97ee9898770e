import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { after, type TestContext, test } from 'node:test'
import { CannotStart } from '../../core/cannot-start.ts'
import { StoreUnavailable } from '../../core/store.ts'
import { wire } from '../../core/wire.fake.ts'
import type { Patience } from './bucket.ts'
import { openS3 } from './index.ts'
import { bucketServer } from './testing.ts'

const server = await bucketServer()
after(() => server[Symbol.asyncDispose]())

const megabyte = 1024 * 1024
const newId = () => `${randomUUID()}.bin`
const impatient: Patience = {
  connectMs: 2000,
  answerMs: 2000,
  firstByteMs: 2000,
  silenceMs: 1000,
  tries: 2,
  callMs: 10_000,
}

async function* inChunks(bytes: Uint8Array) {
  for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000)
}

/** A store under a prefix of its own, over a wire that can be cut. */
async function scene(t: TestContext) {
  const cable = await wire(server.endpoint)
  t.after(() => cable[Symbol.asyncDispose]())
  const prefix = randomUUID()
  const store = await openS3(server.location(prefix, cable.endpoint), impatient)
  const stage = (bytes: Uint8Array) => store.stage(inChunks(bytes), 100 * megabyte, 'acme')
  return {
    cable,
    store,
    stage,
    async keep(bytes: Uint8Array) {
      const id = newId()
      await (await stage(bytes)).keep(id)
      return id
    },
    async read(id: string) {
      const stream = await store.open(id, 'acme')
      return stream && buffer(stream)
    },
    there: () => server.objects(prefix),
  }
}

type Scene = Awaited<ReturnType<typeof scene>>

const faults: Record<string, (cable: Scene['cable']) => void> = {
  'does not listen': (cable) => cable.close(),
  'takes everything and answers nothing': (cable) => cable.hush(),
}
for (const [what, spoil] of Object.entries(faults))
  test(`a server that ${what} is a store that cannot be used, until it can`, async (t) => {
    const { cable, store, stage, keep, read, there } = await scene(t)
    const bytes = randomBytes(100)
    const [id, staged] = [await keep(bytes), await stage(bytes)]
    spoil(cable)
    const tried = [
      () => stage(bytes),
      () => staged.keep(newId()),
      () => store.open(id, 'acme'),
      () => store.delete([id]),
      () => store.probe(),
      () => store.sweep({ staged: Date.now(), kept: 0 }),
    ]
    await Promise.all(tried.map((attempt) => assert.rejects(attempt, StoreUnavailable)))
    await cable.mend()
    assert.deepEqual(await read(id), bytes)
    await staged.keep(newId())
    await store.probe()
    await store.delete([id])
    assert.equal((await there()).length, 1)
  })

const never = { ...impatient, answerMs: 600_000, firstByteMs: 600_000, callMs: 600_000 }
for (const [what, limits] of [
  ['a reader waits for a file', { ...never, firstByteMs: 1000 }],
  ['all tries of a call take', { ...never, callMs: 1000 }],
] as const)
  test(`how long ${what} has a limit of its own`, async (t) => {
    const cable = await wire(server.endpoint)
    t.after(() => cable[Symbol.asyncDispose]())
    const store = await openS3(server.location('waiting', cable.endpoint), limits)
    cable.hush()
    await assert.rejects(store.open(newId(), 'acme'), StoreUnavailable)
  })

test('3: an upload that is cut once goes on, and is whole', async (t) => {
  const { cable, keep, read } = await scene(t)
  const bytes = randomBytes(12 * megabyte)
  cable.cutAfter(7 * megabyte)
  assert.ok(bytes.equals((await read(await keep(bytes))) ?? Buffer.alloc(0)))
})

test('1: an upload that is cut for good leaves nothing that anybody sees', async (t) => {
  const { cable, store, keep, there } = await scene(t)
  async function* thenCut() {
    yield* inChunks(randomBytes(6 * megabyte))
    cable.close()
    yield* inChunks(randomBytes(6 * megabyte))
  }
  await assert.rejects(store.stage(thenCut(), 100 * megabyte, 'acme'), StoreUnavailable)
  assert.deepEqual(await there(), [])
  await cable.mend()
  await keep(randomBytes(5))
})

test('1: an upload whose source breaks off is given up at the server as well', async (t) => {
  const { cable, store, there } = await scene(t)
  async function* broken() {
    yield* inChunks(randomBytes(6 * megabyte))
    throw new Error('the client has gone')
  }
  await assert.rejects(store.stage(broken(), 100 * megabyte, 'acme'), /the client has gone/)
  assert.match(cable.asked.at(-1) ?? '', /^DELETE .*uploadId=/)
  assert.deepEqual(await there(), [])
})

test('1: a source that breaks off while the server is away is still what is told', async (t) => {
  const { cable, store } = await scene(t)
  async function* broken() {
    yield* inChunks(randomBytes(6 * megabyte))
    cable.close()
    throw new Error('the client has gone')
  }
  await assert.rejects(store.stage(broken(), 100 * megabyte, 'acme'), /the client has gone/)
})

test('2: no more is read from a source than the server takes', async (t) => {
  const { cable, store } = await scene(t)
  let read = 0
  async function* endless() {
    for (; read < 100; read++) yield randomBytes(megabyte)
  }
  cable.hush()
  await assert.rejects(store.stage(endless(), 200 * megabyte, 'acme'), StoreUnavailable)
  assert.ok(read < 15, `${read} MB`)
})

test('3: what is spoilt, cut or held up on its way is an error while it is read', async (t) => {
  const { cable, keep, read, store } = await scene(t)
  const bytes = Buffer.alloc(3 * megabyte, 'a')
  const id = await keep(bytes)

  cable.spoil((passing) => Buffer.from(passing.toString('latin1').replace('aaaa', 'aaba'), 'latin1'))
  await assert.rejects(read(id), /Checksum mismatch/)
  await cable.mend()

  for (const fault of [cable.cut, cable.hush]) {
    const stream = await store.open(id, 'acme')
    fault()
    assert.ok(stream)
    await assert.rejects(buffer(stream))
    await cable.mend()
  }
  assert.ok(bytes.equals((await read(id)) ?? Buffer.alloc(0)))
})

test('a file that breaks before anybody reads it brings nobody down', async (t) => {
  const { cable, keep, store } = await scene(t)
  const stream = await store.open(await keep(Buffer.alloc(3 * megabyte)), 'acme')
  assert.ok(stream)
  cable.cut()
  await new Promise((over) => stream.once('close', over))
  await assert.rejects(buffer(stream))
})

/** A server that answers as told; what it was asked. */
async function answering(t: TestContext, answer: (asked: string) => { httpStatus: number; body?: string }) {
  const asked: string[] = []
  const far = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    const { httpStatus, body } = answer(`${request.method} ${request.url}`)
    response.writeHead(httpStatus, { 'content-type': 'application/xml' }).end(body)
  }).listen(0, '127.0.0.1')
  await once(far, 'listening')
  t.after(() => far.close())
  const { port } = far.address() as AddressInfo // it listens on TCP
  return { asked, location: `//photos?endpoint=http://127.0.0.1:${port}&region=eu-west-1` }
}

test('sweeping gives up uploads in parts that nobody completed, and only old ones', async (t) => {
  const upload = (id: string, at: string) =>
    `<Upload><Key>staged/${id}</Key><UploadId>${id}</UploadId><Initiated>${at}</Initiated></Upload>`
  const { asked, location } = await answering(t, (asking) => {
    if (!asking.startsWith('GET ')) return { httpStatus: 204 }
    if (!asking.includes('uploads')) return { httpStatus: 200, body: '<ListBucketResult></ListBucketResult>' }
    const isFirst = !asking.includes('key-marker=')
    const page = isFirst
      ? `<IsTruncated>true</IsTruncated><NextKeyMarker>staged/old</NextKeyMarker><NextUploadIdMarker>old</NextUploadIdMarker>${upload('old', '2026-01-01T00:00:00Z')}`
      : `<IsTruncated>false</IsTruncated>${upload('older', '2025-01-01T00:00:00Z')}${upload('young', '2026-03-01T00:00:00Z')}`
    return {
      httpStatus: 200,
      body: `<ListMultipartUploadsResult>${page}</ListMultipartUploadsResult>`,
    }
  })
  const store = await openS3(location, impatient)
  await store.sweep({ staged: Date.parse('2026-02-01T00:00:00Z'), kept: 0 })
  assert.deepEqual(
    asked
      .filter((asking) => asking.startsWith('DELETE '))
      .map((asking) => asking.match(/uploadId=(\w+)/)?.[1]),
    ['old', 'older'],
  )
})

test('a server that cannot list uploads in parts is swept all the same', async (t) => {
  const { location } = await answering(t, (asking) =>
    asking.includes('uploads')
      ? { httpStatus: 501 }
      : { httpStatus: 200, body: '<ListBucketResult></ListBucketResult>' },
  )
  await (await openS3(location, impatient)).sweep({ staged: Date.now(), kept: 0 })
})

test('a sweep lists the bucket only when something in it may be old enough', async (t) => {
  const { cable, keep, store } = await scene(t)
  await keep(randomBytes(5))
  const lists = () => cable.asked.filter((asking) => /prefix=[^&]*kept/.test(asking)).length
  const now = Date.now()
  await store.sweep({ staged: 0, kept: now - 60_000 })
  await store.sweep({ staged: 0, kept: now - 50_000 })
  assert.equal(lists(), 1)
  await store.sweep({ staged: 0, kept: now + 60_000 })
  assert.equal(lists(), 2)
})

for (const [httpStatus, says] of [
  [301, 'the bucket photos is in another region'],
  [403, 'the bucket photos may not be used with these credentials'],
  [404, 'the bucket photos is not there'],
] as const)
  test(`nothing starts on a bucket whose server answers ${httpStatus}`, async (t) => {
    const { location } = await answering(t, () => ({ httpStatus }))
    await assert.rejects(openS3(location, impatient), (error: unknown) => {
      assert.ok(error instanceof CannotStart)
      assert.equal(error.message, says)
      return true
    })
  })

test('nothing starts where no server is', async (t) => {
  const { cable } = await scene(t)
  cable.close()
  await assert.rejects(openS3(server.location('x', cable.endpoint), impatient), {
    name: 'CannotStart',
    message: /^the bucket photos cannot be asked for: .*ECONNREFUSED/,
  })
})
