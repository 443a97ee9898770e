import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { openMedia } from '../index.ts'
import { mediaSuite } from '../media.suite.ts'
import { bucketServer } from './testing.ts'

const server = await bucketServer()
after(() => server[Symbol.asyncDispose]())

mediaSuite(() => openMedia(`s3:${server.location('waypost')}`))

const megabyte = 1024 * 1024

async function* inChunks(bytes: Uint8Array) {
  for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000)
}

test('a long file goes in parts, and one that fits into a part does not', async () => {
  const store = await openMedia(`s3:${server.location('parts')}`)
  const rows = [
    { bytes: randomBytes(12 * megabyte), tag: /-3"?$/ },
    { bytes: randomBytes(5 * megabyte), tag: /^"?[0-9a-f]{32}"?$/ },
  ]
  for (const { bytes, tag } of rows) {
    const staged = await store.stage(inChunks(bytes), 30 * megabyte, 'acme')
    const [object, ...others] = await server.objects('parts/')
    assert.deepEqual(others, [])
    assert.match(object?.key ?? '', /^parts\/staged\//)
    assert.match(object?.tag ?? '', tag)
    const id = `${randomUUID()}.bin`
    await staged.keep(id)
    assert.deepEqual(
      (await server.objects('parts/')).map(({ key }) => key),
      [`parts/kept/${id}`],
    )
    const stream = await store.open(id, 'acme')
    assert.ok(stream && bytes.equals(await buffer(stream)))
    await store.delete([id])
  }
})

test('without a prefix and with what clones need it is the same', async () => {
  const store = await openMedia(`s3:${server.location('')}&checksums=when-required`)
  const staged = await store.stage(inChunks(randomBytes(6 * megabyte)), 30 * megabyte, 'acme')
  const id = `${randomUUID()}.bin`
  await staged.keep(id)
  assert.deepEqual(
    (await server.objects('kept/')).map(({ key }) => key),
    [`kept/${id}`],
  )
  await store.delete([id])
})

test('where the bucket has rules for what is old, a sweep takes nothing', async () => {
  const store = await openMedia(`s3:${server.location('ruled')}&lifecycle=bucket`)
  const staged = await store.stage(inChunks(randomBytes(5)), 10, 'acme')
  await store.sweep({ staged: Date.now() + 60_000, kept: Date.now() + 60_000 })
  await staged.keep(`${randomUUID()}.bin`)
})

test('more readers than there are connections may come and go', async () => {
  const store = await openMedia(`s3:${server.location('readers')}`)
  const staged = await store.stage(inChunks(randomBytes(megabyte)), megabyte, 'acme')
  const id = `${randomUUID()}.bin`
  await staged.keep(id)
  for (let readers = 0; readers < 300; readers++) (await store.open(id, 'acme'))?.destroy()
  const stream = await store.open(id, 'acme')
  assert.ok(stream)
  assert.equal((await buffer(stream)).length, megabyte)
})

const unusable = [
  ['//', /^s3:\/\/ and the name of a bucket/],
  ['bucket', /^s3:\/\/ and the name of a bucket/],
  ['//key:secret@bucket', /^s3:\/\/ and the name of a bucket/],
  ['//bucket/../other', /^s3: has a prefix of letters/],
  ['//bucket/a//b', /^s3: has a prefix of letters/],
  [
    '//bucket?endpiont=http://minio',
    /^s3: has endpoint, region, addressing, checksums, lifecycle, and no endpiont/,
  ],
  ['//bucket?endpoint=minio:9000', /^s3: has a URL that begins with http:\/\/ or https:\/\/ as endpoint/],
  ['//bucket?checksums=never', /^s3: has when-required as checksums/],
] as const
for (const [location, says] of unusable)
  test(`s3:${location} is refused in words`, async () => {
    await assert.rejects(openMedia(`s3:${location}`), { message: says })
  })
