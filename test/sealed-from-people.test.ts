import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { eventually } from './support/eventually.ts'
import { fileOf } from './support/graph.ts'
import { type Installation, ids, keys } from './support/installation.ts'
import { opened, openedText } from './support/openssl.ts'
import { eventIn, placesWith, sealedBusiness, shownWith } from './support/sealed-business.ts'
import { encryption } from './support/sealing.ts'

/** What people send a business that wants it sealed, opened again by OpenSSL and KMS alone. */
const ann = { contacts: [{ profile: { name: 'Ann Smith' }, wa_id: '27999000001' }] }
const cat = Buffer.from('a cat, as far as anybody asks')
const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const picture = { id: '17', mime_type: 'image/png', caption: 'Look at her' }

describe('what a person sends is sealed up to the business', () => {
  const place = { latitude: -33.920873, longitude: 18.418217, name: 'Bakery', address: 'Dock Road' }
  const card = {
    name: { formatted_name: 'Sipho Dube', first_name: 'Sipho' },
    phones: [{ phone: '+27 99', type: 'WORK', wa_id: '2799' }],
  }
  const sealedCard = {
    name: { firstName: '<Sipho>', formattedName: '<Sipho Dube>' },
    phones: [{ phone: '<+27 99>', type: '<WORK>', waId: '<2799>' }],
  }
  const located = {
    latitude: '<-33.920873>',
    longitude: '<18.418217>',
    locationName: '<Bakery>',
    locationAddress: '<Dock Road>',
  }
  const rows: {
    type: string
    body: unknown
    one: [name: string, event: object]
    legacy: object
    clear: string
  }[] = [
    {
      type: 'text',
      body: { body: 'Zoë was here 👋🏽' },
      one: ['moText', { content: '<Zoë was here 👋🏽>' }],
      legacy: { content: '<Zoë was here 👋🏽>' },
      clear: 'Zoë was here',
    },
    { type: 'location', body: place, one: ['moLocation', located], legacy: located, clear: '18.418217' },
    {
      type: 'contacts',
      body: [card],
      one: ['moContacts', { contacts: [sealedCard] }],
      legacy: { content: null, contacts: [sealedCard] },
      clear: 'Sipho',
    },
    {
      type: 'interactive',
      body: { type: 'list_reply', list_reply: { id: 'the red one', title: 'Red, please' } },
      one: ['moSuggestedResponse', { content: '<Red, please>', postbackData: '<the red one>' }],
      legacy: { content: '<Red, please>' },
      clear: 'the red one',
    },
    {
      type: 'reaction',
      body: { message_id: 'wamid.17', emoji: '👍' },
      one: ['moText', { content: '<👍>' }],
      legacy: { content: '<👍>' },
      clear: '👍',
    },
    {
      type: 'order',
      body: {},
      one: ['moText', { content: '<[unsupported: order]>' }],
      legacy: { content: '<[unsupported: order]>' },
      clear: 'unsupported',
    },
  ]
  for (const generation of ['one', 'legacy'] as const)
    for (const { type, body, one, legacy, clear } of rows)
      test(`${type}, in the form of ${generation}`, async (t) => {
        const { graph, installation, heard, keyOf } = await sealedBusiness(t, generation)
        assert.equal(await graph.post({ ...graph.message(type, body), ...ann }), 200)
        const told = await heard()
        const [name, event] = generation === 'one' ? eventIn(told) : ['', told.body]
        const shown = shownWith(await keyOf(event), event)
        const common = {
          from: '27999000001',
          ...(generation === 'one'
            ? { whatsapp: { profileName: '<Ann Smith>' } }
            : { profileName: '<Ann Smith>' }),
        }
        assert.partialDeepStrictEqual(shown, { ...common, ...(generation === 'one' ? one[1] : legacy) })
        if (generation === 'one') assert.equal(name, one[0])
        for (const text of [clear, 'Ann Smith']) assert.ok(!told.raw.includes(text))
        assert.deepEqual(await placesWith(installation, clear, 'Ann Smith'), [])
      })

  test('each text with a vector of its own, and each message with a key of its own', async (t) => {
    const { graph, heard, mos, keyOf } = await sealedBusiness(t)
    await graph.post(graph.message('location', { ...place, name: 'Bakery', address: 'Bakery' }))
    await graph.post(graph.message('location', place))
    await eventually(async () => mos().length === 2, 'both are told')
    const [, first] = eventIn(await heard())
    const [, second] = eventIn(mos()[1] ?? assert.fail())
    assert.notEqual(first.locationName, first.locationAddress)
    assert.notDeepEqual(await keyOf(first), await keyOf(second))
  })

  test('and without encryption again, what comes then is not', async (t) => {
    const { graph, installation, heard } = await sealedBusiness(t)
    await installation.admin('PATCH', `/admin/integrations/${ids.one}`, { encryption: null })
    await graph.post(graph.message('text', { body: 'Hello' }))
    assert.partialDeepStrictEqual(eventIn(await heard())[1], { content: 'Hello', encryptionKey: null })
  })
})

describe('a file from a person is sealed', () => {
  for (const [size, bytes] of Object.entries({ small: cat, 'of 20 MB': randomBytes(20 * 1024 * 1024) }))
    test(`${size}: with the key of its event, told of by what it is in the clear, and downloaded as it is kept`, async (t) => {
      const { graph, installation, heard, keyOf } = await sealedBusiness(t)
      graph.filesAnswer(fileOf(bytes))
      await graph.post({ ...graph.message('image', picture), ...ann })
      const [name, event] = eventIn(await heard())
      const key = await keyOf(event)
      const {
        files: [file = assert.fail()],
        caption,
      } = event as unknown as MoMedia
      assert.deepEqual([name, openedText(key, caption)], ['moMedia', 'Look at her'])
      assert.partialDeepStrictEqual(file, {
        contentType: 'image/png',
        sha256Hash: hashOf(bytes),
        byteSize: bytes.length,
      })

      const { pathname, search } = new URL(file.downloadUrl)
      const sealed = await downloaded(installation, pathname + search)
      assert.equal(sealed.length, 16 + 16 * (Math.floor(bytes.length / 16) + 1))
      assert.ok(opened(key, sealed).equals(bytes))
      const query = new URLSearchParams(search)
      query.set('sha256Hash', hashOf(sealed))
      assert.ok(
        (await downloaded(installation, `${pathname}?${query}`)).equals(sealed),
        'by the hash of what is kept',
      )
      query.set('sha256Hash', '00'.repeat(32))
      assert.equal((await installation.ask('GET', `${pathname}?${query}`, { key: keys.one })).httpStatus, 404)
      assert.deepEqual(await placesWith(installation, bytes.subarray(0, 24), 'Look at her'), [])
    })

  test('inside its event where the integration wants it so, and in the legacy form', async (t) => {
    const newer = await sealedBusiness(t)
    await newer.installation.admin('PATCH', `/admin/integrations/${ids.one}`, {
      callbacks: { inlineMedia: true },
    })
    const older = await sealedBusiness(t, 'legacy')
    for (const { graph } of [newer, older]) {
      graph.filesAnswer(fileOf(cat))
      await graph.post(graph.message('image', picture))
    }
    const [, event] = eventIn(await newer.heard())
    assert.partialDeepStrictEqual(event, { contentType: 'image/png', sha256Hash: hashOf(cat) })
    const { body } = await older.heard()
    assert.equal(body.contentType, 'image/png')
    for (const [business, told] of [
      [newer, event],
      [older, body],
    ] as const) {
      const key = await business.keyOf(told)
      assert.deepEqual(opened(key, Buffer.from(String(told.content), 'base64')), cat)
      assert.equal(openedText(key, String(told.caption)), 'Look at her')
    }
  })

  test('that is lost is told of in a sealed text, its caption with it', async (t) => {
    for (const generation of ['one', 'legacy'] as const) {
      const { graph, heard, keyOf } = await sealedBusiness(t, generation)
      await graph.post(graph.message('image', picture))
      const told = await heard()
      const event = generation === 'one' ? eventIn(told)[1] : told.body
      assert.equal(
        openedText(await keyOf(event), String(event.content)),
        '[file lost: image/png] Look at her',
      )
    }
  })

  test('that has no bytes, or not those of its hash, is seen as such in the clear', async (t) => {
    const { graph, heard, keyOf } = await sealedBusiness(t)
    graph.filesAnswer(fileOf(Buffer.alloc(0)))
    await graph.post(graph.message('image', picture))
    const [, event] = eventIn(await heard())
    assert.match(openedText(await keyOf(event), String(event.content)), /^\[file lost/)
    graph.filesAnswer(fileOf(cat, { sha256: '00'.repeat(32) }))
    const asked = graph.asked.length
    await graph.post(graph.message('image', picture))
    await heard(({ raw }) => raw.includes(hashOf(cat)))
    assert.ok(graph.asked.length - asked >= 8, 'it was fetched again, and taken as it is')
  })

  for (const error of ['AccessDeniedException', 'ThrottlingException'])
    test(`is fetched when its key can be had again (${error}), also after a restart`, async (t) => {
      const { graph, installation, heard, mos, keyOf, arm } = await sealedBusiness(t)
      graph.filesAnswer((_url, response) => void response.writeHead(503).end())
      await graph.post(graph.message('image', picture))
      await eventually(async () => graph.asked.length > 0, 'it was asked for')
      await arm({ fault: 'kms', error })
      graph.filesAnswer(fileOf(cat))
      await installation.restart() // no node has the key in memory
      await eventually(async () => (await fetchAttempts(installation)) > 0, 'it was tried without a key')
      assert.equal(mos().length, 0)
      await arm()
      const [, event] = eventIn(await heard())
      assert.equal(openedText(await keyOf(event), String(event.caption)), 'Look at her')
    })
})

test('a file of a person who wrote before encryption was taken away waits, and is never kept in the clear', async (t) => {
  const { graph, installation, heard, keyOf } = await sealedBusiness(t)
  const set = (encryption: object | null) =>
    installation.admin('PATCH', `/admin/integrations/${ids.one}`, { encryption })
  graph.filesAnswer((_url, response) => void response.writeHead(503).end())
  await graph.post(graph.message('image', picture))
  await eventually(async () => graph.asked.length > 0, 'it was asked for')
  await set(null)
  graph.filesAnswer(fileOf(cat))
  const tried = await fetchAttempts(installation)
  await eventually(async () => (await fetchAttempts(installation)) > tried + 1, 'it was tried')
  assert.deepEqual(await placesWith(installation, cat), [])
  await set(encryption)
  const [name, event] = eventIn(await heard())
  assert.deepEqual([name, openedText(await keyOf(event), String(event.caption))], ['moMedia', 'Look at her'])
})

test('a sealed file of a person cannot be sent on: it is not under the key for messages', async (t) => {
  const { graph, installation, heard } = await sealedBusiness(t)
  graph.filesAnswer(fileOf(cat))
  await graph.post(graph.message('image', picture))
  const [, event] = eventIn(await heard())
  const {
    files: [file = assert.fail()],
  } = event as unknown as MoMedia
  const fileId = new URL(file.downloadUrl).searchParams.get('fileId')
  await installation.send('one', [{ to: '27999000001', media: { fileId }, clientMessageId: 'sent on' }])
  const { raw } = await installation.received.one.call(({ raw }) => raw.includes('"sent on"'))
  assert.match(raw, /"statusCode":60/)
})

test('a file whose key cannot be had any more is told of as lost when Meta’s seven days are over', async (t) => {
  const { graph, installation, heard, keyOf, arm } = await sealedBusiness(t)
  graph.filesAnswer((_url, response) => void response.writeHead(503).end())
  await graph.post(graph.message('image', picture))
  await eventually(async () => graph.asked.length > 0, 'it was asked for')
  await arm({ fault: 'kms', error: 'AccessDeniedException' })
  graph.filesAnswer(fileOf(cat))
  await installation.restart()
  const turned = await installation.admin('PUT', '/admin/clock', { offsetMs: 8 * 24 * 60 * 60 * 1000 })
  assert.equal(turned.httpStatus, 200, turned.text)
  const [name, event] = eventIn(await heard())
  await arm()
  assert.deepEqual(
    [name, openedText(await keyOf(event), String(event.content))],
    ['moText', '[file lost: image/png] Look at her'],
  )
})

describe('while keys cannot be had', () => {
  for (const error of ['AccessDeniedException', 'ThrottlingException'])
    test(`nothing is stored in the clear and nothing is lost: Meta gets 503, and posts again (${error})`, async (t) => {
      const { graph, installation, heard, mos, keyOf, arm } = await sealedBusiness(t)
      await installation.send('one', [{ to: '27999000001', content: 'Hello', clientMessageId: 'ours' }])
      await graph.sentTimes(1)
      await arm({ fault: 'kms', error })
      const [sent = assert.fail()] = graph.sends
      const post = {
        ...graph.message('text', { body: 'come at seven' }),
        ...ann,
        statuses: [graph.status(sent, 'delivered')],
      }
      assert.equal(await graph.post(post), 503)
      await installation.received.one.call(({ raw }) => raw.includes('DEVICE_ACK'))
      assert.equal(mos().length, 0)
      assert.deepEqual(await placesWith(installation, 'come at seven', 'Ann Smith'), [])

      await arm()
      assert.equal(await graph.post(post), 200)
      const [, event] = eventIn(await heard())
      assert.equal(openedText(await keyOf(event), String(event.content)), 'come at seven')
    })
})

test('STOP is understood, and told sealed', async (t) => {
  const words = { stop: { en: ['STOP'] }, start: { en: ['START'] } }
  const { graph, installation, heard, keyOf } = await sealedBusiness(t, 'one', { words })
  await graph.post(graph.message('text', { body: 'Stop!' }))
  const [, event] = eventIn(await heard())
  assert.equal(openedText(await keyOf(event), String(event.content)), 'Stop!')
  const { json } = await installation.send('one', [{ to: '27999000001', content: 'Hello' }])
  assert.partialDeepStrictEqual(json, { messages: [{ error: { code: 26 } }] })
})

interface MoMedia {
  caption: string
  files: { downloadUrl: string; sha256Hash: string; byteSize: number }[]
}

async function downloaded({ url }: Installation, path: string): Promise<Buffer> {
  const answer = await fetch(url + path, { headers: { authorization: keys.one } })
  assert.equal(answer.status, 200)
  const bytes = Buffer.from(await answer.arrayBuffer())
  assert.equal(answer.headers.get('content-length'), String(bytes.length))
  return bytes
}

/** How often files were asked for without one arriving. */
async function fetchAttempts({ ask }: Installation): Promise<number> {
  const { text } = await ask('GET', '/metrics')
  return Number(/waypost_file_fetches_total\{outcome="deferred"\} (\d+)/.exec(text)?.[1] ?? 0)
}
