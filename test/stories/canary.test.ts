import assert from 'node:assert/strict'
import { createHash, randomBytes, randomInt } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openSandbox } from '../../packages/sandbox/src/sandbox.ts'
import { type Engines, engines } from '../support/engines.ts'
import { eventually } from '../support/eventually.ts'
import { adminToken, ask, ids, keys, numbers, type PhoneMessage } from '../support/installation.ts'
import { freePort, type Running, ready, start } from '../support/processes.ts'
import { receiver } from '../support/receiver.ts'
import { sandboxSender } from '../support/sandbox-sender.ts'
import { encryption, type Sealing, sealer } from '../support/sealing.ts'
import { placesOf, type Traces, tracesIn } from '../support/traces.ts'

for (const atRest of ['in the clear', 'sealed'] as const)
  test(`nothing that was sealed is found in the clear anywhere, with everything else ${atRest} at rest`, async (t) => {
    const scene = await open(t, atRest)
    const said = [...(await businessSends(scene)), ...(await personWrites(scene))]
    const clear = await sendInTheClear(scene)
    const secrets = [...said.map((text) => Buffer.from(text)), ...(await scene.dataKeys())]

    const whileRunning = await scene.traces()
    const afterwards = await scene.stop().then(scene.traces)
    for (const traces of [whileRunning, afterwards])
      assert.deepEqual(
        secrets.flatMap((secret) => placesOf(secret, traces).map((place) => `${secret}: ${place}`)),
        [],
      )
    const found = placesOf(Buffer.from(clear), afterwards)
    // What nobody sealed is found where nothing is sealed at rest: the search works.
    assert.equal(found.length > 0, atRest === 'in the clear')
  })

/** A word that nobody else says. */
const word = () => `canary${randomBytes(8).toString('hex')}`
const degrees = () => `${randomInt(10, 80)}.${randomInt(1e9, 2 ** 33)}`
const pdf = (text: string) => Buffer.from(`%PDF-1.7\n${text}\n`.repeat(500))
const person = '27820000001'
const template = 'test_header_with_text_quick_reply'

/** Each type, to people with whom all goes well and to numbers with faults. Answers every word that was sealed. */
async function businessSends(scene: Scene): Promise<string[]> {
  const said: string[] = []
  const sealing = await scene.dataKey()
  const { encryptionKey } = sealing
  const text = (clear = word()) => {
    said.push(clear)
    return sealing.text(clear)
  }
  const file = () => {
    const content = word()
    said.push(content)
    return pdf(content)
  }
  const inline = () => {
    const bytes = file()
    const media = { contentType: 'application/pdf', fileName: 'a.pdf', sha256Hash: hashOf(bytes) }
    return { content: sealing.bytes(bytes).toString('base64'), media: { ...media, caption: text() } }
  }
  const messages: (() => object | Promise<object>)[] = [
    () => ({ content: text() }),
    inline,
    async () => ({ media: { fileId: await scene.upload(sealing, file()), caption: text() } }),
    () => ({
      location: { latitude: text(degrees()), longitude: text(degrees()), name: text(), address: text() },
    }),
    () => ({
      contacts: [
        {
          name: { formattedName: text(), firstName: text(), lastName: text() },
          addresses: [{ street: text(), city: text(), zip: text(), country: text() }],
          emails: [{ email: text() }],
          org: { company: text(), department: text(), title: text() },
          phones: [{ phone: text(), wa_id: sealing.text('27820000009') }],
          urls: [{ url: text() }],
        },
      ],
    }),
    () => ({ hsm: { template: 'welcome_notification_demo', parameters: { 1: text() } } }),
    () => ({
      template: {
        templateName: template,
        header: { type: 'text', text: { parameters: { 1: text() } } },
        body: { parameters: { 1: text(), 2: text() } },
        buttons: { suggestedResponse: { postbackData: { 1: text(), 2: text() } } },
      },
    }),
  ]
  const legacy = [
    () => ({ content: text() }),
    () => {
      const { content, media } = inline()
      const { contentType, caption, sha256Hash } = media
      return { content, contentType, caption, sha256Hash }
    },
  ]
  for (const to of [person, ...faulty])
    for (const message of messages) await scene.send('one', { to, encryptionKey, ...(await message()) })
  await scene.send('one', { to: breaking, encryptionKey, content: text() })
  for (const message of legacy) await scene.send('legacy', { to: person, encryptionKey, ...message() })

  // What cannot be opened, or may not be sent once it is.
  const others = await scene.dataKey()
  const wrong = [
    { ends: 61, message: { encryptionKey: others.encryptionKey, content: text() } },
    { ends: 23, message: { encryptionKey, content: text(`${word()} ${'x'.repeat(4100)}`) } },
    {
      ends: 23,
      message: {
        encryptionKey,
        location: { latitude: text(`9${degrees()}`), longitude: text(), name: text() },
      },
    },
    {
      ends: 82,
      message: { encryptionKey, ...inline(), media: { ...inline().media, sha256Hash: '0'.repeat(64) } },
    },
  ]
  for (const { ends, message } of wrong)
    await scene.endsIn(await scene.send('one', { to: person, ...message }), ends)
  for (const error of ['AccessDeniedException', 'ThrottlingException']) {
    const fresh = await scene.dataKey()
    await scene.arm([{ fault: 'kms', error }])
    const content = word()
    said.push(content)
    const id = await scene.send('one', {
      to: person,
      encryptionKey: fresh.encryptionKey,
      content: fresh.text(content),
    })
    await scene.settled()
    if (error === 'AccessDeniedException') await scene.endsIn(id, 60)
    await scene.arm([])
  }

  const shown = JSON.stringify(await scene.phone())
  const [first = ''] = said
  assert.ok(shown.includes(first), 'the handset has them in the clear')
  return said
}

/** Numbers with a fault: to one Graph refuses to send, to the other what it took fails. */
const faulty = ['27996000135', '27996000023']
/** Takes it, and the connection breaks before the answer. */
const breaking = '27995000009'

/** Everything that people write. Answers every word of it, and what they are called. */
async function personWrites(scene: Scene): Promise<string[]> {
  const said: string[] = []
  const text = (clear = word()) => {
    said.push(clear)
    return clear
  }
  await scene.sandbox('PUT', `/phones/${person}`, { profileName: text() })
  const file = pdf(text()).toString('base64')
  const [latitude, longitude] = [Number(text(degrees())), Number(text(degrees()))]
  const messages = [
    { type: 'text', text: text() },
    {
      type: 'media',
      media: { contentType: 'application/pdf', fileName: 'b.pdf', caption: text(), data: file },
    },
    { type: 'location', location: { latitude, longitude, name: text(), address: text() } },
    { type: 'contacts', contacts: [{ name: { formattedName: text() }, phones: [{ phone: text() }] }] },
  ]
  for (const message of messages)
    await scene.sandbox('POST', `/phones/${person}/messages`, { to: numbers.one, ...message })
  const buttons = (await scene.phone()).filter((one) => one.buttons?.length)
  for (const { id } of buttons)
    await scene.sandbox('POST', `/phones/${person}/messages/${id}/press`, { button: 1 })
  for (const kind of ['moText', 'moMedia', 'moLocation', 'moContacts', 'moSuggestedResponse'])
    await scene.told(kind)
  return said
}

async function sendInTheClear(scene: Scene): Promise<string> {
  const clear = word()
  await scene.send('one', { to: person, content: clear })
  await scene.settled()
  return clear
}

const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

type Scene = Awaited<ReturnType<typeof open>>

/** The gateway as a process of its own that logs all it can, the sandbox, and one integration that has both keys. */
async function open(t: TestContext, atRest: 'in the clear' | 'sealed') {
  const folder = await mkdtemp(join(tmpdir(), 'waypost-canary-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const farSide = await openSandbox({ host: '127.0.0.1', port: 0 })
  t.after(() => farSide[Symbol.asyncDispose]())
  const business = await receiver(t)
  const url = `http://127.0.0.1:${await freePort()}`
  const kept = await engines(folder, t)
  const running = await startGateway(t, {
    folder,
    url,
    sandboxUrl: farSide.url,
    callbackUrl: business.url,
    atRest,
    kept,
  })
  const given: Buffer[] = []

  const get = async (
    path: string,
    headers: Record<string, string> = { authorization: `Bearer ${adminToken}` },
  ) => ask(`${url}${path}`, 'GET', { headers })
  async function sandbox(method: 'GET' | 'PUT' | 'POST', path: string, body?: unknown) {
    const { httpStatus, text, json } = await ask(`${farSide.url}${path}`, method, body ? { body } : {})
    assert.ok(httpStatus < 300, text)
    return json
  }
  const accepted: string[] = []
  const synced = await ask(`${url}/admin/integrations/${ids.one}/templates/sync`, 'POST', {
    headers: { authorization: `Bearer ${adminToken}` },
  })
  assert.equal(synced.httpStatus, 200, synced.text)

  return {
    sandbox,
    arm: (faults: object[]) => sandbox('PUT', '/faults', faults),
    phone: async () => (await sandbox('GET', `/phones/${person}/messages`)) as PhoneMessage[],
    told: (event: string) => business.call(({ raw }) => raw.includes(`"${event}"`)),

    async dataKey(): Promise<Sealing> {
      const headers = {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'TrentService.GenerateDataKey',
      }
      const body = { KeyId: encryption.mtKey, KeySpec: 'AES_256' }
      const { json, text } = await ask(`${farSide.url}/kms`, 'POST', { headers, body })
      const { Plaintext, CiphertextBlob } = json as { Plaintext?: string; CiphertextBlob?: string } // KMS's answer
      assert.ok(Plaintext && CiphertextBlob, text)
      const key = Buffer.from(Plaintext, 'base64')
      given.push(key)
      return sealer(key, CiphertextBlob)
    },

    /** Those that the business had, and those that its events came with. */
    async dataKeys(): Promise<Buffer[]> {
      const blobs = business.calls.flatMap(({ raw }) => /"encryptionKey":"([^"]+)"/.exec(raw)?.[1] ?? [])
      const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'TrentService.Decrypt' }
      const made: Buffer[] = []
      for (const CiphertextBlob of new Set(blobs)) {
        const { json } = await ask(`${farSide.url}/kms`, 'POST', { headers, body: { CiphertextBlob } })
        const { Plaintext } = json as { Plaintext?: string } // KMS's answer
        made.push(Buffer.from(Plaintext ?? '', 'base64'))
      }
      assert.ok(made.length > 3 && made.every(({ length }) => length === 32))
      return [...given, ...made]
    },

    endsIn: (id: string, statusCode: number) =>
      business.call(({ raw }) => raw.includes(id) && raw.includes(`"statusCode":${statusCode},`)),

    async upload(sealing: Sealing, bytes: Buffer): Promise<string> {
      const query = new URLSearchParams({
        fileName: 'c.pdf',
        broadcastAllowed: 'true',
        encryptionKey: sealing.encryptionKey,
        kmsArn: encryption.mtKey,
        sha256FileHash: hashOf(bytes),
      })
      const headers = { 'content-type': 'application/pdf' }
      const { json, text } = await ask(`${url}/v1/media?${query}`, 'POST', {
        key: keys.one,
        headers,
        body: sealing.bytes(bytes),
      })
      const { fileId } = json as { fileId?: string } // the contract of the upload
      assert.ok(fileId, text)
      return fileId
    },

    async send(generation: 'one' | 'legacy', message: object) {
      const path = generation === 'one' ? '/v1/message' : '/wa/messages'
      const { text, json } = await ask(`${url}${path}`, 'POST', {
        key: keys.one,
        body: { messages: [message] },
      })
      const [sent] = (json as { messages: { apiMessageId?: string; messageId?: string }[] }).messages
      const id = sent?.apiMessageId ?? sent?.messageId
      assert.ok(id, text)
      accepted.push(id)
      return id
    },

    /** Every message was tried. */
    settled: () =>
      eventually(
        async () => {
          for (const id of accepted) {
            const { json } = await get(`/admin/messages/${id}`)
            const { attempts } = json as { attempts: { endedAt: string | null }[] } // the admin API's contract
            if (!attempts.some(({ endedAt }) => endedAt !== null)) return false
          }
          return true
        },
        'each was tried',
        60_000,
      ),

    /** All that the gateway has written, says and said. */
    async traces(): Promise<Traces> {
      const found = [await tracesIn(folder), await kept.traces(), await kept.log()]
      const traces: Traces = new Map(found.flatMap((one) => [...one]))
      traces.set('its log', Buffer.from(running.output()))
      if (running.child.exitCode !== null) return traces
      const one = `/admin/integrations/${ids.one}`
      const asked = [
        '/metrics',
        '/admin/lanes',
        '/admin/integrations',
        one,
        `${one}/events?endpoint=message&after=0&limit=200`,
        `${one}/events?endpoint=status&after=0&limit=200`,
        `/admin/messages?integrationId=${ids.one}&limit=200`,
        `/admin/callbacks?integrationId=${ids.one}&limit=200`,
        ...accepted.map((id) => `/admin/messages/${id}`),
      ]
      for (const path of asked) {
        const { httpStatus, text } = await get(path)
        assert.equal(httpStatus, 200, `${path}: ${text}`)
        traces.set(path, Buffer.from(text))
      }
      for (const id of accepted) {
        const { text } = await get(`/v1/message/${id}`, { authorization: keys.one })
        traces.set(`the status of ${id}`, Buffer.from(text))
      }
      for (const [i, { raw }] of business.calls.entries()) traces.set(`callback ${i}`, Buffer.from(raw))
      return traces
    },

    async stop() {
      running.child.kill('SIGTERM')
      await running.ended
    },
  }
}

interface Places {
  folder: string
  url: string
  sandboxUrl: string
  callbackUrl: string
  atRest: 'in the clear' | 'sealed'
  kept: Engines
}

async function startGateway(
  t: TestContext,
  { folder, url, sandboxUrl, callbackUrl, atRest, kept }: Places,
): Promise<Running> {
  const file = join(folder, 'provision.json')
  const integration = {
    id: ids.one,
    name: 'Bank',
    apiKeys: [{ key: keys.one, generation: 'one' }],
    whatsapp: {
      ...sandboxSender(sandboxUrl, numbers.one),
      pairLimit: false,
    },
    callbacks: { messageUrl: callbackUrl, statusUrl: callbackUrl, inlineMedia: atRest === 'sealed' },
    shadowCallbacks: { messageUrl: callbackUrl, statusUrl: callbackUrl },
    encryption,
  }
  await writeFile(file, JSON.stringify({ integrations: [integration] }))
  const running = start('packages/gateway/src/main.ts', [], {
    WAYPOST_PORT: new URL(url).port,
    WAYPOST_SANDBOX_PORT: new URL(sandboxUrl).port,
    WAYPOST_DATA: folder,
    WAYPOST_ADMIN_TOKEN: adminToken,
    WAYPOST_LOG_LEVEL: 'trace',
    WAYPOST_SEAL_CONTENT: String(atRest === 'sealed'),
    WAYPOST_PROVISION: file,
    WAYPOST_KEYS_URL: `aws-kms:?endpoint=${sandboxUrl}/kms&region=eu-west-1`,
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
    ...kept.env,
  })
  t.after(async () => {
    running.child.kill()
    await running.ended
  })
  await ready(url, running)
  await eventually(async () => {
    const { json } = await ask(`${sandboxUrl}/businesses`, 'GET', {})
    return (json as { webhook: string | null }[]).some(({ webhook }) => webhook !== null)
  }, 'the gateway has registered')
  return running
}
