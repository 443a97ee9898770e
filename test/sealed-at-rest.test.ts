import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { eventually } from './support/eventually.ts'
import { type Installation, ids, install, keys, numbers } from './support/installation.ts'

const person = '27999000001'
const picture = Buffer.concat([
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
  Buffer.alloc(100_000, 'marked '),
])

/** A gateway and a person on the sandbox; texts and files go either way, all of them marked, and so are the secrets. */
async function busy(t: TestContext, env: Record<string, string>) {
  const installation = await install(t, { env })
  const { received, admin } = installation
  const changes = {
    whatsapp: { accessToken: 'marked-token', verifyToken: 'marked-word' },
    callbacks: {
      basicAuth: { username: 'acme', password: 'marked-password' },
      messageUrl: `${received.one.url}?secret=marked`,
    },
    signingSecret: `whsec_${Buffer.from(`marked${'.'.repeat(24)}`).toString('base64')}`,
  }
  assert.equal((await admin('PATCH', `/admin/integrations/${ids.one}`, changes)).httpStatus, 200)

  const message = { channel: 'whatsapp', to: person }
  const file = { contentType: 'image/png', fileName: 'marked.png' }
  const sent = await installation.send('one', [
    { ...message, content: 'a marked text' },
    {
      ...message,
      content: picture.toString('base64'),
      media: { contentType: 'image/png', caption: 'marked caption' },
    },
  ])
  const upload = await installation.ask('POST', `/v1/media?fileName=${file.fileName}`, {
    key: keys.one,
    headers: { 'content-type': file.contentType },
    body: picture,
  })
  const writes = (said: object) =>
    eventually(async () => {
      const { httpStatus } = await installation.askSandbox('POST', `/phones/${person}/messages`, {
        to: numbers.one,
        ...said,
      })
      return httpStatus < 300
    }, 'the number is registered')
  await writes({ type: 'text', text: 'a marked answer' })
  const media = { ...file, caption: 'marked, too', data: picture.toString('base64') }
  await writes({ type: 'media', media })
  await received.one.call(({ raw }) => raw.includes('a marked answer'))
  const told = await received.one.call(({ raw }) => raw.includes('moMedia'))
  await eventually(async () => (await installation.phone(person)).length >= 4, 'the phone has all of it')
  return { installation, sent, upload, told }
}

/** Where the installation holds one of these, but for what the operator wrote himself. */
async function holding({ traces }: Installation, ...texts: string[]): Promise<string[]> {
  return [...(await traces())]
    .filter(
      ([place, bytes]) => !place.endsWith('provision.json') && texts.some((text) => bytes.includes(text)),
    )
    .map(([place]) => place)
}

const lifeOf = async ({ admin }: Installation, id: string | undefined) =>
  Object((await admin('GET', `/admin/messages/${id}`)).json) as Record<string, unknown>

describe('with WAYPOST_SEAL_CONTENT', () => {
  test('nothing on the disk says what was sent and received, nor a secret', async (t) => {
    const { installation, sent, upload, told } = await busy(t, { WAYPOST_SEAL_CONTENT: 'true' })
    assert.equal(sent.httpStatus, 202)
    const secrets = ['marked', 'sandbox-app-secret', 'whsec_']
    const look = () => holding(installation, ...secrets)
    assert.deepEqual(await look(), [])

    // And yet all of it is there.
    const [text] = idsIn(sent)
    assert.deepEqual((await lifeOf(installation, text)).content, {
      type: 'text',
      text: { body: 'a marked text' },
    })
    assert.match(told.headers.authorization ?? '', /^Basic /)
    const { fileId } = upload.json as { fileId: string }
    const download = await installation.ask('GET', `/v1/media?fileId=${fileId}`, {
      key: keys.one,
      headers: { range: 'bytes=99000-99999' },
    })
    assert.deepEqual([download.httpStatus, download.text], [206, picture.toString('latin1', 99_000, 100_000)])

    await installation.restart()
    assert.deepEqual(await look(), [], 'once the log was copied back')
  })

  test('what an integration said is unreadable once it is deleted, and everything goes on', async (t) => {
    const { installation, sent, upload } = await busy(t, { WAYPOST_SEAL_CONTENT: 'true' })
    const { admin } = installation
    const later = [1, 3].map((hours) => ({
      channel: 'whatsapp',
      to: person,
      content: 'too late',
      scheduledDeliveryTime: new Date(Date.now() + hours * hourMs).toISOString(),
    }))
    const [text] = idsIn(sent)
    const [first, second] = idsIn(await installation.send('one', later))
    const ends = async (id: string | undefined) => {
      const status = await eventually(async () => {
        const life = await lifeOf(installation, id)
        return life.dueAt === null && life.status !== 'scheduled' && life.status
      }, 'it ends')
      return [status, (await lifeOf(installation, id)).content]
    }
    assert.equal((await admin('DELETE', `/admin/integrations/${ids.one}?force=true`)).httpStatus, 204)
    await admin('PUT', '/admin/clock', { offsetMs: 2 * hourMs })
    assert.deepEqual(await ends(first), ['stopped_by_admin', null])

    await installation.restart() // the provisioning file makes it anew, with another key
    await admin('PUT', '/admin/clock', { offsetMs: 4 * hourMs })
    assert.deepEqual(await ends(second), ['encryption_content_error', null])
    assert.equal((await lifeOf(installation, text)).content, null)
    const { fileId } = upload.json as { fileId: string }
    const download = await installation.ask('GET', `/v1/media?fileId=${fileId}`, { key: keys.one })
    assert.equal(download.httpStatus, 404)
    assert.ok((await holding(installation, 'waypost sealed 1')).some((path) => path.endsWith(fileId)))
    for (const list of ['messages', 'callbacks'])
      assert.equal((await admin('GET', `/admin/${list}?integrationId=${ids.one}`)).httpStatus, 200)
    const replay = { endpoint: 'message', fromSequence: 1, toSequence: 10, states: ['delivered'] }
    await admin('POST', `/admin/integrations/${ids.one}/callbacks/replay`, replay)
    await installation.received.one.call(({ raw }) => raw.includes('[unsupported: unreadable]'))
  })
})

test('without WAYPOST_SEAL_CONTENT contents are in clear, and secrets are not', async (t) => {
  const { installation } = await busy(t, {})
  assert.notDeepEqual(await holding(installation, 'a marked text'), [])
  for (const secret of [
    'marked-token',
    'marked-word',
    'marked-password',
    'secret=marked',
    'sandbox-app-secret',
  ])
    assert.deepEqual(await holding(installation, secret), [], secret)
})

const hourMs = 3_600_000

const idsIn = ({ json }: { json: unknown }) =>
  (json as { messages: { apiMessageId: string }[] }).messages.map(({ apiMessageId }) => apiMessageId)
