import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { legacyStatus, oneStatus, type StatusName } from '@waypost/protocol'
import { eventually } from './support/eventually.ts'
import { ids } from './support/installation.ts'
import { type Generation, generations } from './support/refusals.ts'
import { sealedSends } from './support/sealed-sends.ts'
import { encryption, nothing, type Sealing, sealing } from './support/sealing.ts'
import { shared } from './support/shared.ts'

/** What a client sealed, and nobody gets: what its message ends in. */
let handset = 27_999_700_000

const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex')
const pdf = Buffer.from('%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF\n')
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

const installation = shared({ one: { encryption }, legacy: { encryption } })
const { accepted, uploaded } = sealedSends(installation)

describe('what a client sealed ends', () => {
  const ends: { what: string; status: StatusName; message: (client: Sealing) => Promise<object> | object }[] =
    [
      {
        what: 'under the key of another account',
        status: 'encryption_access_denied',
        message: async () => {
          const other = await sealing(installation(), 'arn:aws:kms:eu-west-1:999999999999:key/other')
          return { content: other.text('Hello'), encryptionKey: other.encryptionKey }
        },
      },
      {
        what: 'with an encryptionKey that is none',
        status: 'encryption_access_denied',
        message: ({ text }) => ({ content: text('Hello'), encryptionKey: 'not base64 at all' }),
      },
      {
        what: 'under another data key',
        status: 'encryption_content_error',
        message: async () => ({ content: (await sealing(installation())).text('é'.repeat(100)) }),
      },
      { what: 'not at all', status: 'encryption_content_error', message: () => ({ content: 'Hello' }) },
      {
        what: 'as a text of more than 4,096 characters',
        status: 'failed_before_supplier',
        message: ({ text }) => ({ content: text('a'.repeat(4097)) }),
      },
      {
        what: 'as a file with a caption of more than 1,024 characters',
        status: 'failed_before_supplier',
        message: (client) => inside(client, png, { caption: client.text('a'.repeat(1025)) }),
      },
      {
        what: 'as a file with another hash',
        status: 'media_checksum_failure',
        message: (client) => inside(client, png, { sha256Hash: 'a'.repeat(64) }),
      },
      {
        what: 'as a file that is clear',
        status: 'encryption_content_error',
        message: (client) => inside({ ...client, ...nothing }, png),
      },
      {
        what: 'as a file that is something else',
        status: 'media_rejected',
        message: (client) => inside(client, pdf),
      },
      {
        what: 'as a picture of more than 5 MB',
        status: 'media_size_error',
        message: (client) =>
          inside(client, Buffer.concat([png, Buffer.alloc(5 * 1024 * 1024 - png.length + 1)])),
      },
    ]
  for (const { what, status, message } of ends)
    for (const generation of generations)
      test(`in ${status} when it is sealed ${what}: ${generation}`, async () => {
        const client = await sealing(installation())
        const to = String(++handset)
        const { encryptionKey } = client
        const sent = inGeneration(generation, { to, encryptionKey, ...(await message(client)) })
        await endsIn(generation, await accepted(generation, sent), status)
        assert.deepEqual(await installation().phone(to), [])
      })

  test('in encryption_access_denied when its file was uploaded under a kmsArn of others', async () => {
    const kmsArn = 'arn:aws:kms:eu-west-1:999999999999:key/other'
    const fileId = await uploaded(await sealing(installation(), kmsArn), png, 'image/png', {
      broadcastAllowed: 'true',
      kmsArn,
    })
    const id = await accepted('one', { to: String(++handset), media: { fileId } })
    await endsIn('one', id, 'encryption_access_denied')
  })

  test('in encryption_access_denied when the integration loses its encryption while it waits', async () => {
    const { admin, askSandbox } = installation()
    const path = `/admin/integrations/${ids.one}`
    const { encryptionKey, text } = await sealing(installation())
    const scheduledDeliveryTime = new Date(Date.now() + 3_600_000).toISOString()
    const to = String(++handset)
    const id = await accepted('one', { to, encryptionKey, content: text('Hello'), scheduledDeliveryTime })
    try {
      await admin('PATCH', path, { encryption: null })
      await askSandbox('POST', '/clock/advance', { ms: 2 * 3_600_000 })
      await endsIn('one', id, 'encryption_access_denied')
    } finally {
      await admin('PATCH', path, { encryption })
    }
  })

  test('in encryption_access_denied when its file went before, and its key is not to be had any more', async () => {
    const { admin, phone } = installation()
    const path = `/admin/integrations/${ids.one}`
    const fileId = await uploaded(await sealing(installation()), png, 'image/png')
    const [before, after] = [String(++handset), String(++handset)]
    await accepted('one', { to: before, media: { fileId } })
    await eventually(async () => (await phone(before))[0], 'the file is with the supplier')
    try {
      await admin('PATCH', path, { encryption: null })
      await endsIn('one', await accepted('one', { to: after, media: { fileId } }), 'encryption_access_denied')
      assert.deepEqual(await phone(after), [])
    } finally {
      await admin('PATCH', path, { encryption })
    }
  })

  test('not at all when its key has another name by the time that it is opened', async () => {
    const { admin, askSandbox, phone } = installation()
    const path = `/admin/integrations/${ids.one}`
    const { encryptionKey, text } = await sealing(installation())
    const scheduledDeliveryTime = new Date(Date.now() + 36_000_000).toISOString()
    const to = String(++handset)
    await accepted('one', { to, encryptionKey, content: text('Hello'), scheduledDeliveryTime })
    try {
      const { json } = await admin('PATCH', path, { encryption: { mtKey: 'another' } })
      assert.partialDeepStrictEqual(json, { encryption: { formerKeys: [encryption.mtKey] } })
      await askSandbox('POST', '/clock/advance', { ms: 11 * 3_600_000 })
      const shown = await eventually(async () => (await phone(to))[0], `it is on ${to}`)
      assert.equal(shown.text, 'Hello')
    } finally {
      await admin('PATCH', path, { encryption: null })
      await admin('PATCH', path, { encryption })
    }
  })
})

/** A file inside the message, as the One API writes it. */
function inside(client: Pick<Sealing, 'bytes'>, bytes: Buffer, said: object = {}) {
  const content = client.bytes(bytes).toString('base64')
  return { content, media: { contentType: 'image/png', sha256Hash: sha256(bytes), ...said } }
}

/** The legacy API says beside a file's content what the One API says in `media`. */
function inGeneration(generation: Generation, message: object): object {
  if (generation === 'one' || !('media' in message)) return message
  const { media, ...rest } = message
  return { ...rest, ...(media as object) }
}

async function endsIn(generation: Generation, id: string, status: StatusName) {
  const { code } = generation === 'one' ? oneStatus(status) : legacyStatus(status)
  const said = new RegExp(`"statusCode":${code}\\b`)
  await installation().received[generation].call(({ raw }) => raw.includes(id) && said.test(raw))
}

describe('with a key for what people write alone', () => {
  const installation = shared({ one: { encryption: { moKey: encryption.moKey } } })

  test('messages that a client sealed are refused', async () => {
    const message = { to: '27999000001', content: 'c2VhbGVk', encryptionKey: 'AQID' }
    const { json } = await installation().send('one', [message])
    assert.partialDeepStrictEqual(json, { messages: [{ error: { code: 38 } }] })
  })
})
