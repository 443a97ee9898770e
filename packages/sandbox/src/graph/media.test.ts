import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import type { Sandbox } from '../sandbox.ts'
import {
  type Answer,
  ask,
  open,
  phoneNumberId,
  type Refused,
  sendAndShow,
  until,
  upload,
} from '../testing.ts'

interface Described {
  url: string
}

const png = Buffer.from('\x89PNG\r\n\x1a\n and more bytes', 'latin1')

describe('a file', () => {
  test('is kept as it was sent, described, fetched with the token, and deleted', async (t) => {
    const dataFolder = await folder(t)
    const sandbox = await open(t, { dataFolder })
    const id = await upload(sandbox, { type: 'image/png', content: png })
    assert.match(id, /^\d{16}$/)
    assert.deepEqual(await readFile(join(dataFolder, 'media', id)), png)
    assert.equal((await stat(join(dataFolder, 'media', id))).mode & 0o777, 0o600)

    const { body } = await ask<Described>(sandbox, `GET /graph/v23.0/${id}?phone_number_id=${phoneNumberId}`)
    const { url, ...rest } = body
    assert.deepEqual(rest, {
      messaging_product: 'whatsapp',
      mime_type: 'image/png',
      sha256: createHash('sha256').update(png).digest('hex'),
      file_size: png.length,
      id,
    })
    const fetched = await fetch(url, { headers: { authorization: 'Bearer any' } })
    assert.equal(fetched.headers.get('content-type'), 'image/png')
    assert.deepEqual(Buffer.from(await fetched.arrayBuffer()), png)
    assert.equal((await fetch(url)).status, 401)

    assert.deepEqual((await ask(sandbox, `DELETE /graph/v23.0/${id}`)).body, { success: true })
    for (const method of ['GET', 'DELETE']) {
      const { error } = (await ask<Refused>(sandbox, `${method} /graph/v23.0/${id}`)).body
      assert.equal(error.code, 100)
      assert.match(error.error_data.details, /^Unsupported get request/)
    }
    assert.deepEqual(await readdir(join(dataFolder, 'media')), [])
  })

  test('belongs to the number that sent it', async (t) => {
    const sandbox = await open(t)
    const id = await upload(sandbox, { type: 'image/png', content: png })
    const answer = await ask<Refused>(sandbox, `GET /graph/${id}?phone_number_id=id-2799900102`)
    assert.equal(answer.body.error.code, 100)
  })

  test('has a URL for five minutes, and an id for 30 days', async (t) => {
    let now = 1_795_000_000_000
    const sandbox = await open(t, { now: () => now })
    const id = await upload(sandbox, { type: 'image/png', content: png })
    const { url } = (await ask<Described>(sandbox, `GET /graph/${id}`)).body
    const path = url.slice(sandbox.url.length)
    now += 299_000
    assert.equal((await ask(sandbox, `GET ${path}`)).status, 200)
    assert.equal(
      (await ask(sandbox, `GET ${path.replace('ext=1', 'ext=2')}`)).status,
      400,
      'the time is signed',
    )
    now += 1_000
    assert.equal((await ask(sandbox, `GET ${path}`)).status, 400)

    now += 30 * 86_400_000 - 301_000
    assert.equal((await ask(sandbox, `GET /graph/${id}`)).status, 200)
    now += 1_000
    assert.equal((await ask(sandbox, `GET /graph/${id}`)).status, 400)
  })

  test('survives a restart; what never became a file, and what is too old, does not', async (t) => {
    const dataFolder = await folder(t)
    let now = 1_795_000_000_000
    const options = { dataFolder, now: () => now }
    const first = await open(t, options)
    const old = await upload(first, { type: 'image/png', content: png })
    const shown = await upload(first, { type: 'image/png', content: png })
    await sendAndShow(first, { type: 'image', image: { id: shown } })
    now += 30 * 86_400_000
    const young = await upload(first, { type: 'image/png', content: png })
    await first[Symbol.asyncDispose]()
    await writeFile(join(dataFolder, 'media', '1234567890123456'), 'half of it')

    const second = await open(t, options)
    assert.deepEqual((await readdir(join(dataFolder, 'media'))).toSorted(), [shown, young].toSorted())
    assert.equal((await ask(second, `GET /graph/${young}`)).status, 200)
    assert.equal((await ask(second, `GET /graph/${old}`)).status, 400)
  })

  test('is in a temporary folder without a folder of its own, until the sandbox closes', async (t) => {
    const newId = () => 'abcdef0123456789abcdef0123456789'
    const sandbox = await open(t, { newId })
    const temporary = join(tmpdir(), `waypost-sandbox-${newId()}`)
    assert.ok(!existsSync(temporary))
    await upload(sandbox, { type: 'image/png', content: png })
    assert.ok(existsSync(temporary))
    await sandbox[Symbol.asyncDispose]()
    assert.ok(!existsSync(temporary))
  })

  test('that breaks off leaves nothing behind', async (t) => {
    const dataFolder = await folder(t)
    const sandbox = await open(t, { dataFolder })
    const broken = httpRequest(`${sandbox.url}/graph/${phoneNumberId}/media`, {
      method: 'POST',
      headers: { authorization: 'Bearer any', 'content-type': 'multipart/form-data; boundary=b' },
    })
    broken.on('error', () => undefined)
    broken.write('--b\r\ncontent-disposition: form-data; name="file"; filename="a.png"\r\n\r\n12345')
    await until('it began to arrive', async () => (await filesIn(dataFolder)).length === 1)
    broken.destroy()
    await until('it is gone', async () => (await filesIn(dataFolder)).length === 0)
  })
})

describe('an upload', () => {
  const taken = [
    {
      when: 'the type is said in the part only',
      parts: { messaging_product: 'whatsapp', file: file('image/png') },
    },
    { when: 'the file comes first', parts: { file: file('image/png'), messaging_product: 'whatsapp' } },
    {
      when: 'the type has parameters and capitals',
      parts: { messaging_product: 'whatsapp', type: 'Audio/OGG; codecs=opus', file: file('') },
    },
  ]
  for (const { when, parts } of taken) {
    test(`is taken when ${when}`, async (t) => {
      const answer = await post(await open(t), parts)
      assert.equal(answer.status, 200, JSON.stringify(answer.body))
    })
  }

  const whatsapp = { messaging_product: 'whatsapp' }
  const refused = [
    {
      when: 'messaging_product is missing',
      parts: { file: file('image/png') },
      details: /messaging_product is required/,
    },
    {
      when: 'messaging_product is another',
      parts: { messaging_product: 'sms', file: file('image/png') },
      details: /must be "whatsapp"/,
    },
    { when: 'the file is missing', parts: { ...whatsapp, type: 'image/png' }, details: /file is required/ },
    { when: 'the file is a text', parts: { ...whatsapp, file: 'bytes' }, details: /must be a file/ },
    {
      when: 'the file is empty',
      parts: { ...whatsapp, file: file('image/png', '') },
      details: /must not be empty/,
    },
    { when: 'a key is unknown', parts: { ...whatsapp, colour: 'red' }, details: /Unexpected key "colour"/ },
    {
      when: 'the type is not carried',
      parts: { ...whatsapp, file: file('image/gif') },
      details: /one of the following types: image\/jpeg, .*not "image\/gif"/,
    },
    {
      when: 'there is no type',
      parts: { ...whatsapp, file: file('') },
      details: /one of the following types/,
    },
    {
      when: 'an image is too large',
      parts: { ...whatsapp, file: file('image/png', 'x'.repeat(5 * 1024 ** 2 + 1)) },
      details: /too large.* 5242880 bytes/,
    },
    {
      when: 'a sticker is too large',
      parts: { ...whatsapp, file: file('image/webp', 'x'.repeat(500 * 1024 + 1)) },
      details: /too large/,
    },
  ]
  for (const { when, parts, details } of refused) {
    test(`is refused when ${when}, and leaves nothing behind`, async (t) => {
      const dataFolder = await folder(t)
      const sandbox = await open(t, { dataFolder })
      const answer = await post<Refused>(sandbox, parts)
      assert.deepEqual([answer.status, answer.body.error.code], [400, 100])
      assert.match(answer.body.error.error_data.details, details)
      assert.deepEqual(await filesIn(dataFolder), [])
    })
  }

  for (const [when, body] of Object.entries({ 'it is JSON': {}, 'it ends too early': '--b\r\n' })) {
    test(`is refused when ${when}`, async (t) => {
      const headers = {
        'content-type': typeof body === 'string' ? 'multipart/form-data; boundary=b' : 'application/json',
      }
      const answer = await ask<Refused>(await open(t), `POST /graph/${phoneNumberId}/media`, body, headers)
      assert.deepEqual([answer.status, answer.body.error.code], [400, 100])
    })
  }

  test('of 100 MB goes through in little memory, and one byte more is refused', async (t) => {
    const sandbox = await open(t)
    const chunk = Buffer.alloc(1024 ** 2)
    const sized = (bytes: number) => [
      ...Array<Buffer>(Math.floor(bytes / chunk.length)).fill(chunk),
      chunk.subarray(0, bytes % chunk.length),
    ]
    const most = 100 * 1024 ** 2
    const before = process.memoryUsage()
    const taken = await stream(sandbox, sized(most))
    const grown = process.memoryUsage().rss - before.rss
    assert.equal(taken.status, 200)
    assert.ok(grown < 80 * 1024 ** 2, `grew by ${grown} bytes`)
    const refused = await stream(sandbox, sized(most + 1))
    assert.equal(refused.status, 400)
    assert.match(await refused.text(), /too large/)
  })
})

test('a form that is sent elsewhere is refused', async (t) => {
  const form = new FormData()
  form.set('type', 'text')
  const answer = await fetch(`${(await open(t)).url}/graph/${phoneNumberId}/messages`, {
    method: 'POST',
    headers: { authorization: 'Bearer any' },
    body: form,
  })
  assert.equal(answer.status, 400)
})

function file(type: string, content = 'bytes'): Blob {
  return new Blob([content], { type })
}

async function post<Body = unknown>(
  sandbox: Sandbox,
  parts: Record<string, string | Blob>,
): Promise<Answer<Body>> {
  const form = new FormData()
  for (const [name, part] of Object.entries(parts)) {
    if (typeof part === 'string') form.set(name, part)
    else form.set(name, part, 'a.bin')
  }
  const answer = await fetch(`${sandbox.url}/graph/${phoneNumberId}/media`, {
    method: 'POST',
    headers: { authorization: 'Bearer any' },
    body: form,
  })
  // As in `ask`: a test with a wrong expectation fails at its first look inside.
  return { status: answer.status, type: '', body: (await answer.json()) as Body }
}

/** A PDF of these bytes, as they are made. */
function stream(sandbox: Sandbox, chunks: Buffer[]): Promise<Response> {
  const head = (name: string) => `--b\r\ncontent-disposition: form-data; name="${name}"`
  const body = ReadableStream.from([
    Buffer.from(`${head('messaging_product')}\r\n\r\nwhatsapp\r\n`),
    Buffer.from(`${head('file')}; filename="a.pdf"\r\ncontent-type: application/pdf\r\n\r\n`),
    ...chunks,
    Buffer.from('\r\n--b--\r\n'),
  ])
  return fetch(`${sandbox.url}/graph/${phoneNumberId}/media`, {
    method: 'POST',
    headers: { authorization: 'Bearer any', 'content-type': 'multipart/form-data; boundary=b' },
    body,
    duplex: 'half',
  })
}

function filesIn(dataFolder: string): Promise<string[]> {
  return readdir(join(dataFolder, 'media')).catch(() => [])
}

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'waypost-media-'))
  t.after(() => rm(path, { recursive: true }))
  return path
}
