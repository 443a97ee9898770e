import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { StatusName } from '@waypost/protocol'
import {
  dial,
  february,
  file,
  filled,
  home,
  inHeader,
  month,
  open,
  path,
  reply,
  template,
} from './template.fake.ts'
import { placeholdersIn, templateFlaw } from './template.ts'

interface Case {
  what: string
  status?: StatusName
  template?: Parameters<typeof template>[0]
  filled?: Parameters<typeof filled>[0]
  contentType?: string
  /** What comes of it where the policy is permissive, if it is something else. */
  permissive?: StatusName | 'none'
}

const cases: Case[] = [
  { what: 'every parameter' },
  ...(['pending', 'rejected', 'paused', 'disabled'] as const).map((status) => ({
    what: `a template that is ${status}`,
    template: { status },
    status: 'template_not_available' as const,
  })),

  { what: 'one parameter less', filled: { parameters: { 1: 'Ann' } }, status: 'template_parameter_count' },
  { what: 'no parameter', filled: { parameters: {} }, status: 'template_parameter_count' },
  {
    what: 'one parameter more',
    filled: { parameters: { 1: 'a', 2: 'b', 3: 'c' } },
    status: 'template_parameter_count',
  },
  {
    what: 'a parameter for a body without any',
    template: { body: 'Hello' },
    status: 'template_parameter_count',
  },
  {
    what: 'named parameters',
    template: { body: 'Dear {{first_name}}, you owe {{sum}}.' },
    filled: { parameters: { sum: 'R13.00', first_name: 'Ann' } },
  },
  {
    what: 'one named parameter less',
    template: { body: 'Dear {{first_name}}, you owe {{sum}}.' },
    filled: { parameters: { sum: 'R13.00' } },
    status: 'template_parameter_count',
  },
  {
    what: 'parameters by number where the template names them',
    template: { body: 'Dear {{first_name}}, you owe {{sum}}.' },
    status: 'parameter_invalid',
  },
  { what: 'a parameter that stands twice in the body', template: { body: '{{1}} {{2}} {{1}}' } },
  { what: 'braces that are no placeholder', template: { body: '{{1}} {{2}} {{}} {{ 3 }} {{0}} {{A}}' } },

  { what: 'a header’s parameter', template: { header: month }, filled: { header: february } },
  {
    what: 'a header’s parameter as "1" where the template names it',
    template: { header: { type: 'text', text: 'Statement for {{month}}' } },
    filled: { header: february },
  },
  {
    what: 'a header’s parameter by its name',
    template: { header: { type: 'text', text: 'Statement for {{month}}' } },
    filled: { header: { text: { parameters: { month: 'February' } } } },
  },
  {
    what: 'a header’s parameter by another name',
    template: { header: month },
    filled: { header: { text: { parameters: { month: 'February' } } } },
    status: 'parameter_invalid',
  },
  { what: 'no header where it has a parameter', template: { header: month }, status: 'parameter_missing' },
  {
    what: 'an empty header where it has a parameter',
    template: { header: month },
    filled: { header: { text: {} } },
    status: 'parameter_missing',
  },
  {
    what: 'a static header as {}',
    template: { header: { type: 'text', text: 'Hours' } },
    filled: { header: { text: {} } },
  },
  { what: 'a static header left out', template: { header: { type: 'text', text: 'Hours' } } },
  {
    what: 'a parameter for a static header',
    template: { header: { type: 'text', text: 'Hours' } },
    filled: { header: february },
    status: 'parameter_not_required',
  },
  {
    what: 'a parameter for a header that is not there',
    filled: { header: february },
    status: 'parameter_not_required',
  },
  {
    what: 'a file for a header that is not there',
    filled: { header: file },
    status: 'parameter_not_required',
  },
  {
    what: 'a file for a text header',
    template: { header: month },
    filled: { header: file },
    contentType: 'image/png',
    status: 'template_format_mismatch',
  },
  {
    what: 'text for a header that takes a file',
    template: { header: { type: 'image' } },
    filled: { header: february },
    status: 'template_format_mismatch',
  },
  {
    what: 'no file where there must be one',
    template: { header: { type: 'image' } },
    status: 'parameter_missing',
  },
  ...(
    [
      ['image', 'image/jpeg', undefined],
      ['image', 'image/jpg', undefined],
      ['image', 'IMAGE/PNG; q=1', undefined],
      ['video', 'video/mp4', undefined],
      ['video', 'video/3gpp', undefined],
      ['document', 'application/pdf', undefined],
      ['image', 'application/pdf', 'template_format_mismatch'],
      ['document', 'video/mp4', 'template_format_mismatch'],
      ['video', 'image/png', 'template_format_mismatch'],
      ['image', 'image/gif', 'template_media_unsupported'],
      ['image', 'audio/mpeg', 'template_media_unsupported'],
      ['document', 'text/plain', 'template_media_unsupported'],
      [
        'document',
        'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
        'template_media_unsupported',
      ],
      ['video', '', 'template_media_unsupported'],
      ['video', 'constructor', 'template_media_unsupported'],
    ] as const
  ).map(([type, contentType, status]) => ({
    what: `a file of type “${contentType}” for a header that takes ${type}`,
    template: { header: { type } },
    filled: { header: file },
    contentType,
    ...(status && { status }),
  })),
  {
    what: 'a file whose type nobody knows yet',
    template: { header: { type: 'image' } },
    filled: { header: file },
  },

  { what: 'a dynamic URL', template: { buttons: [open] }, filled: { websiteUrl: path(1) } },
  {
    what: 'a dynamic URL behind a dial button',
    template: { buttons: [dial, open] },
    filled: { websiteUrl: path(2) },
  },
  {
    what: 'a dynamic URL, counted without the reply buttons',
    template: { buttons: [reply, reply, dial, open] },
    filled: { websiteUrl: path(2) },
  },
  { what: 'no URL parameter', template: { buttons: [dial, open] }, status: 'parameter_missing' },
  {
    what: 'a URL button without its parameter',
    template: { buttons: [open] },
    filled: { websiteUrl: { listPosition: 1 } },
    status: 'parameter_missing',
  },
  {
    what: 'one parameter for two dynamic URLs',
    template: { buttons: [open, open] },
    filled: { websiteUrl: path(1) },
    status: 'parameter_missing',
  },
  {
    what: 'the position of the dial button',
    template: { buttons: [dial, open] },
    filled: { websiteUrl: path(1) },
    status: 'parameter_invalid',
  },
  {
    what: 'a position behind the last button',
    template: { buttons: [open] },
    filled: { websiteUrl: path(2) },
    status: 'parameter_invalid',
  },
  {
    what: 'the position of the static URL, of two',
    template: { buttons: [home, open] },
    filled: { websiteUrl: path(1) },
    status: 'parameter_invalid',
  },
  { what: 'a static URL left out', template: { buttons: [home] } },
  {
    what: 'a static URL without a parameter',
    template: { buttons: [home] },
    filled: { websiteUrl: { listPosition: 1 } },
  },
  {
    what: 'a parameter for a static URL',
    template: { buttons: [home] },
    filled: { websiteUrl: path(1) },
    status: 'parameter_not_required',
  },
  {
    what: 'a URL for a template without one',
    template: { buttons: [dial, reply] },
    filled: { websiteUrl: path(1) },
    status: 'parameter_not_required',
  },
  ...['a b', 'a\u0000b', '\u00a0', 'x'.repeat(2000)].map((parameter) => ({
    what: `a URL that becomes bad by ${JSON.stringify(parameter.slice(0, 9))}`,
    template: { buttons: [open] },
    filled: { websiteUrl: path(1, parameter) },
    status: 'template_url_invalid' as const,
  })),
  {
    what: 'a host that is none',
    template: { buttons: [{ type: 'url', text: 'Open', url: 'https://{{1}}' }] },
    filled: { websiteUrl: path(1, '%') },
    status: 'template_url_invalid',
  },
  {
    what: 'a URL with a line break',
    template: { buttons: [open] },
    filled: { websiteUrl: path(1, 'a\nb') },
    status: 'parameter_invalid',
    permissive: 'template_url_invalid',
  },

  {
    what: 'a postback for each button',
    template: { buttons: [reply, reply] },
    filled: { postbackData: { 1: 'a', 2: 'b' } },
  },
  {
    what: 'a postback for one of two buttons',
    template: { buttons: [reply, reply] },
    filled: { postbackData: { 2: 'b' } },
  },
  { what: 'buttons without a postback', template: { buttons: [reply, reply, reply] } },
  {
    what: 'a postback for a button that is not there',
    template: { buttons: [reply, dial] },
    filled: { postbackData: { 1: 'a', 2: 'b' } },
    status: 'parameter_invalid',
  },

  ...['a\nb', 'a\r\nb', 'a\tb', 'a\u2028b', `a${' '.repeat(5)}b`].flatMap((text) => [
    {
      what: `${JSON.stringify(text)} in the body`,
      filled: { parameters: { 1: 'Ann', 2: text } },
      status: 'parameter_invalid' as const,
      permissive: 'none' as const,
    },
    {
      what: `${JSON.stringify(text)} in the header`,
      template: { header: month },
      filled: { header: inHeader(text) },
      status: 'parameter_invalid' as const,
      permissive: 'none' as const,
    },
  ]),
  { what: 'four spaces', filled: { parameters: { 1: 'a    b', 2: 'c    d    e' } } },
  ...['*bold*', 'so *very bold* it is', '_a_', '~b~', '`c`', '```d```', '*_e_*', '(*f*)'].map((text) => ({
    what: `${text} in the header`,
    template: { header: month },
    filled: { header: inHeader(text) },
    status: 'template_formatting_violated' as const,
    permissive: 'none' as const,
  })),
  ...['2*3*4', 'snake_case_name', '* a * b', '5 *', '**', '~', 'a*b*', '*a'].map((text) => ({
    what: `${text} in the header`,
    template: { header: month },
    filled: { header: inHeader(text) },
  })),
  { what: 'formatting in the body', filled: { parameters: { 1: '*Ann*', 2: '_R13.00_' } } },

  {
    what: 'a body of 1024',
    template: { body: '{{1}}{{2}}' },
    filled: { parameters: { 1: 'a', 2: 'b'.repeat(1023) } },
  },
  {
    what: 'a body of 1024 emoji',
    template: { body: '{{1}}🙂' },
    filled: { parameters: { 1: '🙂'.repeat(1023) } },
  },
  {
    what: 'a body of 1025 emoji',
    template: { body: '{{1}}🙂' },
    filled: { parameters: { 1: '🙂'.repeat(1024) } },
    status: 'template_text_too_long',
  },
  {
    what: 'a body of 1025',
    template: { body: '{{1}}{{2}}' },
    filled: { parameters: { 1: 'a', 2: 'b'.repeat(1024) } },
    status: 'template_text_too_long',
  },
  {
    what: 'a body of 1026, by a parameter that stands there twice',
    template: { body: '{{1}}{{2}}{{1}}' },
    filled: { parameters: { 1: 'a'.repeat(512), 2: 'bb' } },
    status: 'template_text_too_long',
  },
  {
    what: 'a body longer than any string',
    template: { body: `${'{{1}}'.repeat(100)}{{2}}` },
    filled: { parameters: { 1: 'a'.repeat(20_000_000), 2: 'b' } },
    status: 'template_text_too_long',
  },
  { what: 'a header of 60', template: { header: month }, filled: { header: inHeader('a'.repeat(46)) } },
  {
    what: 'a header of 61',
    template: { header: month },
    filled: { header: inHeader('a'.repeat(47)) },
    status: 'template_text_too_long',
  },
]

describe('filling a template with', () => {
  for (const { what, status, permissive, contentType, ...row } of cases) {
    const check = (policy: 'strict' | 'permissive') =>
      templateFlaw(
        template(row.template),
        filled(row.filled),
        policy,
        contentType === undefined ? undefined : { contentType },
      )
    test(`${what} gives ${status ?? 'nothing to say'}${permissive ? `, permissively ${permissive}` : ''}`, () => {
      assert.equal(check('strict'), status)
      assert.equal(check('permissive'), permissive === 'none' ? undefined : (permissive ?? status))
    })
  }

  test('anything is template_missing where there is no template', () => {
    assert.equal(templateFlaw(undefined, filled(), 'strict'), 'template_missing')
  })
})

test('placeholders are found once each, in the order of the text', () => {
  assert.deepEqual(placeholdersIn('{{2}} {{name}} {{1}} {{2}} {{ 3 }} {{}} {{{4}}}'), ['2', 'name', '1', '4'])
})
