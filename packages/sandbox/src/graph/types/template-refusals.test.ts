import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { open, sendRefused } from '../../testing.ts'
import { body, header, march, payload, suffix, text, two } from './template-parts.fake.ts'

describe('a template', () => {
  const plain = 'welcome_notification_demo'
  const replies = 'test_header_with_text_quick_reply'
  const actions = 'test_header_with_text_dynamic_action'
  const refused: {
    when: string
    name?: string
    language?: object
    components?: object[]
    code: number
    details: RegExp
  }[] = [
    { when: 'nobody knows it', name: 'nothing', code: 132001, details: /"nothing" in the language "en"/ },
    { when: 'it is not in the language', language: { code: 'en_US' }, code: 132001, details: /"en_US"/ },
    {
      when: 'the language is missing',
      language: {},
      code: 131008,
      details: /\['language'\]\['code'\] is required/,
    },
    { when: 'it is paused', name: 'sample_paused', code: 132015, details: /is paused/ },
    { when: 'it is disabled', name: 'sample_disabled', code: 132016, details: /is disabled/ },
    {
      when: 'its body has a parameter too few',
      code: 132000,
      details: /^body: .* 0, and the template has 1/,
    },
    { when: 'its body has a parameter too many', components: [two], code: 132000, details: /^body: .* 2/ },
    {
      when: 'its header lacks the parameter',
      name: replies,
      components: [two],
      code: 132000,
      details: /^header/,
    },
    {
      when: 'it has no header but is given one',
      components: [march, body(text('x'))],
      code: 132000,
      details: /^header/,
    },
    { when: 'a parameter is empty', components: [body(text(''))], code: 131008, details: /^body: the value/ },
    {
      when: 'a parameter is an image',
      components: [body({ type: 'image', image: { id: '1' } })],
      code: 132012,
      details: /text is expected and image/,
    },
    {
      when: 'a parameter has control characters',
      components: [body(text('a\u0007'))],
      code: 132007,
      details: /control/,
    },
    {
      when: 'its body gets too long',
      components: [body(text('😀'.repeat(1017)))],
      code: 132005,
      details: /1025 characters, and 1024/,
    },
    {
      when: 'its header gets too long',
      name: replies,
      components: [header(text('x'.repeat(53))), two],
      code: 132005,
      details: /^header: .* 61 characters/,
    },
    {
      when: 'a name is missing',
      name: 'sample_named_parameters',
      components: [two],
      code: 131008,
      details: /parameter_name/,
    },
    {
      when: 'a name is unknown',
      name: 'sample_named_parameters',
      components: [body({ ...text('a'), parameter_name: 'x' }, text('b'))],
      code: 100,
      details: /no parameter "x"/,
    },
    {
      when: 'a name comes twice',
      name: 'sample_named_parameters',
      components: [
        body({ ...text('a'), parameter_name: 'order' }, { ...text('b'), parameter_name: 'order' }),
      ],
      code: 100,
      details: /order is given twice/,
    },
    {
      when: 'its header is an image and none is given',
      name: 'test_media_header_with_image',
      components: [two],
      code: 132012,
      details: /image is expected and nothing/,
    },
    {
      when: 'its header is an image and a text is given',
      name: 'test_media_header_with_image',
      components: [march, two],
      code: 132012,
      details: /image is expected and text/,
    },
    {
      when: 'its image is unknown',
      name: 'test_media_header_with_image',
      components: [header({ type: 'image', image: { id: '1' } }), two],
      code: 100,
      details: /not a media ID/,
    },
    {
      when: 'its image is missing',
      name: 'test_media_header_with_image',
      components: [header({ type: 'image' }), two],
      code: 131008,
      details: /image is required/,
    },
    {
      when: 'its image has a caption',
      name: 'test_media_header_with_image',
      components: [header({ type: 'image', image: { id: '1', caption: 'a' } }), two],
      code: 100,
      details: /Unexpected key "caption"/,
    },
    {
      when: 'the ending of its URL is missing',
      name: actions,
      components: [march, two],
      code: 131008,
      details: /index 1 is required/,
    },
    {
      when: 'the ending of its URL is none',
      name: actions,
      components: [march, two, { ...suffix(1, ''), parameters: [] }],
      code: 131008,
      details: /index 1 is required/,
    },
    {
      when: 'there are two endings',
      name: actions,
      components: [march, two, { ...suffix(1, ''), parameters: [text('a'), text('b')] }],
      code: 100,
      details: /more than one parameter/,
    },
    {
      when: 'the ending makes no URL',
      name: actions,
      components: [march, two, suffix(1, 'a b')],
      code: 132012,
      details: /URL at index 1/,
    },
    {
      when: 'the ending is for the dial button',
      name: actions,
      components: [march, two, suffix(0, 'a')],
      code: 131009,
      details: /PHONE_NUMBER/,
    },
    {
      when: 'a static URL gets an ending',
      name: 'test_header_with_text_static_action',
      components: [march, two, suffix(1, 'a')],
      code: 100,
      details: /not allowed/,
    },
    {
      when: 'there is no such button',
      name: replies,
      components: [march, two, payload(3, 'a')],
      code: 131009,
      details: /no button at index 3/,
    },
    {
      when: 'a button comes twice',
      name: replies,
      components: [march, two, payload(0, 'a'), payload('0', 'b')],
      code: 131009,
      details: /twice/,
    },
    {
      when: 'a payload is too long',
      name: replies,
      components: [march, two, payload(0, 'x'.repeat(257))],
      code: 131009,
      details: /256/,
    },
    {
      when: 'a payload is a text',
      name: replies,
      components: [march, two, { ...payload(0, ''), parameters: [text('a')] }],
      code: 132012,
      details: /payload, not text/,
    },
    {
      when: 'a payload is empty',
      name: replies,
      components: [march, two, payload(0, '')],
      code: 131008,
      details: /payload at index 0/,
    },
    {
      when: 'a button has no index',
      name: replies,
      components: [march, two, { ...payload(0, 'a'), index: undefined }],
      code: 131008,
      details: /index is required/,
    },
    {
      when: 'a button has no type',
      name: replies,
      components: [march, two, { ...payload(0, 'a'), sub_type: undefined }],
      code: 131008,
      details: /sub_type is required/,
    },
    {
      when: 'a component is unknown',
      components: [{ type: 'carousel' }],
      code: 131009,
      details: /"carousel"/,
    },
    {
      when: 'there are two bodies',
      components: [body(text('a')), body(text('b'))],
      code: 100,
      details: /one body/,
    },
    {
      when: 'a key is unknown',
      components: [{ ...body(text('a')), colour: 1 }],
      code: 100,
      details: /Unexpected key "colour"/,
    },
  ]
  for (const { when, name = plain, language = { code: 'en' }, components, code, details } of refused) {
    test(`is refused with ${code} when ${when}`, async (t) => {
      const template = { name, language, ...(components && { components }) }
      const error = await sendRefused(await open(t), { type: 'template', template })
      assert.equal(error.code, code, error.error_data.details)
      assert.match(error.error_data.details, details)
    })
  }
})
