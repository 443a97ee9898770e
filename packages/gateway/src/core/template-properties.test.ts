import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { dial, file, filled, inHeader, open, path, reply, template } from './template.fake.ts'
import { type TemplateButton, templateFlaw } from './template.ts'

/** Text that strains nothing: short, one line, without the marks of formatting. */
const text = fc
  .string({ minLength: 1, maxLength: 8, unit: 'grapheme' })
  .filter((each) => !/[\p{Cc}\p{Zl}\p{Zp}*_~`{}]/u.test(each) && each.trim() !== '' && each.length <= 20)
const urlPart = fc.stringMatching(/^[\w./?=&%-]{1,20}$/)

const names = fc.oneof(
  fc.nat({ max: 6 }).map((count) => Array.from({ length: count }, (_, i) => String(i + 1))),
  fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9_]{0,9}$/), { maxLength: 6 }),
)

/** A template, and all that a request may say of it. */
const filledTemplates = fc
  .record({
    names,
    words: fc.array(text, { minLength: 7, maxLength: 7 }),
    header: fc.constantFrom('none', 'static', 'text', 'image', 'video', 'document'),
    buttons: fc.shuffledSubarray<TemplateButton>([dial, open, reply, reply, reply]),
    part: urlPart,
    isMuted: fc.boolean(),
  })
  .map(({ names, words, header, buttons, part, isMuted }) => {
    const word = (i: number) => words[i % words.length] ?? ''
    const url = buttons.filter(({ type }) => type === 'url' || type === 'dial').indexOf(open) + 1
    const replies = isMuted ? 0 : buttons.filter(({ type }) => type === 'reply').length
    const files = { image: 'image/png', video: 'video/mp4', document: 'application/pdf' }
    return {
      template: template({
        body: names.map((name, i) => `${word(i)} {{${name}}}`).join(' ') || 'Hello',
        buttons,
        ...(header === 'static' && { header: { type: 'text', text: 'Hours' } as const }),
        ...(header === 'text' && { header: { type: 'text', text: '{{1}}: hours' } as const }),
        ...(header in files && { header: { type: header as keyof typeof files } }), // it is one of its keys
      }),
      filled: filled({
        parameters: Object.fromEntries(names.map((name, i) => [name, word(i + 1)])),
        ...(header === 'static' && !isMuted && { header: { text: {} } }),
        ...(header === 'text' && { header: inHeader(word(0)) }),
        ...(header in files && { header: file }),
        ...(url > 0 && { websiteUrl: path(url, part) }),
        ...(replies > 0 && {
          postbackData: Object.fromEntries(Array.from({ length: replies }, (_, i) => [i + 1, word(i)])),
        }),
      }),
      ...(header in files && { media: { contentType: files[header as keyof typeof files] } }), // likewise
    }
  })

describe('whatever the template,', () => {
  test('what fills each of its placeholders is sent', () => {
    fc.assert(
      fc.property(filledTemplates, ({ template, filled, media }) => {
        assert.equal(templateFlaw(template, filled, 'strict', media), undefined)
        assert.equal(templateFlaw(template, filled, 'permissive', media), undefined)
      }),
    )
  })

  test('a parameter too many or too few in the body is not', () => {
    fc.assert(
      fc.property(filledTemplates, fc.boolean(), ({ template, filled, media }, isMore) => {
        const [first, ...others] = Object.entries(filled.parameters)
        fc.pre(isMore || first !== undefined)
        const parameters = isMore ? { ...filled.parameters, zz_more: 'x' } : Object.fromEntries(others)
        assert.equal(
          templateFlaw(template, { ...filled, parameters }, 'permissive', media),
          'template_parameter_count',
        )
      }),
    )
  })

  test('anything at all has an answer', () => {
    const any = fc.dictionary(fc.string(), fc.string())
    const fillings = fc.record(
      {
        templateName: fc.string(),
        parameters: any,
        header: fc.oneof(
          fc.record({ text: fc.record({ parameters: any }, { requiredKeys: [] }) }),
          fc.record({ media: fc.record({ fileId: fc.string() }) }),
        ),
        postbackData: any,
        websiteUrl: fc.record(
          { listPosition: fc.integer(), parameters: any },
          { requiredKeys: ['listPosition'] },
        ),
      },
      { requiredKeys: ['templateName', 'parameters'] },
    )
    fc.assert(
      fc.property(filledTemplates, fillings, fc.string(), ({ template }, filled, contentType) => {
        templateFlaw(template, filled, 'strict', { contentType })
      }),
    )
  })
})
