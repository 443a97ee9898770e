import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { describe, test } from 'node:test'
import type { Body } from '@waypost/protocol'
import { Damaged } from '../../core/media.ts'
import { json, page, reset, silence } from '../far-side.fake.ts'
import { suppliers } from '../index.ts'
import { mtOf } from '../supplier.suite.ts'
import { cat, files, open, patience, refused, template, userOf } from './graph.fake.ts'
import { uploadTimeMs } from './upload.ts'

const mtId = mtOf({ type: 'text', text: { body: '' } }).id

describe('a file', () => {
  test('is handed over before its message, in a time that grows with it', async (t) => {
    const megabyte = 1024 * 1024
    assert.deepEqual(
      [0, 1, 30, 100].map((size) => uploadTimeMs({ bytes: size * megabyte })),
      [30, 46, 510, 1630].map((seconds) => seconds * 1000),
    )
    const { supplier, graph } = await open(t)
    const id = 'b3f1c1a0-0000-4000-8000-000000000006.jpg'
    await files.put({ id }, Buffer.from('a cow'))
    const message = mtOf({ type: 'media', media: { fileId: id } })
    graph.answerWith(silence)
    const stopping = new AbortController()
    const outcome = supplier.prepare?.(message, stopping.signal)
    await graph.arrived(1)
    stopping.abort()
    assert.partialDeepStrictEqual(await outcome, { type: 'deferred', retry: 'transient' })

    graph.answerWith(json(200, { id: 'media.1', messages: [{ id: 'wamid.1' }] }))
    assert.equal(await supplier.prepare?.(message, patience()), undefined)
    assert.equal((await supplier.send(message, patience())).type, 'sent')
    const paths = graph.requests.map(({ path }) => path.split('/').at(-1))
    assert.deepEqual(paths, ['media', 'media', 'messages'])
  })

  test('hands a file over once, as a form, and sends what Meta calls it', async (t) => {
    const { supplier, graph, integration, agent } = await open(t)
    const id = 'b3f1c1a0-0000-4000-8000-000000000001.pdf'
    await files.put(
      { id, contentType: 'application/pdf', fileName: 'a "quoted"\nname.pdf' },
      Buffer.from('%PDF-1.7 and so on'),
    )
    graph.answerWith(json(200, { id: 'media.7', messages: [{ id: 'wamid.1' }] }))
    const send = (to: string) =>
      supplier.send({ ...mtOf({ type: 'media', media: { fileId: id, caption: 'Yours' } }), to }, patience())
    const outcomes = await Promise.all([send('27999000001'), send('27999000002'), send('27999000003')])
    assert.deepEqual(new Set(outcomes.map(({ type }) => type)), new Set(['sent']))
    await send('27999000004')

    const [upload, ...messages] = graph.requests
    assert.equal(upload?.path, '/graph/v23.0/id-2799900101/media')
    assert.equal(Number(upload.headers['content-length']), upload.body.length)
    const form = await new Response(upload.body, {
      headers: { 'content-type': upload.headers['content-type'] ?? '' },
    }).formData()
    assert.equal(form.get('messaging_product'), 'whatsapp')
    assert.equal(form.get('type'), 'application/pdf')
    const file = form.get('file')
    assert.ok(file instanceof File)
    assert.deepEqual([file.name, file.type], ['a "quoted"\nname.pdf', 'application/pdf'])
    assert.equal(await file.text(), '%PDF-1.7 and so on')

    assert.equal(messages.length, 4)

    const afterRestart = suppliers['whatsapp-cloud']?.(integration, { agent, files, template, userOf })
    await afterRestart?.send(mtOf({ type: 'media', media: { fileId: id } }), patience())
    assert.ok(graph.requests.slice(1).every(({ path }) => path.endsWith('/messages')))
    const { type, document } = JSON.parse(messages[0]?.body ?? '')
    assert.equal(type, 'document')
    assert.deepEqual(document, { id: 'media.7', caption: 'Yours', filename: 'a "quoted"\nname.pdf' })
  })

  test('is handed over anew, in the same send, when Meta does not have it any more', async (t) => {
    const { supplier, graph } = await open(t)
    const id = 'b3f1c1a0-0000-4000-8000-000000000003.jpg'
    await files.put({ id }, Buffer.from('a fish'))
    const message = mtOf({ type: 'media', media: { fileId: id } })
    graph.answerWith(json(200, { id: 'media.old', messages: [{ id: 'wamid.1' }] }))
    await supplier.send(message, patience())

    const lost = refused(400, { code: 131009, message: 'Media media.old not found' })
    graph.answerWith((response) => {
      const isOld = graph.requests.at(-1)?.body.includes('media.old')
      const answer = isOld ? lost : json(200, { id: 'media.new', messages: [{ id: 'wamid.2' }] })
      answer(response)
    })
    assert.deepEqual(await supplier.send(message, patience()), { type: 'sent', supplierIds: ['wamid.2'] })
    assert.equal(await files.known(id, 'id-2799900101'), 'media.new')
    const paths = graph.requests.map(({ path }) => path.split('/').at(-1))
    assert.deepEqual(paths, ['media', 'messages', 'messages', 'media', 'messages'])
  })

  test('fails when Meta does not find what it was just given', async (t) => {
    const { supplier, graph } = await open(t)
    const id = 'b3f1c1a0-0000-4000-8000-000000000004.jpg'
    await files.put({ id }, Buffer.from('a bird'))
    graph.answerWith((response) => {
      const isUpload = graph.requests.at(-1)?.path.endsWith('/media')
      const lost = refused(400, { code: 131009, message: 'Media not found' })
      const answer = isUpload ? json(200, { id: `media.${graph.requests.length}` }) : lost
      answer(response)
    })
    const outcome = await supplier.send(mtOf({ type: 'media', media: { fileId: id } }), patience())
    assert.deepEqual(outcome, { type: 'failed', status: 'media_not_found', supplierCode: '131009' })
    assert.equal(graph.requests.length, 2)
    assert.equal(await files.known(id, 'id-2799900101'), undefined)
  })

  test('that Meta could not use is handed over anew at the next attempt', async (t) => {
    const { supplier, graph } = await open(t)
    const id = 'b3f1c1a0-0000-4000-8000-000000000005.jpg'
    await files.put({ id }, Buffer.from('a horse'))
    await files.remember(id, 'id-2799900101', 'media.1', 60_000)
    graph.answerWith(refused(400, { code: 131053 }))
    const outcome = await supplier.send(mtOf({ type: 'media', media: { fileId: id } }), patience())
    assert.partialDeepStrictEqual(outcome, { type: 'deferred', status: 'media_rejected', repeats: 1 })
    assert.equal(graph.requests.length, 1)
    assert.equal(await files.known(id, 'id-2799900101'), undefined)
  })

  test('no control character of a file’s name or type gets into a header of the form', async (t) => {
    const { supplier, graph } = await open(t)
    const id = 'b3f1c1a0-0000-4000-8000-000000000006.png'
    const type = 'image/png;\r\nx-evil: 1\r\n\r\nhello'
    await files.put({ id, contentType: type, fileName: 'pa\u0000ss\r\nx-evil: 2' }, Buffer.from('a cow'))
    graph.answerWith(json(200, { id: 'media.8', messages: [{ id: 'wamid.1' }] }))
    await supplier.send(mtOf({ type: 'media', media: { fileId: id } }), patience())
    const [upload] = graph.requests
    assert.doesNotMatch(String(upload?.body), /^x-evil/m)
    assert.doesNotMatch(String(upload?.body), /\0/)
    const form = await new Response(upload?.body, {
      headers: { 'content-type': upload?.headers['content-type'] ?? '' },
    }).formData()
    const file = form.get('file')
    assert.ok(file instanceof File)
    assert.equal(await file.text(), 'a cow')
  })

  for (const [place, { what, file }] of [
    { what: 'other bytes than were kept', file: { sha256: '0'.repeat(64) } },
    { what: 'more bytes than were kept', file: { bytes: 3 } },
    { what: 'fewer bytes than were kept', file: { bytes: 6 } },
  ].entries())
    test(`a file that has ${what} is not handed over`, async (t) => {
      const { supplier, graph } = await open(t)
      graph.answerWith(json(200, { id: 'media.1', messages: [{ id: 'wamid.1' }] }))
      const id = `b3f1c1a0-0000-4000-8000-0000000000c${place}.jpg`
      await files.put({ id, ...file }, Buffer.from('a hen'))
      const outcome = await supplier.send(mtOf({ type: 'media', media: { fileId: id } }), patience())
      assert.deepEqual(outcome, { type: 'failed', status: 'media_checksum_failure' })
      assert.deepEqual(graph.requests, [])
    })

  test('a file that its store finds damaged is not handed over', async (t) => {
    const { integration, agent } = await open(t)
    async function* spoilt() {
      yield Buffer.from('a ')
      throw new Damaged('not what was kept')
    }
    const id = 'b3f1c1a0-0000-4000-8000-0000000000c9.jpg'
    await files.put({ id }, Buffer.from('a hen'))
    const damaged: typeof files = {
      ...files,
      open: async ({ bytes, sha256 }) => ({ stream: Readable.from(spoilt()), bytes, sha256 }),
    }
    const supplier = suppliers['whatsapp-cloud']?.(integration, { agent, files: damaged, template, userOf })
    const outcome = await supplier?.send(mtOf({ type: 'media', media: { fileId: id } }), patience())
    assert.deepEqual(outcome, { type: 'failed', status: 'media_checksum_failure' })
  })

  test('a file that Meta refuses, or that is gone, fails its message, and only that', async (t) => {
    const { supplier, graph } = await open(t)
    const message = (fileId: string) => mtOf({ type: 'media', media: { fileId } })
    const gone = await supplier.send(message('b3f1c1a0-0000-4000-8000-00000000000f.pdf'), patience())
    assert.deepEqual(gone, { type: 'failed', status: 'media_not_found' })
    const id = 'b3f1c1a0-0000-4000-8000-000000000002.jpg'
    await files.put({ id }, Buffer.from('a dog'))
    for (const [answer, outcome] of [
      [
        refused(400, { code: 100, message: 'Param file must be a file with one of the following types: …' }),
        { type: 'failed', status: 'media_rejected' },
      ],
      [refused(400, { code: 131053 }), { type: 'deferred', status: 'media_rejected' }],
      [refused(500, { code: 2 }), { type: 'deferred', retry: 'transient' }],
      [page(502), { type: 'deferred', retry: 'transient' }],
      [reset, { type: 'deferred', retry: 'transient' }],
    ] as const) {
      graph.answerWith(answer)
      assert.partialDeepStrictEqual(await supplier.send(message(id), patience()), outcome)
    }
    assert.ok(graph.requests.every(({ path }) => path.endsWith('/media')))
  })
})

describe('a contact', () => {
  test('has nothing empty in it, whatever the message has', async (t) => {
    const { supplier, graph } = await open(t)
    graph.answerWith(json(200, { messages: [{ id: 'wamid.1' }] }))
    const card = {
      name: { formattedName: 'John', firstName: '', lastName: '' },
      birthday: '',
      org: { company: '' },
      phones: [{}, { phone: '+1', type: '', waId: '' }],
    }
    await supplier.send(mtOf({ type: 'contacts', contacts: { contacts: [card] } }), patience())
    assert.deepEqual(JSON.parse(graph.requests.at(-1)?.body ?? '').contacts, [
      { name: { formatted_name: 'John', first_name: 'John' }, phones: [{ phone: '+1' }] },
    ])
  })
})

describe('a template', () => {
  const templates: { what: string; filled: Body<'template'>; components: object[] }[] = [
    {
      what: 'a text header, a body and a URL',
      filled: {
        templateName: 'statement',
        header: { text: { parameters: { 1: 'February' } } },
        parameters: { 2: 'R13.00', 1: 'Ann' },
        postbackData: { 1: 'paid' },
        websiteUrl: { listPosition: 1, parameters: { 1: 'bills/7' } },
      },
      components: [
        { type: 'header', parameters: [{ type: 'text', text: 'February' }] },
        {
          type: 'body',
          parameters: [
            { type: 'text', text: 'Ann' },
            { type: 'text', text: 'R13.00' },
          ],
        },
        {
          type: 'button',
          sub_type: 'quick_reply',
          index: '0',
          parameters: [{ type: 'payload', payload: `${mtId}:1` }],
        },
        { type: 'button', sub_type: 'url', index: '1', parameters: [{ type: 'text', text: 'bills/7' }] },
        {
          type: 'button',
          sub_type: 'quick_reply',
          index: '2',
          parameters: [{ type: 'payload', payload: `${mtId}:2` }],
        },
      ],
    },
    {
      what: 'a picture in the header, and named parameters',
      filled: {
        templateName: 'statement',
        header: { media: { fileId: cat } },
        parameters: { name: 'Ann', amount: 'R13.00' },
      },
      components: [
        { type: 'header', parameters: [{ type: 'image', image: { id: 'media.1' } }] },
        {
          type: 'body',
          parameters: [
            { type: 'text', parameter_name: 'name', text: 'Ann' },
            { type: 'text', parameter_name: 'amount', text: 'R13.00' },
          ],
        },
      ],
    },
    {
      what: 'a header parameter that has a name',
      filled: { templateName: 'named', header: { text: { parameters: { 1: 'May' } } }, parameters: {} },
      components: [{ type: 'header', parameters: [{ type: 'text', parameter_name: 'month', text: 'May' }] }],
    },
    {
      what: 'a URL that varies behind one that does not',
      filled: {
        templateName: 'links',
        parameters: {},
        websiteUrl: { listPosition: 2, parameters: { 1: 'bills/7' } },
      },
      components: [
        {
          type: 'button',
          sub_type: 'quick_reply',
          index: '0',
          parameters: [{ type: 'payload', payload: `${mtId}:1` }],
        },
        { type: 'button', sub_type: 'url', index: '2', parameters: [{ type: 'text', text: 'bills/7' }] },
        {
          type: 'button',
          sub_type: 'quick_reply',
          index: '3',
          parameters: [{ type: 'payload', payload: `${mtId}:2` }],
        },
      ],
    },
    {
      what: 'nothing to fill but buttons',
      filled: { templateName: 'statement', header: { text: {} }, parameters: {} },
      components: [],
    },
  ]
  for (const { what, filled, components } of templates)
    test(`fills a template with ${what}`, async (t) => {
      const { supplier, graph } = await open(t)
      graph.answerWith(json(200, { id: 'media.1', messages: [{ id: 'wamid.1' }] }))
      const outcome = await supplier.send(mtOf({ type: 'template', template: filled }), patience())
      assert.equal(outcome.type, 'sent')
      const sent = JSON.parse(graph.requests.at(-1)?.body ?? '')
      assert.equal(sent.type, 'template')
      const { name, language, components: all } = sent.template
      assert.deepEqual([name, language], [filled.templateName, { code: 'en_US' }])
      const payloads = all.filter(({ sub_type }: { sub_type?: string }) => sub_type === 'quick_reply')
      assert.equal(payloads.length, 2, 'each reply button leads back to the message')
      assert.deepEqual(components, all.slice(0, components.length))
    })
})
