import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Content, checkContent, messageTypes } from './index.ts'

/** What no schema can say, of contents as they are once a sealed message was opened. */
const name = { formattedName: 'John Smith' }
const phones = [{ phone: '27821234567' }]
const place = { latitude: '-33.88', longitude: '18.63' }
const card = (contact: object) => ({ type: 'contacts', contacts: { contacts: [{ name, ...contact }] } })

const wrong: { what: string; content: object; member: string; reason?: string }[] = [
  { what: 'an empty text', content: text(''), member: 'content', reason: 'content_empty' },
  {
    what: 'a text of 4,097 characters',
    content: text('é'.repeat(4097)),
    member: 'content',
    reason: 'content_too_long',
  },
  {
    what: 'a caption of 1,025 characters',
    content: { type: 'media', media: { fileId: 'f', caption: 'c'.repeat(1025) } },
    member: 'media.caption',
  },
  {
    what: 'a latitude beyond the pole',
    content: location({ latitude: '90.1' }),
    member: 'location.latitude',
  },
  { what: 'a longitude in words', content: location({ longitude: 'east' }), member: 'location.longitude' },
  { what: 'an empty latitude', content: location({ latitude: '' }), member: 'location.latitude' },
  { what: 'the place 0,0', content: location({ latitude: '0', longitude: '0.0' }), member: 'location' },
  {
    what: 'an empty name',
    content: card({ name: { formattedName: '' }, phones }),
    member: 'contacts[0].name',
  },
  {
    what: 'an empty whole name',
    content: card({ name: { formattedName: '', firstName: 'J' }, phones }),
    member: 'contacts[0].name.formattedName',
  },
  { what: 'nothing but a name', content: card({ phones: [{ phone: '' }] }), member: 'contacts[0]' },
  {
    what: 'a birthday that never was',
    content: card({ birthday: '2021-02-30' }),
    member: 'contacts[0].birthday',
  },
]

for (const { what, content, member, reason = 'parameter_invalid' } of wrong)
  test(`${what} is found once it is clear`, () => {
    assert.deepEqual(checkContent(content as Content), { reason, member })
  })

test('what is empty once it is clear counts as left out', () => {
  const captioned: Content = { type: 'media', media: { fileId: 'f', caption: '' } }
  assert.deepEqual(checkContent(captioned), { type: 'media', media: { fileId: 'f' } })
  const { location: there } = location({ name: '', address: 'a' })
  assert.deepEqual(checkContent({ type: 'location', location: there }), location({ address: 'a' }))
  const emptied = card({ phones: [...phones, { phone: '', type: '' }], org: { company: '' } })
  assert.deepEqual(checkContent(emptied as Content), card({ phones }))
})

test('the examples of each type pass as they are', () => {
  for (const { name, examples } of Object.values(messageTypes))
    for (const body of examples) {
      const content = { type: name, [name]: body } as Content // a type's examples are bodies of that type
      assert.deepEqual(checkContent(content), content)
    }
})

function text(body: string) {
  return { type: 'text', text: { body } }
}

function location(changes: object) {
  return { type: 'location' as const, location: { ...place, ...changes } }
}
