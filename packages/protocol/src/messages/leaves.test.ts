import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changeLeaves } from './leaves.ts'

const changed = (content: Parameters<typeof changeLeaves>[0]) => changeLeaves(content, (leaf) => `<${leaf}>`)

test('of a text its body is sealed', () => {
  assert.deepEqual(changed({ type: 'text', text: { body: 'a', previewFirstUrl: true } }), {
    type: 'text',
    text: { body: '<a>', previewFirstUrl: true },
  })
})

test('of a file its caption is sealed, and not its id', () => {
  assert.deepEqual(changed({ type: 'media', media: { fileId: 'f.png', caption: 'c' } }), {
    type: 'media',
    media: { fileId: 'f.png', caption: '<c>' },
  })
  assert.deepEqual(changed({ type: 'media', media: { fileId: 'f.png' } }), {
    type: 'media',
    media: { fileId: 'f.png' },
  })
})

test('of a place everything is sealed', () => {
  assert.deepEqual(
    changed({ type: 'location', location: { latitude: '1', longitude: '2', name: 'n', address: 'a' } }),
    { type: 'location', location: { latitude: '<1>', longitude: '<2>', name: '<n>', address: '<a>' } },
  )
})

test('of contacts every text is sealed, and not the structure', () => {
  const contact = {
    name: { formattedName: 'F' },
    birthday: '2000-01-01',
    phones: [{ phone: '1', waId: '2' }],
  }
  const sealed = {
    name: { formattedName: '<F>' },
    birthday: '<2000-01-01>',
    phones: [{ phone: '<1>', waId: '<2>' }],
  }
  assert.deepEqual(changed({ type: 'contacts', contacts: { contacts: [contact] } }), {
    type: 'contacts',
    contacts: { contacts: [sealed] },
  })
})

test('of a template its values are sealed, and neither names nor keys nor positions', () => {
  const template = {
    templateName: 't',
    header: { text: { parameters: { 1: 'h' } } },
    parameters: { 1: 'a', 2: 'b' },
    postbackData: { 1: 'p' },
    websiteUrl: { listPosition: 2, parameters: { 1: 'u' } },
  }
  assert.deepEqual(changed({ type: 'template', template }), {
    type: 'template',
    template: {
      templateName: 't',
      header: { text: { parameters: { 1: '<h>' } } },
      parameters: { 1: '<a>', 2: '<b>' },
      postbackData: { 1: '<p>' },
      websiteUrl: { listPosition: 2, parameters: { 1: '<u>' } },
    },
  })
  const fileAlone = { templateName: 't', header: { media: { fileId: 'f' } }, parameters: {} }
  assert.deepEqual(changed({ type: 'template', template: fileAlone }), {
    type: 'template',
    template: fileAlone,
  })
})
