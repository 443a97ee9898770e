import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, type TestContext, test } from 'node:test'
import { eventually } from './support/eventually.ts'
import { fileOf, scriptedGraph } from './support/graph.ts'
import { type Installation, ids, install, keys, numbers } from './support/installation.ts'
import type { Received } from './support/receiver.ts'

/** What people send, on the wire from Meta to the business, in both generations. */
const cat = Buffer.from('a cat, as far as anybody asks')
const sha256 = createHash('sha256').update(cat).digest('hex')
const picture = { id: '17', mime_type: 'image/png', caption: 'Look' }

/** The integration of one generation behind a scripted Meta. */
async function scripted(t: TestContext, generation: 'one' | 'legacy' = 'one', more: object = {}) {
  const graph = await scriptedGraph(t, numbers[generation])
  const installation = await install(t, { [generation]: { whatsapp: graph.sender, ...more } })
  const registered = () =>
    eventually(async () => graph.webhookUrl()?.startsWith(installation.url), 'the webhook is registered')
  await registered()
  const { calls, call } = installation.received[generation]
  const mos = () => calls.filter(isMo)
  return { graph, installation, registered, mos, heard: () => call(isMo) }
}

const isMo = ({ body }: Received) =>
  'event' in body ? !('messageStatusUpdate' in Object(body.event)) : !('statusCode' in body)

type Event = Record<string, Record<string, unknown>[]>
/** The one event of a One API callback. */
const eventIn = ({ body }: Received) =>
  Object.entries(body.event as Event).map(([name, [event]]) => [name, event] as const)[0] ??
  assert.fail('no event')

describe('a file from a person', () => {
  test('is fetched at once, told of by reference, and can be downloaded', async (t) => {
    const { graph, installation, heard } = await scripted(t)
    graph.filesAnswer(fileOf(cat))
    assert.equal(await graph.post(graph.message('image', picture)), 200)
    const [name, event] = eventIn(await heard())
    assert.equal(name, 'moMedia')
    const { files, caption } = event as {
      files: { downloadUrl: string; fileName: string }[]
      caption: string
    }
    assert.equal(caption, 'Look')
    assert.partialDeepStrictEqual(files, [
      { contentType: 'image/png', sha256Hash: sha256, byteSize: cat.length },
    ])
    const { pathname, search, origin } = new URL(files[0]?.downloadUrl ?? '')
    assert.equal(origin, installation.url)
    const download = await installation.ask('GET', pathname + search, { key: keys.one })
    assert.deepEqual([download.httpStatus, download.text], [200, cat.toString()])
    assert.equal(download.headers['content-type'], 'image/png')
  })

  test('goes inside its event where the integration wants it so', async (t) => {
    const { graph, installation, heard } = await scripted(t)
    await installation.admin('PATCH', `/admin/integrations/${ids.one}`, { callbacks: { inlineMedia: true } })
    graph.filesAnswer(fileOf(cat))
    await graph.post(graph.message('image', picture))
    const [, event] = eventIn(await heard())
    assert.partialDeepStrictEqual(event, {
      contentType: 'image/png',
      content: cat.toString('base64'),
      caption: 'Look',
      sha256Hash: sha256,
    })
  })

  test('goes inside its event in the legacy form', async (t) => {
    const { graph, heard } = await scripted(t, 'legacy')
    graph.filesAnswer(fileOf(cat))
    await graph.post(
      graph.message('document', { ...picture, mime_type: 'application/pdf', filename: 'a.pdf' }),
    )
    assert.partialDeepStrictEqual((await heard()).body, {
      content: cat.toString('base64'),
      contentType: 'application/pdf',
      caption: 'Look',
      sha256Hash: null,
    })
  })

  test('that cannot be had at first is told of when it can, also after a restart', async (t) => {
    const { graph, installation, heard, mos } = await scripted(t)
    graph.filesAnswer((_url, response) => void response.writeHead(503).end())
    await graph.post(graph.message('image', picture))
    await graph.post(graph.message('text', { body: 'Did you get it?' }))
    assert.equal(eventIn(await heard())[0], 'moText', 'what was written later is not held up')
    await installation.restart()
    assert.equal(mos().length, 1)
    graph.filesAnswer(fileOf(cat))
    await installation.received.one.call(({ raw }) => raw.includes('moMedia'), 20_000)
  })

  test('that Meta does not have any more is told of as lost, with its caption', async (t) => {
    const { graph, heard } = await scripted(t)
    await graph.post(graph.message('image', picture))
    const [name, event] = eventIn(await heard())
    assert.deepEqual([name, event?.content], ['moText', '[file lost: image/png] Look'])
  })

  test('that is not what its hash says is fetched again, and is then taken as it is', async (t) => {
    const { graph, heard } = await scripted(t)
    graph.filesAnswer(fileOf(cat, { sha256: '00'.repeat(32) }))
    await graph.post(graph.message('image', picture))
    assert.match((await heard()).raw, new RegExp(sha256))
    assert.ok(graph.asked.length >= 8, `looked up and read ${graph.asked.length / 2} times`)
  })

  test('told of twenty times at once is told once', async (t) => {
    const { graph, mos, heard } = await scripted(t)
    graph.filesAnswer(fileOf(cat))
    const message = graph.message('image', picture)
    const answers = await Promise.all(Array.from({ length: 20 }, () => graph.post(message)))
    assert.ok(answers.every((status) => status === 200))
    await heard()
    await graph.post(graph.message('text', { body: 'And this?' }))
    await eventually(async () => mos().some(({ raw }) => raw.includes('moText')), 'the text is told')
    assert.equal(mos().length, 2)
  })
})

describe('what else people send', () => {
  const place = { latitude: -33.920873, longitude: 18.418217, name: 'Bakery' }
  const card = {
    name: { formatted_name: 'Sipho Dube', first_name: 'Sipho' },
    phones: [{ phone: '+27 99', wa_id: '2799' }],
  }
  const rows: { type: string; body: unknown; one: [name: string, event: object]; legacy: object }[] = [
    {
      type: 'location',
      body: place,
      one: [
        'moLocation',
        { latitude: '-33.920873', longitude: '18.418217', locationName: 'Bakery', locationAddress: null },
      ],
      legacy: { content: null, latitude: '-33.920873', longitude: '18.418217', locationName: 'Bakery' },
    },
    {
      type: 'contacts',
      body: [card],
      one: [
        'moContacts',
        {
          contacts: [
            {
              name: { firstName: 'Sipho', formattedName: 'Sipho Dube' },
              phones: [{ phone: '+27 99', waId: '2799' }],
            },
          ],
        },
      ],
      legacy: {
        content: null,
        contacts: [
          {
            name: { firstName: 'Sipho', formattedName: 'Sipho Dube' },
            phones: [{ phone: '+27 99', waId: '2799' }],
          },
        ],
      },
    },
    {
      type: 'interactive',
      body: { type: 'list_reply', list_reply: { id: 'red', title: 'Red' } },
      one: ['moSuggestedResponse', { content: 'Red', postbackData: 'red' }],
      legacy: { content: 'Red' },
    },
    {
      type: 'order',
      body: {},
      one: ['moText', { content: '[unsupported: order]' }],
      legacy: { content: '[unsupported: order]' },
    },
  ]
  for (const { type, body, one, legacy } of rows)
    test(`${type} is ${one[0]}, and flat in the legacy form`, async (t) => {
      const newer = await scripted(t)
      await newer.graph.post(newer.graph.message(type, body))
      const [name, event] = eventIn(await newer.heard())
      assert.equal(name, one[0])
      assert.partialDeepStrictEqual(event, one[1])
      const older = await scripted(t, 'legacy')
      await older.graph.post(older.graph.message(type, body))
      assert.partialDeepStrictEqual((await older.heard()).body, legacy)
    })

  test('a reaction is its emoji, and names the message that it is to', async (t) => {
    const { graph, installation, heard } = await scripted(t)
    await installation.send('one', [{ to: '27999000001', content: 'Hello', clientMessageId: 'ours' }])
    await graph.sentTimes(1)
    await graph.post(graph.message('reaction', { message_id: graph.sends[0]?.wamid, emoji: '👍' }))
    const [name, event] = eventIn(await heard())
    assert.equal(name, 'moText')
    assert.partialDeepStrictEqual(event, { content: '👍', relatedClientMessageId: 'ours' })
  })
})

describe('a person without a number', () => {
  test('is answered under the alias that stands for them', async (t) => {
    const { graph, installation, heard } = await scripted(t)
    const nameless = graph.message(
      'text',
      { body: 'Hi' },
      { from: undefined, from_user_id: 'ZA.13491208655302741918' },
    )
    await graph.post(nameless)
    const [, event] = eventIn(await heard())
    const alias = String(event?.from)
    assert.match(alias, /^999\d{12}$/)
    assert.equal((await installation.send('one', [{ to: alias, content: 'Hello' }])).httpStatus, 202)
    await graph.sentTimes(1)
    assert.equal(graph.sends[0]?.to, 'ZA.13491208655302741918')
    const stranger = await installation.send('one', [{ to: '999000000000001', content: 'Hello' }])
    assert.equal(stranger.httpStatus, 400, 'an alias of nobody is no number')
  })
})

describe('STOP and START', () => {
  const words = { stop: { en: ['STOP'], af: ['HOU OP'] }, start: { en: ['START'] } }
  const send = ({ send }: Installation) => send('one', [{ to: '27999000001', content: 'Hello' }])

  test('refuse a person’s messages and take them again, across a restart, and are told as texts', async (t) => {
    const { graph, installation, registered, heard, mos } = await scripted(t, 'one', { words })
    await graph.post(graph.message('text', { body: 'hou op' }))
    assert.equal(eventIn(await heard())[1]?.content, 'hou op')
    assert.partialDeepStrictEqual((await send(installation)).json, { messages: [{ error: { code: 26 } }] })
    await installation.restart()
    assert.equal((await send(installation)).httpStatus, 400)
    await registered()
    await graph.post(graph.message('text', { body: 'Start!' }))
    assert.equal((await send(installation)).httpStatus, 202)
    assert.ok(mos().length >= 1)
  })

  test('end what still waits for the person in 21', async (t) => {
    const { graph, installation } = await scripted(t, 'one', { words })
    await installation.admin('PATCH', `/admin/integrations/${ids.one}`, {
      whatsapp: { messagesPerSecond: 1 },
    })
    await installation.send('one', [
      { to: '27999000002', content: 'First' },
      { to: '27999000002', content: 'Second' },
      { to: '27999000001', content: 'Third', clientMessageId: 'third' },
    ])
    await graph.post(graph.message('text', { body: 'STOP' }))
    const { raw } = await installation.received.one.call(({ raw }) => raw.includes('"third"'))
    assert.match(raw, /"statusCode":21,"status":"STOPPED_BY_USER"/)
    assert.ok(graph.sends.every(({ to }) => to !== '27999000001'))
  })
})
