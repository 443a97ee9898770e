import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readTemplate } from './read-template.ts'

const source = {
  integrationId: 'acme',
  source: 'api',
  name: 'statement',
  language: 'en',
  isDefault: () => false,
} as const
const read = (sent: object) => readTemplate({ body: 'Hello', ...sent }, source)

const reply = { type: 'reply', text: 'Pay now' }
const url = { type: 'url', text: 'Open', url: 'https://acme.example/{{1}}' }
const dial = { type: 'dial', text: 'Call', phone: '+27215551234' }
const header = (text: unknown) => ({ header: { type: 'text', text } })

describe('a template that somebody sent', () => {
  const good: { what: string; sent: object }[] = [
    { what: 'with nothing but a body', sent: {} },
    {
      what: 'with the most buttons that a request can speak of',
      sent: { buttons: [reply, reply, reply, url, dial] },
    },
    { what: 'with parameters by number', sent: { body: '{{2}} {{1}} {{2}}', ...header('{{1}}') } },
    { what: 'with parameters by name', sent: { body: '{{first_name}} {{sum2}}', ...header('{{month}}') } },
    { what: 'with single braces', sent: { body: 'a {b} c }' } },
    { what: 'with a static header', sent: header('Hours') },
    { what: 'with a header that takes a file', sent: { header: { type: 'document' } } },
    { what: 'with a static URL', sent: { buttons: [{ ...url, url: 'http://acme.example' }] } },
    { what: 'that says its name and language again', sent: { name: 'statement', language: 'en' } },
    { what: 'with the longest body', sent: { body: `{{1}}${'a'.repeat(1024)}` } },
  ]
  for (const { what, sent } of good)
    test(`${what} is taken`, () => {
      const template = read(sent)
      assert.ok(!Array.isArray(template), JSON.stringify(template))
      const { header, buttons = [] } = sent as { header?: object; buttons?: object[] } // the table's rows have these members, or not
      assert.deepEqual([template.header, template.buttons], [header, buttons])
    })

  const bad: { what: string; sent: object; path: string }[] = [
    { what: 'four reply buttons', sent: { buttons: [reply, reply, reply, reply] }, path: 'buttons' },
    { what: 'two URL buttons', sent: { buttons: [url, url] }, path: 'buttons' },
    { what: 'two dial buttons', sent: { buttons: [dial, dial] }, path: 'buttons' },
    {
      what: 'a button of a type we do not know',
      sent: { buttons: [{ type: 'other', text: 'Copy' }] },
      path: 'buttons[0].type',
    },
    {
      what: 'a URL button without a URL',
      sent: { buttons: [reply, { type: 'url', text: 'Open' }] },
      path: 'buttons[1].url',
    },
    {
      what: 'a URL that is none',
      sent: { buttons: [{ ...url, url: 'acme.example' }] },
      path: 'buttons[0].url',
    },
    {
      what: 'a URL of another scheme',
      sent: { buttons: [{ ...url, url: 'ftp://acme.example' }] },
      path: 'buttons[0].url',
    },
    {
      what: 'a URL with two parameters',
      sent: { buttons: [{ ...url, url: 'https://a.example/{{1}}/{{2}}' }] },
      path: 'buttons[0].url',
    },
    {
      what: 'a URL that goes on behind its parameter',
      sent: { buttons: [{ ...url, url: 'https://a.example/{{1}}/b' }] },
      path: 'buttons[0].url',
    },
    {
      what: 'a URL with braces',
      sent: { buttons: [{ ...url, url: 'https://a.example/{{}}' }] },
      path: 'buttons[0].url',
    },
    {
      what: 'a reply button with a URL',
      sent: { buttons: [{ ...reply, url: url.url }] },
      path: 'buttons[0].url',
    },
    {
      what: 'a dial button without a number',
      sent: { buttons: [{ type: 'dial', text: 'Call' }] },
      path: 'buttons[0].phone',
    },
    {
      what: 'a dial button with a word',
      sent: { buttons: [{ ...dial, phone: 'us' }] },
      path: 'buttons[0].phone',
    },
    {
      what: 'a parameter in a button’s text',
      sent: { buttons: [{ ...reply, text: 'Pay {{1}}' }] },
      path: 'buttons[0].text',
    },
    { what: 'two header parameters', sent: header('{{1}} {{2}}'), path: 'header.text' },
    { what: 'a text header without text', sent: header(undefined), path: 'header.text' },
    { what: 'a text for an image', sent: { header: { type: 'image', text: 'a' } }, path: 'header.text' },
    { what: 'an audio header', sent: { header: { type: 'audio' } }, path: 'header.type' },
    { what: 'a header that is too long', sent: header('a'.repeat(61)), path: 'header.text' },
    { what: 'an empty body', sent: { body: '' }, path: 'body' },
    {
      what: 'a body that is too long whatever fills it',
      sent: { body: `{{1}}${'a'.repeat(1025)}` },
      path: 'body',
    },
    { what: 'no body', sent: { body: null }, path: 'body' },
    { what: 'a gap in the numbers', sent: { body: '{{1}} {{3}}' }, path: 'body' },
    { what: 'numbers from 2', sent: { body: '{{2}}' }, path: 'body' },
    { what: 'numbers and names', sent: { body: '{{1}} {{name}}' }, path: 'body' },
    { what: 'an empty placeholder', sent: { body: 'a {{}} b' }, path: 'body' },
    { what: 'a placeholder with spaces', sent: { body: 'a {{ 1 }} b' }, path: 'body' },
    { what: 'a placeholder with a capital', sent: { body: 'a {{Name}} b' }, path: 'body' },
    { what: 'a placeholder that does not end', sent: { body: 'a {{1 b' }, path: 'body' },
    { what: 'a parameter in the footer', sent: { footer: 'Acme {{1}}' }, path: 'footer' },
    { what: 'a footer that is too long', sent: { footer: 'a'.repeat(61) }, path: 'footer' },
    { what: 'another name', sent: { name: 'other' }, path: 'name' },
    { what: 'another language', sent: { language: 'af' }, path: 'language' },
    { what: 'a language that is none', sent: { language: 'en-US' }, path: 'language' },
    { what: 'a status that is none', sent: { status: 'APPROVED' }, path: 'status' },
    { what: 'a category that is none', sent: { category: 'spam' }, path: 'category' },
    { what: 'a member that is none', sent: { components: [] }, path: 'components' },
    { what: 'buttons that are no list', sent: { buttons: {} }, path: 'buttons' },
  ]
  for (const { what, sent, path } of bad)
    test(`with ${what} is refused, which names ${path}`, () => {
      const flaws = read(sent)
      assert.ok(Array.isArray(flaws))
      assert.deepEqual(
        flaws.map((flaw) => flaw.path),
        [path],
      )
    })

  for (const [i, sent] of [null, 'Hello', [], 1, undefined].entries())
    test(`is refused when it is no object (${i})`, () => {
      assert.ok(Array.isArray(readTemplate(sent, source)))
    })

  test('needs a name and a language', () => {
    const nameless = { integrationId: 'acme', source: 'file', isDefault: () => true } as const
    const flaws = readTemplate({ body: 'Hello' }, nameless)
    assert.ok(Array.isArray(flaws))
    assert.deepEqual(
      flaws.map(({ path }) => path),
      ['name', 'language'],
    )
    const template = readTemplate({ body: 'Hello', name: 'hello', language: 'en_US' }, nameless)
    assert.deepEqual(template, {
      integrationId: 'acme',
      source: 'file',
      name: 'hello',
      language: 'en_US',
      isDefault: true,
      category: 'utility',
      status: 'approved',
      body: 'Hello',
      buttons: [],
    })
  })
})
