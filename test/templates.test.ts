import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { eventually } from './support/eventually.ts'
import { type Installation, ids, install, keys } from './support/installation.ts'
import { shared } from './support/shared.ts'

/** The published templates, filled as published: what the phone shows, and what wrong ones come to. */
let handset = 27_999_200_000

const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex')
const pdf = Buffer.from('%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF\n')
const february = { type: 'text', text: { parameters: { 1: 'February 2021' } } }
const body = { parameters: { 1: 'Ann', 2: 'R13.00' } }

interface Shown {
  kind: string
  header?: { text?: string; media?: object }
  body?: string
  footer?: string
  buttons?: { type: string; text: string }[]
}

async function sync({ admin }: Installation) {
  const { httpStatus, text } = await admin('POST', `/admin/integrations/${ids.one}/templates/sync`)
  assert.ok(httpStatus < 300, text)
}

async function uploaded({ ask }: Installation, to: string, name: string, contentType: string, bytes: Buffer) {
  const { json } = await ask('POST', `/v1/media?fileName=${name}&to=${to}`, {
    key: keys.one,
    headers: { 'content-type': contentType },
    body: bytes,
  })
  return (json as { fileId: string }).fileId
}

async function shownOn(installation: Installation, to: string): Promise<Shown> {
  return eventually(async () => {
    const [shown] = await installation.phone(to)
    return shown as unknown as Shown | undefined // the sandbox's own shape
  }, 'it is on the phone')
}

describe('a template', () => {
  const installation = shared()

  const buttons = { suggestedResponse: { postbackData: { 1: '{"pressed":1}', 3: '{"pressed":3}' } } }
  const rows: { name: string; message: (to: string) => Promise<object>; shows: RegExp; buttons: number }[] = [
    {
      name: 'hsm',
      message: async () => ({
        hsm: { template: 'welcome_notification_demo', parameters: { 1: 'Example Ltd' } },
      }),
      shows: /Example Ltd/,
      buttons: 0,
    },
    {
      name: 'with a body only',
      message: async () => ({
        template: { templateName: 'welcome_notification_demo', body: { parameters: { 1: 'Example Ltd' } } },
      }),
      shows: /Example Ltd/,
      buttons: 0,
    },
    {
      name: 'with a text header',
      message: async () => ({ template: { templateName: 'test_header_with_text', header: february, body } }),
      shows: /February 2021.*R13\.00/s,
      buttons: 0,
    },
    {
      name: 'with a header that has no parameter',
      message: async () => ({
        template: {
          templateName: 'template_header_0var_one_param',
          header: { type: 'text', text: {} },
          body: { parameters: { 1: '8am-5pm' } },
        },
      }),
      shows: /8am-5pm/,
      buttons: 0,
    },
    {
      name: 'with a header that is left out',
      message: async () => ({
        template: { templateName: 'template_header_0var_one_param', body: { parameters: { 1: '8am-5pm' } } },
      }),
      shows: /8am-5pm/,
      buttons: 0,
    },
    {
      name: 'with a picture',
      message: async (to) => ({
        template: {
          templateName: 'test_media_header_with_image',
          header: {
            type: 'media',
            media: { fileId: await uploaded(installation(), to, 'a.png', 'image/png', png) },
          },
          body,
        },
      }),
      shows: /image.*R13\.00/s,
      buttons: 0,
    },
    {
      name: 'with suggested responses',
      message: async () => ({
        template: { templateName: 'test_header_with_text_quick_reply', header: february, body },
      }),
      shows: /February 2021/,
      buttons: 3,
    },
    {
      name: 'with suggested responses that have postback data',
      message: async () => ({
        template: { templateName: 'test_header_with_text_quick_reply', header: february, body, buttons },
      }),
      shows: /February 2021/,
      buttons: 3,
    },
    {
      name: 'with a URL to fill',
      message: async () => ({
        template: {
          templateName: 'test_header_with_text_dynamic_action',
          header: february,
          body,
          buttons: { websiteUrl: [{ listPosition: 2, parameters: { 1: 'contact/sales/' } }] },
        },
      }),
      shows: /February 2021.*R13\.00/s,
      buttons: 2,
    },
    {
      name: 'with a document and suggested responses',
      message: async (to) => ({
        template: {
          templateName: 'test_media_quick_reply_header_with_pdf',
          header: {
            type: 'media',
            media: { fileId: await uploaded(installation(), to, 'a.pdf', 'application/pdf', pdf) },
          },
          body,
          buttons,
        },
      }),
      shows: /document|pdf/,
      buttons: 3,
    },
  ]
  for (const { name, message, shows, buttons } of rows)
    test(`${name} is on the phone, filled in`, async () => {
      await sync(installation())
      const to = String(++handset)
      const sent = await installation().send('one', [{ to, ...(await message(to)) }])
      assert.equal(sent.httpStatus, 202, sent.text)
      const shown = await shownOn(installation(), to)
      assert.equal(shown.kind, 'template')
      assert.match(JSON.stringify(shown), shows)
      assert.equal(shown.buttons?.length ?? 0, buttons)
      assert.doesNotMatch(JSON.stringify(shown), /\{\{/)
    })

  test('as hsm goes out by the legacy API too', async (t) => {
    const own = await install(t)
    await own.admin('POST', `/admin/integrations/${ids.legacy}/templates/sync`)
    const to = String(++handset)
    const hsm = { template: 'welcome_notification_demo', parameters: { 1: 'Example Ltd' } }
    const { json } = await own.send('legacy', [{ to, hsm }])
    assert.equal((json as { messages: { accepted: boolean }[] }).messages[0]?.accepted, true)
    assert.match(JSON.stringify(await shownOn(own, to)), /Example Ltd/)
  })
})
