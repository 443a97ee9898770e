import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  ask,
  messagesOf,
  msisdn,
  open,
  openReceiver,
  phoneNumberId,
  register,
  type Sent,
  sendAndShow,
  until,
  upload,
} from '../../testing.ts'
import { body, header, march, payload, suffix, text, two } from './template-parts.fake.ts'

const shownBody = 'Your statement is ready\n\nThe amount is R13.00.'
const shownReplies = ['Tell me more', 'Call me', 'Not now'].map((text) => ({
  type: 'reply',
  text,
  pressed: false,
}))
const shownActions = [
  { type: 'dial', text: 'Call us', pressed: false },
  { type: 'url', text: 'Open the page', pressed: false },
]

describe('a template', () => {
  const taken: { name: string; when: string; components?: object[]; shown: object }[] = [
    {
      name: 'welcome_notification_demo',
      when: 'it has a body only',
      components: [body(text('Thandi'))],
      shown: { body: 'Welcome Thandi' },
    },
    {
      name: 'test_header_with_text',
      when: 'its header has a parameter',
      components: [march, two],
      shown: { header: 'News of March', body: shownBody, footer: 'From the sandbox' },
    },
    {
      name: 'template_header_0var_one_param',
      when: 'its header is static and left out',
      components: [body(text('8am-5pm'))],
      shown: { header: 'When we are there', body: 'Our hours are 8am-5pm.' },
    },
    {
      name: 'template_header_0var_one_param',
      when: 'its header is static and empty',
      components: [header(), body(text('8am-5pm'))],
      shown: { header: 'When we are there', body: 'Our hours are 8am-5pm.' },
    },
    {
      name: 'test_header_with_text_quick_reply',
      when: 'nothing is said of its buttons',
      components: [march, two],
      shown: { header: 'News of March', body: shownBody, footer: 'From the sandbox', buttons: shownReplies },
    },
    {
      name: 'test_header_with_text_quick_reply',
      when: 'its buttons have payloads, in capitals and numbers',
      components: [
        march,
        two,
        payload(0, 'a'),
        { ...payload('2', 'c'.repeat(256)), sub_type: 'QUICK_REPLY' },
      ],
      shown: { header: 'News of March', body: shownBody, footer: 'From the sandbox', buttons: shownReplies },
    },
    {
      name: 'test_header_with_text_dynamic_action',
      when: 'its URL has an ending',
      components: [march, two, suffix('1', 'contact/contact-sales/')],
      shown: { header: 'News of March', body: shownBody, buttons: shownActions },
    },
    {
      name: 'test_header_with_text_static_action',
      when: 'its URL is static',
      components: [march, two],
      shown: { header: 'News of March', body: shownBody, buttons: shownActions },
    },
    {
      name: 'sample_named_parameters',
      when: 'its parameters have names, in any order',
      components: [
        body({ ...text('7'), parameter_name: 'order' }, { ...text('Thandi'), parameter_name: 'first_name' }),
      ],
      shown: { body: 'Hello Thandi, your order 7 is on its way.' },
    },
    {
      name: 'welcome_notification_demo',
      when: 'a parameter is an amount',
      components: [
        body({ type: 'currency', currency: { fallback_value: '$1', code: 'USD', amount_1000: 1000 } }),
      ],
      shown: { body: 'Welcome $1' },
    },
    {
      name: 'welcome_notification_demo',
      when: 'a parameter looks like another',
      components: [body(text('{{1}} $& $1'))],
      shown: { body: 'Welcome {{1}} $& $1' },
    },
  ]
  for (const { name, when, components, shown } of taken) {
    test(`is on the phone with its parameters filled in when ${when}`, async (t) => {
      const template = { name, language: { code: 'en' }, components }
      assert.deepEqual(await sendAndShow(await open(t), { type: 'template', template }), {
        kind: 'template',
        ...shown,
      })
    })
  }

  const files = [
    {
      name: 'test_media_header_with_image',
      kind: 'image',
      type: 'image/png',
      given: {},
      fileName: {},
      buttons: {},
    },
    {
      name: 'test_media_quick_reply_header_with_pdf',
      kind: 'document',
      type: 'application/pdf',
      given: { filename: 'a.pdf' },
      fileName: { fileName: 'a.pdf' },
      buttons: { buttons: shownReplies },
    },
  ]
  for (const { name, kind, type, given, fileName, buttons } of files) {
    test(`has its ${kind} on the phone`, async (t) => {
      const sandbox = await open(t)
      const id = await upload(sandbox, { type, content: Buffer.from('bytes') })
      const components = [header({ type: kind, [kind]: { id, ...given } }), two]
      const template = { name, language: { code: 'en' }, components }
      const shown = await sendAndShow(sandbox, { type: 'template', template })
      const [message] = await messagesOf(sandbox)
      const url = `/phones/${msisdn}/messages/${message?.id}/media`
      const media = { contentType: type, ...fileName, bytes: 5, url }
      assert.deepEqual(shown, { kind: 'template', media, body: shownBody, ...buttons })
      assert.equal(await (await fetch(`${sandbox.url}${url}`)).text(), 'bytes')
    })
  }

  test('whose document is no PDF is accepted, and fails with 131053', async (t) => {
    const sandbox = await open(t)
    const receiver = await openReceiver(t)
    await register(sandbox, receiver.url)
    const id = await upload(sandbox, { type: 'text/plain', content: Buffer.from('bytes') })
    const answer = await ask<Sent>(sandbox, `POST /graph/${phoneNumberId}/messages`, {
      messaging_product: 'whatsapp',
      to: msisdn,
      type: 'template',
      template: {
        name: 'test_media_quick_reply_header_with_pdf',
        language: { code: 'en' },
        components: [header({ type: 'document', document: { id } }), two],
      },
    })
    assert.partialDeepStrictEqual(answer.body.messages, [{ message_status: 'accepted' }])
    await until('the status is there', () => receiver.statuses().length === 1)
    assert.partialDeepStrictEqual(receiver.statuses(), [{ status: 'failed', errors: [{ code: 131053 }] }])
    assert.deepEqual(await messagesOf(sandbox), [])
  })
})
